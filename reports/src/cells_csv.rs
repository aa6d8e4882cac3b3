//! One row a cell, for spreadsheets and scripts.

use domain::ids::GuestId;

use crate::matrix::{Cell, Judged};
use crate::public::{PublicCell, PublicView};
use crate::sheet::sheet;

const HEADER: [&str; 14] = [
    "campaign",
    "guest",
    "source",
    "target",
    "standing",
    "score",
    "unstable",
    "scored",
    "planned",
    "limiting_step",
    "limiting_title",
    "cause",
    "reason",
    "policy",
];

/// The cells as anyone may see them.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn public(view: &PublicView) -> Result<String, csv::Error> {
    sheet(HEADER, view.cells().map(|(guest, cell)| row(view, guest, cell)))
}

/// The same cells with the route that gives each its score. For operators.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn operator(judged: &Judged<'_>) -> Result<String, csv::Error> {
    let view = PublicView::from(judged);
    let rows = view.cells().zip(judged.cells()).map(|((guest, cell), (_, with_tools))| {
        with_last(row(&view, guest, cell), best_route(with_tools))
    });
    sheet(with_last(HEADER, "best_route"), rows)
}

fn row(view: &PublicView, guest: &GuestId, cell: &PublicCell) -> [String; 14] {
    let reason = cell.reason.as_ref();
    let cause = reason.and_then(|it| it.cause());
    [
        view.campaign.to_string(),
        guest.to_string(),
        cell.source.to_string(),
        cell.target.to_string(),
        cell.standing.word().to_owned(),
        cell.standing.score().map(|it| it.word().to_owned()).unwrap_or_default(),
        if cell.unstable { "yes" } else { "no" }.to_owned(),
        cell.scored.to_string(),
        cell.planned.to_string(),
        reason.map(|it| it.step.number().to_string()).unwrap_or_default(),
        reason.map(|it| it.step.title().to_owned()).unwrap_or_default(),
        cause.map(|it| it.words().to_owned()).unwrap_or_default(),
        reason.map(|it| it.why.to_string()).unwrap_or_default(),
        view.policy.clone(),
    ]
}

fn best_route(cell: &Cell) -> String {
    cell.verdict.best.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// One more column at the end.
fn with_last<T>(row: [T; 14], last: T) -> [T; 15] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = row;
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, last]
}
