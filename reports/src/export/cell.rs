//! Cells with their guest, and what every format says of them.

use domain::ids::GuestId;

use crate::export::words::line;
use crate::matrix_file::{CellEntry, Limit, MatrixFile};

/// All cells of a file with their guest, matrix by matrix, row by row.
pub(super) fn cells(file: &MatrixFile) -> impl Iterator<Item = (&GuestId, &CellEntry)> {
    file.matrices.iter().flat_map(|it| it.cells.iter().map(|cell| (&it.guest, cell)))
}

/// The name of a cell: `lean/kvm-like/xen-like`. Identifiers have no slash.
pub(super) fn name(guest: &GuestId, cell: &CellEntry) -> String {
    format!("{guest}/{}/{}", cell.source, cell.target)
}

/// How many trials of all cells were scored and planned.
pub(super) fn trials(file: &MatrixFile) -> (usize, usize) {
    cells(file)
        .fold((0, 0), |(scored, planned), (_, cell)| (scored + cell.scored, planned + cell.planned))
}

/// What holds a cell back, with its step: `step 7 (restart at the target): firewall`; none when
/// nothing is known to.
pub(super) fn reason(cell: &CellEntry) -> Option<String> {
    let Limit { step, title, words, by_step, .. } = cell.limit.as_ref()?;
    let words = line(words);
    // Where several steps hold it back, the words name each.
    Some(if by_step.len() > 1 { words } else { format!("step {step} ({title}): {words}") })
}

/// Mean wall time of a repetition of the best route, in milliseconds, of a cell with a score; only
/// operators have it.
pub(super) fn duration_ms(cell: &CellEntry) -> Option<u64> {
    cell.score.and(cell.routes.first()?.duration_ms)
}
