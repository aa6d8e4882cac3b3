//! The trials of one route of one cell, and what they come to.

use std::borrow::Cow;
use std::sync::Arc;

use domain::aggregate::{self, Repetition};
use domain::event::{CheckWaived, Pins};
use domain::ids::RouteId;
use domain::plan::{CellId, Trial};
use domain::policy::Policy;
use domain::score::Standing;
use domain::testbed::Route;
use domain::verdict::TrialVerdict;

use super::digest::TrialDigest;
use super::record::RouteRecord;
use crate::reason::{Reason, decisive_of};

/// The trials of one route of one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RouteFold {
    /// Repetitions that were planned.
    pub(super) planned: Vec<u32>,
    /// Those that have come so far that they say something, by repetition.
    pub(super) trials: Vec<TrialDigest>,
}

/// A trial as the waivers leave it.
type Seen<'a> = (Cow<'a, TrialVerdict>, Option<&'a TrialDigest>);

impl RouteFold {
    /// Takes in a repetition that was planned.
    pub(super) fn plan(&mut self, repetition: u32) {
        self.planned.reserve_exact(1);
        self.planned.push(repetition);
    }

    /// Keeps a trial that is over. Room is made for those that were planned, and no more.
    pub(super) fn push(&mut self, digest: TrialDigest) {
        self.trials.reserve_exact(self.planned.len().saturating_sub(self.trials.len()));
        self.trials.push(digest);
    }

    /// The same route with trials on their way.
    pub(super) fn with(&self, walking: &[TrialDigest]) -> Self {
        let mut fold = self.clone();
        fold.trials.extend_from_slice(walking);
        fold
    }

    /// What the route comes to.
    pub(super) fn record(
        &self,
        (route, first): (&Route, u64),
        cell: &CellId,
        policy: &Policy,
        waivers: &[&CheckWaived],
    ) -> RouteRecord {
        let seen: Vec<Seen<'_>> =
            self.planned.iter().map(|it| self.seen(*it, &route.id, cell, waivers)).collect();
        let repetitions: Vec<Repetition> = seen.iter().map(repetition).collect();
        let verdict = aggregate::route(&route.id, route.converters.len(), &repetitions);
        let decisive = decisive_of(seen.iter().map(|(verdict, _)| &**verdict));
        let digest = seen.iter().find(|it| decisive.is_some_and(|d| std::ptr::eq(&*it.0, d)));
        let digest = digest.and_then(|it| it.1);
        RouteRecord {
            steps: decisive.map(standings).unwrap_or_default(),
            reason: decisive.and_then(|it| Reason::of_trial(it, verdict.standing, policy)),
            versions: digest.map(|it| relevant(&it.pins, cell, route)).unwrap_or_default(),
            evidence: digest.and_then(|it| it.positions.span(first)),
            verdict,
        }
    }

    fn seen<'a>(
        &'a self,
        repetition: u32,
        route: &RouteId,
        cell: &CellId,
        waivers: &[&CheckWaived],
    ) -> Seen<'a> {
        let Some(digest) = self.trials.iter().find(|it| it.repetition == repetition) else {
            return (Cow::Owned(not_run()), None);
        };
        if waivers.is_empty() {
            return (Cow::Borrowed(&*digest.verdict), Some(digest));
        }
        let CellId { guest, source, target } = cell.clone();
        let trial = Trial { guest, source, target, route: route.clone(), repetition };
        let verdict = TrialVerdict::clone(&digest.verdict).waived(waivers, &trial);
        (Cow::Owned(verdict), Some(digest))
    }
}

fn standings(trial: &TrialVerdict) -> Vec<Standing> {
    trial.steps.iter().map(|it| it.standing).collect()
}

fn repetition((verdict, digest): &Seen<'_>) -> Repetition {
    Repetition {
        standing: verdict.standing,
        addresses: digest.and_then(|it| it.addresses.as_ref()).map(|it| Vec::clone(it)),
        duration_ms: digest.map_or(0, |it| it.duration_ms),
    }
}

/// A trial that was planned and has not begun.
fn not_run() -> TrialVerdict {
    TrialVerdict { standing: Standing::NotRun, steps: Vec::new() }
}

/// The versions that a walk along this route depends on.
fn relevant(pins: &Arc<Pins>, cell: &CellId, route: &Route) -> Pins {
    let is_relevant = |subject: &str| match subject.split_once(':') {
        Some(("platform", id)) => id == cell.source.as_str() || id == cell.target.as_str(),
        // An image that was made for one platform starts there and nowhere else.
        Some(("guest", id)) => match id.split_once('@') {
            Some((guest, made_for)) => {
                guest == cell.guest.as_str() && made_for == cell.source.as_str()
            }
            None => id == cell.guest.as_str(),
        },
        Some(("converter", id)) => route.converters.iter().any(|it| it.as_str() == id),
        _ => true,
    };
    let relevant = pins.iter().filter(|(subject, _)| is_relevant(subject));
    relevant.map(|(subject, version)| (subject.clone(), version.clone())).collect()
}
