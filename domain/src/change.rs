//! What became of a cell between two campaigns: one class for each cell, and one rule for all
//! readers. docs/changes.md says the same in words.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{ConverterId, RouteId};
use crate::score::{Score, Standing};
use crate::step::Step;

mod independence;
mod words;

pub use independence::independent;

/// How a cell stands, as far as a comparison needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellStand {
    /// The best over its routes.
    pub standing: Standing,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// The step that holds the best route back; of a FAILURE, the furthest step at which one of its
    /// routes fails, whichever of them was the quickest to fail.
    pub limiting: Option<Step>,
    /// The route that gives the cell its score.
    pub best: Option<RouteId>,
    /// Every route with the cell's score.
    pub carriers: Vec<Carrier>,
    /// Routes that were planned and have no score, with how they stand instead.
    pub unscored: BTreeMap<RouteId, Standing>,
}

/// A route that carries a cell: its score is the cell's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// Which route.
    pub route: RouteId,
    /// The tools it needs.
    pub tools: Vec<ConverterId>,
    /// It gives the cell its score, or ties in all but its name with the route that does.
    pub best: bool,
}

/// The classes of change, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The score is lower.
    Regressed,
    /// Both are FAILUREs, and now an earlier step fails.
    WorseWithinFailure,
    /// Repetitions disagree now and did not before, and the score is not higher.
    Unstable,
    /// There was a score, and what gave it was not tried.
    Vanished,
    /// The lab broke, so there is no score to compare.
    BlockedByLab,
    /// The score is the same, and fewer independent routes carry it.
    RedundancyLost,
    /// The score is the same, and the route that gave it does not carry the cell any more.
    GreenByAnotherRoute,
    /// It was a FAILURE and is none any more.
    Fixed,
    /// The score is higher, or a FAILURE comes at a later step.
    Improved,
    /// There is a score and there was none.
    New,
    /// Planned, and without a score both times.
    NeverAttempted,
    /// Nothing of the above.
    Unchanged,
}

impl Change {
    /// All classes, the most pressing first.
    pub const ALL: [Change; 12] = [
        Change::Regressed,
        Change::WorseWithinFailure,
        Change::Unstable,
        Change::Vanished,
        Change::BlockedByLab,
        Change::RedundancyLost,
        Change::GreenByAnotherRoute,
        Change::Fixed,
        Change::Improved,
        Change::New,
        Change::NeverAttempted,
        Change::Unchanged,
    ];

    /// What became of a cell; `None` where it was not planned.
    ///
    /// What was not tried comes first, since a gap or an outage says nothing about a product; then
    /// scores; and only where those are the same, how they came about.
    #[must_use]
    pub fn between(before: Option<&CellStand>, after: Option<&CellStand>) -> Self {
        match (scored(before), scored(after)) {
            (Some(before), Some(after)) => both_scored(before, after),
            (Some(_), None) if is(after, Standing::LabError) => Self::BlockedByLab,
            (Some(_), None) => Self::Vanished,
            (None, Some(_)) => Self::New,
            (None, None) => neither_scored(before, after),
        }
    }

    /// Whether the cell is worse than it was: what a gate stops, and what opens a regression.
    #[must_use]
    pub fn is_regression(self) -> bool {
        match self {
            Self::Regressed | Self::WorseWithinFailure | Self::Unstable => true,
            Self::Vanished
            | Self::BlockedByLab
            | Self::RedundancyLost
            | Self::GreenByAnotherRoute
            | Self::Fixed
            | Self::Improved
            | Self::New
            | Self::NeverAttempted
            | Self::Unchanged => false,
        }
    }

    /// Whether it says nothing about the cell, because nothing was learnt.
    #[must_use]
    pub fn is_gap(self) -> bool {
        match self {
            Self::Vanished | Self::BlockedByLab | Self::NeverAttempted => true,
            Self::Regressed
            | Self::WorseWithinFailure
            | Self::Unstable
            | Self::RedundancyLost
            | Self::GreenByAnotherRoute
            | Self::Fixed
            | Self::Improved
            | Self::New
            | Self::Unchanged => false,
        }
    }

    /// Whether it is a change at all.
    #[must_use]
    pub fn is_change(self) -> bool {
        self != Self::NeverAttempted && self != Self::Unchanged
    }
}

fn is(cell: Option<&CellStand>, standing: Standing) -> bool {
    cell.is_some_and(|it| it.standing == standing)
}

fn scored(cell: Option<&CellStand>) -> Option<(Score, &CellStand)> {
    cell.and_then(|it| Some((it.standing.score()?, it)))
}

/// A question that makes no sense is not one that nobody got round to.
fn neither_scored(before: Option<&CellStand>, after: Option<&CellStand>) -> Change {
    let mut planned = [before, after].into_iter().flatten().peekable();
    if is(after, Standing::LabError) {
        Change::BlockedByLab
    } else if planned.peek().is_some() && planned.all(|it| it.standing == Standing::NotApplicable) {
        Change::Unchanged
    } else {
        Change::NeverAttempted
    }
}

fn both_scored((a, before): (Score, &CellStand), (b, after): (Score, &CellStand)) -> Change {
    let newly_unstable = after.unstable && !before.unstable;
    match b.cmp(&a) {
        Ordering::Greater if a == Score::Failure => Change::Fixed,
        Ordering::Greater => Change::Improved,
        Ordering::Less => match untried(before, after) {
            Some(gap) => gap,
            None if newly_unstable => Change::Unstable,
            None => Change::Regressed,
        },
        Ordering::Equal if a == Score::Failure => within_failure(before, after, newly_unstable),
        Ordering::Equal if newly_unstable => Change::Unstable,
        Ordering::Equal => same_score(before, after),
    }
}

/// Why a lower score says nothing: a route that carried the cell was planned and has no score.
fn untried(before: &CellStand, after: &CellStand) -> Option<Change> {
    let gaps = before.carriers.iter().filter_map(|it| gap(after, &it.route));
    gaps.max_by_key(|it| *it == Change::BlockedByLab)
}

/// What a route without a score says about it: the lab broke, or it was not reached.
fn gap(cell: &CellStand, route: &RouteId) -> Option<Change> {
    match cell.unscored.get(route)? {
        Standing::LabError => Some(Change::BlockedByLab),
        Standing::NotRun | Standing::Blocked => Some(Change::Vanished),
        Standing::NotApplicable | Standing::Scored(_) => None,
    }
}

/// The further a trial comes, the better. A FAILURE without a step says nothing about it.
fn within_failure(before: &CellStand, after: &CellStand, newly_unstable: bool) -> Change {
    match (before.limiting, after.limiting) {
        (Some(a), Some(b)) if b < a => untried(before, after).unwrap_or(Change::WorseWithinFailure),
        (Some(a), Some(b)) if b > a => Change::Improved,
        _ if newly_unstable => Change::Unstable,
        _ => Change::Unchanged,
    }
}

/// A route that was not tried is taken to carry the cell as it did.
fn same_score(before: &CellStand, after: &CellStand) -> Change {
    if before.carriers == after.carriers {
        return Change::Unchanged;
    }
    let carries = |route: &RouteId| after.carriers.iter().any(|it| it.route == *route);
    let untried = before.carriers.iter().filter(|it| gap(after, &it.route).is_some());
    let now: Vec<&Carrier> = after.carriers.iter().chain(untried).collect();
    let mut best = before.carriers.iter().filter(|it| it.best).peekable();
    if independent(now.iter().copied()) < independent(&before.carriers) {
        Change::RedundancyLost
    } else if best.peek().is_some()
        && !best.any(|it| carries(&it.route) || gap(after, &it.route).is_some())
    {
        Change::GreenByAnotherRoute
    } else {
        Change::Unchanged
    }
}
