//! One row a cell, for spreadsheets and scripts.

use domain::ids::GuestId;
use domain::plan::CellId;

use crate::matrix::{Cell, Judged};
use crate::public::{PublicCell, PublicView};
use crate::reason::Reason;
use crate::redaction::for_operators;
use crate::sheet::sheet;
use crate::withheld;

/// Columns for anyone.
pub(crate) const COLUMNS: usize = 19;

pub(crate) const HEADER: [&str; COLUMNS] = [
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
    "policy_sha256",
    "started",
    "source_stand_in",
    "target_stand_in",
    "raw_standing",
];

/// The last column for operators.
pub(crate) const BEST_ROUTE: &str = "best_route";

/// The cells as anyone may see them.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn public(view: &PublicView) -> Result<String, csv::Error> {
    sheet(HEADER, public_rows(view))
}

/// The same cells with the route that gives each its score. For operators.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn operator(judged: &Judged<'_>) -> Result<String, csv::Error> {
    let view = for_operators(judged);
    sheet(with_last(HEADER, BEST_ROUTE), operator_rows(&view, judged))
}

/// The rows as anyone may see them.
pub(crate) fn public_rows(view: &PublicView) -> impl Iterator<Item = [String; COLUMNS]> {
    let told = view.cells().map(|(guest, cell)| row(view, guest, cell));
    told.chain(view.withheld.iter().map(|it| row_withheld(view, it)))
}

/// The rows for operators, given what they may see.
pub(crate) fn operator_rows(
    view: &PublicView,
    judged: &Judged<'_>,
) -> impl Iterator<Item = [String; COLUMNS + 1]> {
    view.cells().zip(judged.cells()).map(|((guest, cell), (_, with_tools))| {
        with_last(row(view, guest, cell), best_route(with_tools))
    })
}

fn row(view: &PublicView, guest: &GuestId, cell: &PublicCell) -> [String; COLUMNS] {
    let reason = cell.reason.as_ref();
    let cause = reason.and_then(|it| it.cause());
    [
        view.campaign.to_string(),
        guest.to_string(),
        cell.source.to_string(),
        cell.target.to_string(),
        cell.standing.word().to_owned(),
        cell.standing.score().map(|it| it.word().to_owned()).unwrap_or_default(),
        yes_or_no(cell.unstable),
        cell.scored.to_string(),
        cell.planned.to_string(),
        reason.map(|it| it.step.number().to_string()).unwrap_or_default(),
        reason.map(|it| it.step.title().to_owned()).unwrap_or_default(),
        cause.map(|it| it.words().to_owned()).unwrap_or_default(),
        reason.map(Reason::beside_step).unwrap_or_default(),
        view.policy.clone(),
        view.policy_sha256.to_string(),
        view.course.started.to_string(),
        yes_or_no(view.is_stand_in(&cell.source)),
        yes_or_no(view.is_stand_in(&cell.target)),
        cell.raw.unwrap_or(cell.standing).word().to_owned(),
    ]
}

/// A row that says that a cell was planned, and nothing else of it.
fn row_withheld(view: &PublicView, id: &CellId) -> [String; COLUMNS] {
    let mut row: [String; COLUMNS] = Default::default();
    let told = [
        (0, view.campaign.to_string()),
        (1, id.guest.to_string()),
        (2, id.source.to_string()),
        (3, id.target.to_string()),
        (4, withheld::WORD.to_owned()),
        (13, view.policy.clone()),
        (14, view.policy_sha256.to_string()),
        (15, view.course.started.to_string()),
        (16, yes_or_no(view.is_stand_in(&id.source))),
        (17, yes_or_no(view.is_stand_in(&id.target))),
    ];
    for (place, text) in told {
        row[place] = text;
    }
    row
}

fn best_route(cell: &Cell) -> String {
    cell.verdict.best.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn yes_or_no(it: bool) -> String {
    if it { "yes" } else { "no" }.to_owned()
}

/// One more column at the end.
fn with_last<T: Default>(row: [T; COLUMNS], last: T) -> [T; COLUMNS + 1] {
    let mut row = row.into_iter().chain([last]);
    std::array::from_fn(|_| row.next().unwrap_or_default())
}
