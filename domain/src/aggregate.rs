//! From trials to routes and cells: repetitions take the lowest, routes the best.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::ids::RouteId;
use crate::score::{Score, Standing};

/// One repetition of a route, as far as aggregation needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repetition {
    /// How the trial stands.
    pub standing: Standing,
    /// The guest's addresses at the target, if they were read.
    pub addresses: Option<Vec<String>>,
    /// Wall time of its steps, in milliseconds.
    pub duration_ms: u64,
}

/// How a route stands over its repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteVerdict {
    /// Which route.
    pub route: RouteId,
    /// How many tools it needs.
    pub tools: usize,
    /// The lowest repetition.
    pub standing: Standing,
    /// Repetitions disagree, or the address differs on each re-run.
    pub unstable: bool,
    /// Repetitions that were scored.
    pub scored: usize,
    /// Repetitions that were planned.
    pub planned: usize,
    /// Mean wall time of a scored repetition, in milliseconds.
    pub duration_ms: u64,
}

/// How a cell stands: the best over its routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellVerdict {
    /// How it stands.
    pub standing: Standing,
    /// The route that gives the cell its score.
    pub best: Option<RouteId>,
    /// The best route is unstable.
    pub unstable: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
}

/// A route over its repetitions: the lowest score counts, disagreement is unstable.
///
/// An address that differs on each re-run is a WARNING at best (`R.repeat.ip`; seed, "aggregation
/// rule").
#[must_use]
pub fn route(id: &RouteId, tools: usize, repetitions: &[Repetition]) -> RouteVerdict {
    let scores: Vec<Score> = repetitions.iter().filter_map(|it| it.standing.score()).collect();
    let disagree = scores.iter().min() != scores.iter().max();
    let known = repetitions.iter().filter_map(|it| it.addresses.as_ref());
    let sets: BTreeSet<BTreeSet<&String>> = known.map(|it| it.iter().collect()).collect();
    let moved = sets.len() > 1;
    let ceiling = if moved { Score::Warning } else { Score::Success };
    let walked = repetitions.iter().filter(|it| it.standing.score().is_some());
    let total: u64 = walked.map(|it| it.duration_ms).fold(0, u64::saturating_add);
    RouteVerdict {
        route: id.clone(),
        tools,
        standing: match scores.iter().min() {
            Some(lowest) => Standing::Scored((*lowest).min(ceiling)),
            None => unscored(repetitions.iter().map(|it| it.standing)),
        },
        unstable: disagree || moved,
        scored: scores.len(),
        planned: repetitions.len(),
        duration_ms: total / scores.len().max(1) as u64,
    }
}

/// A cell over its routes: the best score counts; ties go to fewer tools, then less time, then the
/// route's name, so that the same routes always give the same answer.
#[must_use]
pub fn cell(routes: &[RouteVerdict]) -> CellVerdict {
    let scored = routes.iter().filter_map(|it| it.standing.score().map(|score| (score, it)));
    let best = scored.max_by(|(a, x), (b, y)| {
        let ties = |it: &RouteVerdict| (it.tools, it.duration_ms, it.route.clone());
        a.cmp(b).then_with(|| ties(y).cmp(&ties(x)))
    });
    CellVerdict {
        standing: match best {
            Some((score, _)) => Standing::Scored(score),
            None => unscored(routes.iter().map(|it| it.standing)),
        },
        best: best.map(|(_, it)| it.route.clone()),
        unstable: best.is_some_and(|(_, it)| it.unstable),
        scored: routes.iter().map(|it| it.scored).sum(),
        planned: routes.iter().map(|it| it.planned).sum(),
    }
}

/// A cell for which the question makes no sense: nothing was planned, and nothing is missing.
#[must_use]
pub fn not_applicable() -> CellVerdict {
    CellVerdict {
        standing: Standing::NotApplicable,
        best: None,
        unstable: false,
        scored: 0,
        planned: 0,
    }
}

/// Of states that are not scores, the one that says most: what broke before what is missing.
fn unscored(states: impl Iterator<Item = Standing>) -> Standing {
    let order = |standing: &Standing| match standing {
        Standing::LabError => 4,
        Standing::Blocked => 3,
        Standing::NotRun => 2,
        Standing::NotApplicable => 1,
        Standing::Scored(_) => 0,
    };
    states.max_by_key(order).unwrap_or(Standing::NotRun)
}
