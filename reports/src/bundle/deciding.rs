//! The events that a campaign's cells stand on. For operators: events name tools.

use std::collections::BTreeSet;

use domain::score::Standing;

use crate::matrix::{Cell, Judged, TrialJudged};

/// Positions of the events that decide a cell: in the best route, in the first of the repetitions
/// that stand lowest, each step that stands as low as the cell. Of a SUCCESS, that is every step. A
/// cell that nothing was recorded for has none.
#[must_use]
pub fn deciding_events(judged: &Judged<'_>) -> BTreeSet<u64> {
    judged.cells().flat_map(|(_, cell)| of_cell(judged, cell)).collect()
}

fn of_cell(judged: &Judged<'_>, cell: &Cell) -> Vec<u64> {
    let best = cell.routes.iter().find(|it| Some(&it.verdict.route) == cell.verdict.best.as_ref());
    let Some(best) = best else { return Vec::new() };
    let standing = best.verdict.standing;
    let lowest = best.trials.iter().find(|it| it.verdict.standing == standing);
    lowest.map(|it| of_trial(judged, it, standing)).unwrap_or_default()
}

fn of_trial(judged: &Judged<'_>, trial: &TrialJudged, standing: Standing) -> Vec<u64> {
    let Some(seen) = judged.campaign.trials.get(&trial.trial) else { return Vec::new() };
    let steps = trial.verdict.steps.iter().filter(|it| it.standing == standing);
    steps.filter_map(|it| Some(seen.get(&it.step)?.position)).collect()
}
