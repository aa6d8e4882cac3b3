//! What became of a cell between two campaigns: one class for each cell, and one rule for all
//! readers. docs/changes.md says the same in words.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{ConverterId, RouteId};
use crate::score::{Score, Standing};
use crate::step::Step;

/// How a cell stands, as far as a comparison needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellStand {
    /// The best over its routes.
    pub standing: Standing,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// The step that holds the best route back.
    pub limiting: Option<Step>,
    /// The route that gives the cell its score.
    pub best: Option<RouteId>,
    /// Every route with the cell's score, and the tools it needs.
    pub carriers: Vec<Carrier>,
}

/// A route that carries a cell: its score is the cell's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// Which route.
    pub route: RouteId,
    /// The tools it needs.
    pub tools: Vec<ConverterId>,
}

/// The classes of change, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The score is lower.
    Regressed,
    /// Both are FAILUREs, and now an earlier step fails.
    WorseWithinFailure,
    /// Repetitions disagree now and did not before. The lowest counts, so the score may be lower.
    Unstable,
    /// There was a score and there is none now: not planned any more, or not reached.
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
    /// Lab first, since an outage says nothing about a product; then gaps; then scores.
    #[must_use]
    pub fn between(before: Option<&CellStand>, after: Option<&CellStand>) -> Self {
        let score = |it: Option<&CellStand>| it.and_then(|it| it.standing.score());
        match (score(before), score(after), before, after) {
            (_, None, _, Some(now)) if now.standing == Standing::LabError => Self::BlockedByLab,
            (Some(_), None, _, _) => Self::Vanished,
            (None, Some(_), _, _) => Self::New,
            (Some(a), Some(b), Some(before), Some(after)) => scored((a, before), (b, after)),
            (None, None, Some(it), _) | (None, None, None, Some(it))
                if it.standing == Standing::NotApplicable =>
            {
                Self::Unchanged
            }
            _ => Self::NeverAttempted,
        }
    }

    /// Whether it is worse than before, so that a gate may stop it.
    #[must_use]
    pub fn is_worse(self) -> bool {
        match self {
            Self::Regressed | Self::WorseWithinFailure | Self::Unstable | Self::RedundancyLost => {
                true
            }
            Self::Vanished
            | Self::BlockedByLab
            | Self::GreenByAnotherRoute
            | Self::Fixed
            | Self::Improved
            | Self::New
            | Self::NeverAttempted
            | Self::Unchanged => false,
        }
    }

    /// Its name in files and on the command line.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::WorseWithinFailure => "worse-within-failure",
            Self::Unstable => "unstable",
            Self::Vanished => "vanished",
            Self::BlockedByLab => "blocked-by-lab",
            Self::RedundancyLost => "redundancy-lost",
            Self::GreenByAnotherRoute => "green-by-another-route",
            Self::Fixed => "fixed",
            Self::Improved => "improved",
            Self::New => "new",
            Self::NeverAttempted => "never-attempted",
            Self::Unchanged => "unchanged",
        }
    }

    /// What a person calls it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::WorseWithinFailure => "worse within failure",
            Self::Unstable => "unstable",
            Self::Vanished => "vanished",
            Self::BlockedByLab => "blocked by the lab",
            Self::RedundancyLost => "redundancy lost",
            Self::GreenByAnotherRoute => "green by another route",
            Self::Fixed => "fixed",
            Self::Improved => "improved",
            Self::New => "new",
            Self::NeverAttempted => "never attempted",
            Self::Unchanged => "unchanged",
        }
    }

    /// A sign that reads without colour.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Self::Regressed => '▼',
            Self::WorseWithinFailure => '▽',
            Self::Unstable => '≈',
            Self::Vanished => '∅',
            Self::BlockedByLab => '?',
            Self::RedundancyLost => '−',
            Self::GreenByAnotherRoute => '⇄',
            Self::Fixed => '▲',
            Self::Improved => '△',
            Self::New => '+',
            Self::NeverAttempted => '·',
            Self::Unchanged => '=',
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

fn scored((a, before): (Score, &CellStand), (b, after): (Score, &CellStand)) -> Change {
    if after.unstable && !before.unstable {
        return Change::Unstable;
    }
    match b.cmp(&a) {
        std::cmp::Ordering::Less => Change::Regressed,
        std::cmp::Ordering::Greater if a == Score::Failure => Change::Fixed,
        std::cmp::Ordering::Greater => Change::Improved,
        std::cmp::Ordering::Equal if a == Score::Failure => within_failure(before, after),
        std::cmp::Ordering::Equal => same_score(before, after),
    }
}

/// The further a trial comes, the better. A FAILURE without a step says nothing about it.
fn within_failure(before: &CellStand, after: &CellStand) -> Change {
    match (before.limiting, after.limiting) {
        (Some(a), Some(b)) if b < a => Change::WorseWithinFailure,
        (Some(a), Some(b)) if b > a => Change::Improved,
        _ => Change::Unchanged,
    }
}

fn same_score(before: &CellStand, after: &CellStand) -> Change {
    let carries = |route: &RouteId| after.carriers.iter().any(|it| it.route == *route);
    if independent(&after.carriers) < independent(&before.carriers) {
        Change::RedundancyLost
    } else if before.best.as_ref().is_some_and(|it| !carries(it)) {
        Change::GreenByAnotherRoute
    } else {
        Change::Unchanged
    }
}

/// How many routes carry a cell that share no tool, so that the loss of one tool costs one of them:
/// counted one after the other, those with the fewest tools first, then by name. A lower bound where
/// routes of two tools overlap in chains.
#[must_use]
pub fn independent(carriers: &[Carrier]) -> usize {
    let mut carriers: Vec<&Carrier> = carriers.iter().collect();
    carriers.sort_by_key(|it| (it.tools.len(), &it.route));
    let mut used: BTreeSet<&ConverterId> = BTreeSet::new();
    carriers
        .into_iter()
        .filter(|it| {
            let free = it.tools.iter().all(|tool| !used.contains(tool));
            used.extend(it.tools.iter().filter(|_| free));
            free
        })
        .count()
}
