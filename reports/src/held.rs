//! What holds cells back, with the cells that share it.

use std::collections::BTreeMap;

use domain::ids::PlatformId;
use domain::score::Standing;

use crate::public::PublicMatrix;
use crate::reason::Reason;
use crate::tally::severity;

/// Cells of one guest that are held back by the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How they stand.
    pub standing: Standing,
    /// What holds them back.
    pub reason: Reason,
    /// Source and target of each, row by row.
    pub cells: Vec<(PlatformId, PlatformId)>,
}

/// What holds a guest's cells back: the worst standing first, then the reason shared by most.
#[must_use]
pub fn held_back(matrix: &PublicMatrix) -> Vec<Held> {
    let mut groups: BTreeMap<(u8, &Reason), Held> = BTreeMap::new();
    for cell in &matrix.cells {
        let Some(reason) = &cell.reason else { continue };
        let (standing, cells) = (cell.standing, Vec::new());
        let group = groups.entry((severity(standing), reason)).or_insert_with(|| Held {
            standing,
            reason: reason.clone(),
            cells,
        });
        group.cells.push((cell.source.clone(), cell.target.clone()));
    }
    let mut held: Vec<Held> = groups.into_values().collect();
    held.sort_by_key(|it| (severity(it.standing), usize::MAX - it.cells.len()));
    held
}
