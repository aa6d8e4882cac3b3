//! One campaign of the chronicle: trials that walk, and what is left of those that are over.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::aggregate::{self, RouteVerdict};
use domain::change::{Carrier, CellStand};
use domain::event::{
    CampaignStarted, CheckWaived, Cost, Ending, Event, Outcome, Pins, Recorded, StepFinished,
    StepWithdrawn, TrialsTold, VersionChanged,
};
use domain::ids::{CampaignId, RouteId};
use domain::observation::{Value, find};
use domain::plan::{CellId, Trial};
use domain::policy::Policy;
use domain::step::Step;
use domain::testbed::Testbed;
use domain::verdict::{self, StepSeen, Steps, TrialVerdict};
use jiff::Timestamp;

use super::digest::{Interned, TrialDigest, place};
use super::record::{CampaignRecord, CellRecord, RouteRecord};
use super::route::RouteFold;
use crate::viewpoint::Viewpoint;

/// One campaign.
#[derive(Debug, Clone)]
pub(super) struct CampaignFold {
    id: CampaignId,
    started: Timestamp,
    last_recorded: Timestamp,
    positions: (u64, u64),
    testbed: Testbed,
    versions: Pins,
    ended: Option<(Ending, Cost)>,
    told: bool,
    cells: BTreeMap<CellId, BTreeMap<RouteId, RouteFold>>,
    /// Trials on their way, with all that was observed.
    walking: BTreeMap<Trial, Steps>,
}

impl CampaignFold {
    /// A campaign at its start.
    pub(super) fn started(started: &CampaignStarted, recorded: &Recorded) -> Self {
        Self {
            id: started.campaign.clone(),
            started: recorded.at,
            last_recorded: recorded.at,
            positions: (recorded.position, recorded.position),
            testbed: started.testbed.clone(),
            versions: started.pins.clone(),
            ended: None,
            told: false,
            cells: BTreeMap::new(),
            walking: BTreeMap::new(),
        }
    }

    /// Applies one event; false when it has no place here.
    pub(super) fn project(
        &mut self,
        recorded: &Recorded,
        viewpoint: &Viewpoint,
        (policy, interned): (&Policy, &mut Interned),
    ) -> bool {
        let placed = match &recorded.event {
            Event::CampaignStarted(_)
            | Event::KeyChanged(_)
            | Event::BaselineSet(_)
            | Event::UpgradeDeclared(_)
            | Event::CheckWaived(_)
            | Event::WaiverEnded(_) => false,
            Event::TrialsPlanned(planned) => {
                planned.trials.iter().for_each(|trial| self.plan(trial));
                true
            }
            Event::CampaignResumed(_) => {
                self.ended = None;
                true
            }
            Event::VersionChanged(change) => {
                self.change(change);
                true
            }
            Event::StepFinished(finished) => self.finish(finished, recorded, policy, interned),
            Event::CampaignFinished(finished) => {
                self.ended = Some((finished.ending, finished.cost));
                true
            }
            Event::ScoresShown(_) => true,
            Event::StepWithdrawn(withdrawn) => self.withdraw(withdrawn, viewpoint, interned),
            Event::TrialsTold(told) => {
                self.tell(told, viewpoint, interned);
                true
            }
        };
        if placed {
            self.positions.1 = recorded.position;
            self.last_recorded = recorded.at;
        }
        placed
    }

    fn plan(&mut self, trial: &Trial) {
        let routes = self.cells.entry(trial.cell()).or_default();
        let route = routes.entry(trial.route.clone()).or_default();
        route.planned.push(trial.repetition);
    }

    fn change(&mut self, change: &VersionChanged) {
        match change.to.is_empty() {
            true => self.versions.remove(&change.subject),
            false => self.versions.insert(change.subject.clone(), change.to.clone()),
        };
    }

    fn route(&mut self, trial: &Trial) -> Option<&mut RouteFold> {
        let route = self.cells.get_mut(&trial.cell())?.get_mut(&trial.route)?;
        route.planned.contains(&trial.repetition).then_some(route)
    }

    /// Keeps a step of a trial on its way; when that is over, its verdict alone.
    fn finish(
        &mut self,
        finished: &StepFinished,
        recorded: &Recorded,
        policy: &Policy,
        interned: &mut Interned,
    ) -> bool {
        let trial = &finished.trial;
        if self.route(trial).is_none() {
            return false;
        }
        let Recorded { position, at, .. } = *recorded;
        let seen = StepSeen { position, at, finished: finished.clone(), withdrawn: None };
        self.walking.entry(trial.clone()).or_default().insert(finished.step, seen);
        let is_over = match finished.outcome {
            Outcome::NotCompleted { .. } => true,
            Outcome::Completed => finished.step == Step::Restart,
            Outcome::LabError { .. } => false,
        };
        if is_over && let Some(steps) = self.walking.remove(trial) {
            let digest = digest(policy, trial, &steps, interned);
            if let Some(route) = self.route(trial) {
                route.trials.push(digest);
            }
        }
        true
    }

    fn withdraw(
        &mut self,
        withdrawn: &StepWithdrawn,
        viewpoint: &Viewpoint,
        interned: &mut Interned,
    ) -> bool {
        let StepWithdrawn { trial, step, position, .. } = withdrawn;
        if let Some(seen) = self.walking.get_mut(trial).and_then(|steps| steps.get_mut(step)) {
            if seen.position == *position {
                seen.withdrawn = Some(withdrawn.clone());
            }
            return true;
        }
        let trials = self.route(trial).map(|it| &mut it.trials).into_iter().flatten();
        let found = trials.filter(|it| it.repetition == trial.repetition);
        let found = found.last().filter(|it| it.positions[place(*step)].is_some());
        let Some(digest) = found else { return viewpoint.as_of.is_some() };
        if digest.positions[place(*step)] == Some(*position) {
            let verdict = TrialVerdict::clone(&digest.verdict).withdrawn(withdrawn);
            digest.verdict = interned.verdict(verdict);
        }
        true
    }

    fn tell(&mut self, told: &TrialsTold, viewpoint: &Viewpoint, interned: &mut Interned) {
        let first = told.trials.iter().map(|it| it.at).min().unwrap_or(self.started);
        self.started = if self.told { first.min(self.started) } else { first };
        self.told = true;
        let pins = interned.pins(&self.versions);
        for it in told.trials.iter().filter(|it| viewpoint.reaches(it.at)) {
            self.plan(&it.trial);
            let digest = TrialDigest {
                repetition: it.trial.repetition,
                verdict: interned.verdict(verdict::told(it)),
                addresses: None,
                pins: Arc::clone(&pins),
                positions: [None; 7],
                duration_ms: it.duration_ms,
            };
            if let Some(route) = self.route(&it.trial) {
                route.trials.push(digest);
            }
        }
    }

    /// The campaign as it stands.
    pub(super) fn record(&self, policy: &Policy, waivers: &[&CheckWaived]) -> CampaignRecord {
        let walking = self.walking_by_route(policy);
        let cell = |(id, routes): (&CellId, &BTreeMap<RouteId, RouteFold>)| {
            (id.clone(), self.cell(id, routes, (policy, waivers), &walking))
        };
        CampaignRecord {
            id: self.id.clone(),
            started: self.started,
            last_recorded: self.last_recorded,
            positions: self.positions,
            testbed: self.testbed.clone(),
            versions: self.versions.clone(),
            ended: self.ended,
            told: self.told,
            cells: self.cells.iter().map(cell).collect(),
        }
    }

    /// The trials on their way, each judged as far as it has come.
    fn walking_by_route(&self, policy: &Policy) -> Walking {
        let mut walking = Walking::new();
        for (trial, steps) in &self.walking {
            let digest = digest(policy, trial, steps, &mut Interned::default());
            walking.entry((trial.cell(), trial.route.clone())).or_default().push(digest);
        }
        walking
    }

    fn cell(
        &self,
        id: &CellId,
        routes: &BTreeMap<RouteId, RouteFold>,
        (policy, waivers): (&Policy, &[&CheckWaived]),
        walking: &Walking,
    ) -> CellRecord {
        let tried = self.testbed.routes.iter().filter_map(|route| {
            let fold = routes.get(&route.id)?;
            let more = walking.get(&(id.clone(), route.id.clone()));
            Some(match more {
                None => fold.record(route, id, policy, waivers),
                Some(more) => fold.with(more).record(route, id, policy, waivers),
            })
        });
        cell_record(&self.testbed, tried.collect())
    }
}

/// Trials on their way, by cell and route.
type Walking = BTreeMap<(CellId, RouteId), Vec<TrialDigest>>;

fn cell_record(testbed: &Testbed, routes: Vec<RouteRecord>) -> CellRecord {
    let verdicts: Vec<RouteVerdict> = routes.iter().map(|it| it.verdict.clone()).collect();
    let verdict = aggregate::cell(&verdicts);
    let is_best = |it: &&RouteRecord| Some(&it.verdict.route) == verdict.best.as_ref();
    let stands = |it: &&RouteRecord| it.verdict.standing == verdict.standing;
    let decisive = routes.iter().find(is_best).or_else(|| routes.iter().find(stands));
    let reason = decisive.and_then(|it| it.reason.clone());
    let is_scored = verdict.standing.score().is_some();
    let carriers = verdicts.iter().filter(|it| is_scored && it.standing == verdict.standing);
    let carrier = |it: &RouteVerdict| Carrier {
        route: it.route.clone(),
        tools: testbed.route(&it.route).map(|it| it.converters.clone()).unwrap_or_default(),
    };
    CellRecord {
        stand: CellStand {
            standing: verdict.standing,
            unstable: verdict.unstable,
            limiting: reason.as_ref().map(|it| it.step),
            carriers: carriers.map(carrier).collect(),
            best: verdict.best.clone(),
        },
        scored: verdict.scored,
        planned: verdict.planned,
        versions: decisive.map(|it| it.versions.clone()).unwrap_or_default(),
        evidence: decisive.and_then(|it| it.evidence),
        reason,
        routes,
    }
}

/// What is kept of a trial.
fn digest(policy: &Policy, trial: &Trial, steps: &Steps, interned: &mut Interned) -> TrialDigest {
    let mut positions = [None; 7];
    for (step, seen) in steps {
        positions[place(*step)] = Some(seen.position);
    }
    let last = steps.values().max_by_key(|it| it.position);
    let no_pins = Pins::new();
    TrialDigest {
        repetition: trial.repetition,
        verdict: interned.verdict(verdict::judge(policy, steps)),
        addresses: addresses(steps).map(|it| interned.addresses(it)),
        pins: interned.pins(last.map_or(&no_pins, |it| &it.finished.pins)),
        positions,
        duration_ms: steps.values().map(|seen| seen.finished.duration_ms).sum(),
    }
}

fn addresses(steps: &Steps) -> Option<&[String]> {
    match find(&steps.get(&Step::Restart)?.finished.observations, "ip.v4") {
        Some(Value::List(addresses)) => Some(addresses),
        _ => None,
    }
}
