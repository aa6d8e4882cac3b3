//! What the routes of a cell come to.

use domain::aggregate::{self, RouteVerdict};
use domain::change::{Carrier, CellStand};
use domain::ids::RouteId;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Testbed;

use super::record::{CellRecord, RouteRecord};
use crate::tally::merit;

/// A cell over its routes, which are in testbed order.
pub(super) fn cell_record(testbed: &Testbed, routes: Vec<RouteRecord>) -> CellRecord {
    let verdicts: Vec<RouteVerdict> = routes.iter().map(|it| it.verdict.clone()).collect();
    let verdict = aggregate::cell(&verdicts);
    let decisive = routes.iter().min_by(|a, b| rank(a).cmp(&rank(b)));
    let reason = decisive.and_then(|it| it.reason.clone());
    let fails = verdict.standing == Standing::Scored(Score::Failure);
    let limiting = reason.as_ref().map(|it| it.step);
    let stand = CellStand {
        standing: verdict.standing,
        unstable: decisive.is_some_and(|it| it.verdict.unstable),
        limiting: if fails { furthest(&routes) } else { limiting },
        carriers: carriers(testbed, &routes, verdict.standing),
        unscored: routes.iter().map(|it| &it.verdict).filter_map(unscored).collect(),
        best: verdict.best,
    };
    CellRecord {
        stand,
        scored: verdict.scored,
        planned: verdict.planned,
        versions: decisive.map(|it| it.versions.clone()).unwrap_or_default(),
        evidence: decisive.and_then(|it| it.evidence),
        reason,
        routes,
    }
}

/// The order of routes, the best first. Never by name, so that what is said of a cell does not hang
/// on what its tools are called; the same as in [`crate::redaction::ranked`].
fn rank(route: &RouteRecord) -> impl Ord {
    let RouteRecord { verdict, steps, reason, .. } = route;
    let RouteVerdict { standing, tools, duration_ms, unstable, scored, planned, .. } = verdict;
    let best = (merit(*standing), *tools, *duration_ms);
    (best, *unstable, *scored, *planned, steps, reason)
}

/// Of routes that all fail, the furthest step that one of them came to.
fn furthest(routes: &[RouteRecord]) -> Option<Step> {
    let failing = routes.iter().filter(|it| it.verdict.standing.score() == Some(Score::Failure));
    failing.filter_map(|it| it.reason.as_ref()).map(|it| it.step).max()
}

/// The routes that carry a cell: those with its score.
fn carriers(testbed: &Testbed, routes: &[RouteRecord], standing: Standing) -> Vec<Carrier> {
    let scored = standing.score().is_some();
    let carry = routes.iter().map(|it| &it.verdict).filter(|it| scored && it.standing == standing);
    let speed = |it: &RouteVerdict| (it.tools, it.duration_ms);
    let best = carry.clone().map(speed).min();
    let carrier = |it: &RouteVerdict| Carrier {
        route: it.route.clone(),
        tools: testbed.route(&it.route).map(|it| it.converters.clone()).unwrap_or_default(),
        best: Some(speed(it)) == best,
    };
    carry.map(carrier).collect()
}

fn unscored(route: &RouteVerdict) -> Option<(RouteId, Standing)> {
    route.standing.score().is_none().then(|| (route.route.clone(), route.standing))
}
