//! A comparison with one row a cell, for spreadsheets and scripts. Every cell, changed or not.

use domain::ids::RouteId;

use super::public::PublicStood;
use super::shown::{Entry, Shown};
use crate::sheet::sheet;

/// Columns for anyone.
const COLUMNS: usize = 24;

const HEADER: [&str; COLUMNS] = [
    "baseline",
    "from",
    "to",
    "guest",
    "source",
    "target",
    "change",
    "before",
    "after",
    "before_unstable",
    "after_unstable",
    "before_fails_at",
    "after_fails_at",
    "before_independent_routes",
    "after_independent_routes",
    "before_reason",
    "after_reason",
    "since",
    "since_started",
    "last_other",
    "last_other_started",
    "goes_with",
    "open_since",
    "policy",
];

/// The columns that operators have besides.
const ROUTES: [&str; 4] = ["before_route", "after_route", "before_carriers", "after_carriers"];

/// Columns for operators.
const ALL: usize = COLUMNS + ROUTES.len();

/// The comparison as this reader may see it.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn cells(shown: &Shown) -> Result<String, ::csv::Error> {
    let rows = shown.entries.iter().map(|it| row(shown, it));
    if !shown.names_tools {
        return sheet(HEADER, rows);
    }
    let rows = rows.zip(&shown.entries).map(|(row, it)| with_more(row, routes(it)));
    sheet(with_more(HEADER, ROUTES), rows)
}

fn row(shown: &Shown, entry: &Entry) -> [String; COLUMNS] {
    let (view, cell, id) = (&shown.view, &entry.cell, &entry.cell.cell);
    let since = cell.since.as_ref();
    let [before, after] = [&cell.before, &cell.after].map(|it| stood(it.as_ref()));
    let [was, was_unstable, failed_at, had, why_before] = before;
    let [is, is_unstable, fails_at, has, why_after] = after;
    [
        view.baseline.as_ref().map(|(name, _)| name.to_string()).unwrap_or_default(),
        view.from.campaign.to_string(),
        view.to.campaign.to_string(),
        id.guest.to_string(),
        id.source.to_string(),
        id.target.to_string(),
        cell.change.key().to_owned(),
        was,
        is,
        was_unstable,
        is_unstable,
        failed_at,
        fails_at,
        had,
        has,
        why_before,
        why_after,
        since.map(|it| it.first.to_string()).unwrap_or_default(),
        since.map(|it| it.first_at.to_string()).unwrap_or_default(),
        since.map(|it| it.last_other.to_string()).unwrap_or_default(),
        since.map(|it| it.last_other_at.to_string()).unwrap_or_default(),
        entry.goes_with().unwrap_or_default(),
        cell.open_since.as_ref().map(ToString::to_string).unwrap_or_default(),
        view.policy.clone(),
    ]
}

/// Standing, whether unstable, failing step, independent routes, reason.
fn stood(stood: Option<&PublicStood>) -> [String; 5] {
    let Some(stood) = stood else {
        return ["not planned", "", "", "", ""].map(str::to_owned);
    };
    [
        stood.standing.word().to_owned(),
        if stood.unstable { "yes" } else { "no" }.to_owned(),
        stood.fails_at.map(|it| it.number().to_string()).unwrap_or_default(),
        stood.independent.to_string(),
        stood.reason.as_ref().map(ToString::to_string).unwrap_or_default(),
    ]
}

fn routes(entry: &Entry) -> [String; 4] {
    let Some(routes) = &entry.routes else { return Default::default() };
    let one = |route: &Option<RouteId>| route.as_ref().map(ToString::to_string).unwrap_or_default();
    let all =
        |routes: &[RouteId]| routes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let (before, after) = (all(&routes.before), all(&routes.after));
    [one(&routes.best_before), one(&routes.best_after), before, after]
}

/// More columns at the end.
fn with_more<T: Default>(row: [T; COLUMNS], more: [T; 4]) -> [T; ALL] {
    let mut row = row.into_iter().chain(more);
    std::array::from_fn(|_| row.next().unwrap_or_default())
}
