//! The aggregation rule over columns: what `domain::aggregate` says of each cell, for millions of
//! steps at once.
//!
//! A trial scores the lowest of its seven steps, a route the lowest of its repetitions, a cell the
//! best of its routes; `domain::verdict` and `domain::aggregate` are the rule, this follows them.

use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::score::Score;

use crate::outcomes::{NONE, Outcomes, State, score};

/// The scores of cells, in the order in which the cells were first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellScores(Vec<Option<Score>>);

/// A cell of a campaign and its score, if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScoredCell<'a> {
    /// In which campaign.
    pub campaign: &'a CampaignId,
    /// Whose cell.
    pub guest: &'a GuestId,
    /// Row.
    pub source: &'a PlatformId,
    /// Column.
    pub target: &'a PlatformId,
    /// The best over its routes.
    pub score: Option<Score>,
}

impl CellScores {
    /// The score of every cell that has a step.
    #[must_use]
    pub fn of(outcomes: &Outcomes) -> Self {
        let mut best = vec![NONE; outcomes.trials.cells().len()];
        let routes = outcomes.trials.cells_of_routes().zip(routes(outcomes));
        for (cell, route) in routes {
            best[cell] = better(best[cell], route);
        }
        Self(best.into_iter().map(score).collect())
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every cell with its names, as these outcomes have them.
    pub fn named<'a>(&'a self, outcomes: &'a Outcomes) -> impl Iterator<Item = ScoredCell<'a>> {
        let cells = outcomes.trials.cells().zip(&self.0);
        cells.filter_map(|([campaign, guest, source, target], score)| {
            Some(ScoredCell {
                campaign: outcomes.campaigns.name(campaign)?,
                guest: outcomes.guests.name(guest)?,
                source: outcomes.platforms.name(source)?,
                target: outcomes.platforms.name(target)?,
                score: *score,
            })
        })
    }
}

/// The score code of every route: the lowest of its repetitions that have one. Where the address
/// differs between repetitions it is a WARNING at best (`R.repeat.ip`).
fn routes(outcomes: &Outcomes) -> Vec<u8> {
    let mut lowest = vec![NONE; outcomes.trials.cells_of_routes().len()];
    for (route, trial) in outcomes.trials.routes().zip(trials(outcomes)) {
        lowest[route] = lowest[route].min(trial.score());
    }
    let routes: Vec<usize> = outcomes.trials.routes().collect();
    let mut sets: Vec<Option<usize>> = vec![None; lowest.len()];
    for (trial, set) in &outcomes.addresses {
        let route = routes[*trial as usize];
        let known = sets[route].get_or_insert(*set);
        if known != set && score(lowest[route]) == Some(Score::Success) {
            lowest[route] = 1;
        }
    }
    lowest
}

/// What is known of every trial.
fn trials(outcomes: &Outcomes) -> Vec<State> {
    let mut states = vec![State::default(); outcomes.trials.len()];
    let steps = outcomes.steps.step.iter().zip(&outcomes.steps.score);
    for (trial, (step, score)) in outcomes.steps.trial.iter().zip(steps) {
        states[*trial as usize].see(*step, *score);
    }
    states
}

/// Of two score codes the better; [`NONE`] when neither is a score.
fn better(a: u8, b: u8) -> u8 {
    match (a, b) {
        (NONE, it) | (it, NONE) => it,
        (a, b) => a.max(b),
    }
}

#[cfg(test)]
mod tests;
