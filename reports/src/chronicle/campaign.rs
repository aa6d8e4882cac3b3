//! One campaign of the chronicle: trials that walk, and what is left of those that are over.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{
    CampaignStarted, Cost, Ending, Event, Outcome, Pins, Recorded, StepWithdrawn, TrialsTold,
    VersionChanged,
};
use domain::ids::{CampaignId, PlatformId};
use domain::observation::{Value, find};
use domain::plan::Trial;
use domain::policy::Policy;
use domain::step::Step;
use domain::testbed::{Migration, Testbed};
use domain::told::ToldTrial;
use domain::verdict::{self, StepSeen, Steps, TrialVerdict};
use jiff::Timestamp;

use super::aside::{Aside, Done};
use super::digest::{Interned, Positions, TrialDigest};
use super::route::RouteFold;
use crate::viewpoint::Viewpoint;

/// One campaign.
#[derive(Debug, Clone)]
pub(super) struct CampaignFold {
    pub(super) id: CampaignId,
    pub(super) started: Timestamp,
    pub(super) last_recorded: Timestamp,
    pub(super) positions: (u64, u64),
    pub(super) found: u64,
    pub(super) testbed: Arc<Testbed>,
    pub(super) versions: Pins,
    pub(super) ended: Option<(Ending, Cost)>,
    pub(super) told: bool,
    /// Trials that another system told and that lie after the instant asked for.
    pub(super) beyond: usize,
    /// By the places of guest, source and target in the testbed; then by that of the route.
    pub(super) cells: BTreeMap<[u16; 3], Vec<(u16, RouteFold)>>,
    /// Trials on their way, with all that was observed.
    pub(super) walking: BTreeMap<Trial, Steps>,
    /// What its own page alone tells, but for how much was done.
    pub(super) aside: Aside,
    /// How much was done in trials that are over.
    pub(super) done: Done,
}

impl CampaignFold {
    /// A campaign at its start.
    pub(super) fn started(started: &CampaignStarted, recorded: &Recorded) -> Self {
        Self {
            id: started.campaign.clone(),
            started: recorded.at,
            last_recorded: recorded.at,
            positions: (recorded.position, recorded.position),
            found: recorded.position,
            testbed: Arc::new(started.testbed.clone()),
            versions: started.pins.clone(),
            ended: None,
            told: false,
            beyond: 0,
            cells: BTreeMap::new(),
            walking: BTreeMap::new(),
            aside: Aside { pins: started.pins.clone(), ..Aside::default() },
            done: Done::default(),
        }
    }

    /// Applies one event; false when it has no place here.
    pub(super) fn project(
        &mut self,
        recorded: Recorded,
        viewpoint: &Viewpoint,
        (policy, interned): (&Policy, &mut Interned),
    ) -> bool {
        let Recorded { position, at, event, .. } = recorded;
        let placed = match event {
            Event::CampaignStarted(_)
            | Event::KeyChanged(_)
            | Event::BaselineSet(_)
            | Event::UpgradeDeclared(_)
            | Event::CheckWaived(_)
            | Event::WaiverEnded(_)
            | Event::Access(_)
            | Event::Letter(_) => false,
            Event::TrialsPlanned(planned) => {
                planned.trials.iter().for_each(|trial| self.plan(trial));
                true
            }
            Event::CampaignResumed(_) => {
                self.ended = None;
                self.aside.resumed += 1;
                self.found = position;
                true
            }
            Event::VersionChanged(change) => {
                self.change(&change);
                true
            }
            Event::StepFinished(finished) => {
                let seen = StepSeen { position, at, finished, withdrawn: None };
                self.finish(seen, policy, interned)
            }
            Event::CampaignFinished(finished) => {
                self.ended = Some((finished.ending, finished.cost));
                true
            }
            Event::ScoresShown(_) => true,
            Event::StepWithdrawn(withdrawn) => match self.withdraw(&withdrawn, interned) {
                true => true,
                // What it withdraws lies after the instant asked for: it is no stranger.
                false => return !viewpoint.reaches(at),
            },
            Event::TrialsTold(told) => {
                self.tell(&told, at, (viewpoint, interned));
                true
            }
        };
        if placed {
            self.positions.1 = position;
            self.last_recorded = at;
        }
        placed
    }

    fn plan(&mut self, trial: &Trial) {
        let Some((cell, route)) = places(&self.testbed, trial) else { return };
        let routes = self.cells.entry(cell).or_default();
        let place = routes.binary_search_by_key(&route, |(place, _)| *place);
        let place = place.unwrap_or_else(|place| {
            routes.reserve_exact(1);
            routes.insert(place, (route, RouteFold::default()));
            place
        });
        routes[place].1.plan(trial.repetition);
    }

    fn change(&mut self, change: &VersionChanged) {
        match change.to.is_empty() {
            true => self.versions.remove(&change.subject),
            false => self.versions.insert(change.subject.clone(), change.to.clone()),
        };
        // A lab that took part found what nobody had pinned yet: that is no change.
        match change.from.is_empty() && self.aside.resumed == 0 {
            true => drop(self.aside.pins.insert(change.subject.clone(), change.to.clone())),
            false => self.aside.changes.push(change.clone()),
        }
    }

    fn route(&mut self, trial: &Trial) -> Option<&mut RouteFold> {
        let (cell, route) = places(&self.testbed, trial)?;
        let routes = self.cells.get_mut(&cell)?;
        let place = routes.binary_search_by_key(&route, |(place, _)| *place).ok()?;
        let route = &mut routes[place].1;
        route.planned.contains(&trial.repetition).then_some(route)
    }

    /// Keeps a step of a trial on its way; when that is over, its verdict alone.
    fn finish(&mut self, seen: StepSeen, policy: &Policy, interned: &mut Interned) -> bool {
        let (trial, step) = (&seen.finished.trial, seen.finished.step);
        if self.route(trial).is_none() {
            return false;
        }
        let is_over = match seen.finished.outcome {
            Outcome::NotCompleted { .. } => true,
            Outcome::Completed => step == Step::Restart,
            Outcome::LabError { .. } => false,
        };
        let trial = trial.clone();
        if is_over {
            let mut steps = self.walking.remove(&trial).unwrap_or_default();
            steps.insert(step, seen);
            self.done.count(&steps);
            let terms = (policy, self.testbed.migration(&trial.route));
            let digest = digest(terms, (&trial, &steps), self.positions.0, interned);
            if let Some(route) = self.route(&trial) {
                route.push(digest);
            }
        } else {
            self.walking.entry(trial).or_default().insert(step, seen);
        }
        true
    }

    /// Whether nothing was planned, nor told.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// False when the step is not there. One that was tried again meanwhile stands as it was tried
    /// again.
    fn withdraw(&mut self, withdrawn: &StepWithdrawn, interned: &mut Interned) -> bool {
        let StepWithdrawn { trial, step, position, .. } = withdrawn;
        if let Some(seen) = self.walking.get_mut(trial).and_then(|steps| steps.get_mut(step)) {
            if seen.position == *position {
                seen.withdrawn = Some(withdrawn.clone());
                self.aside.withdrawn += 1;
            }
            return true;
        }
        let first = self.positions.0;
        let trials = self.route(trial).map(|it| &mut it.trials).into_iter().flatten();
        let found = trials.filter(|it| it.repetition == trial.repetition);
        let found = found.last().filter(|it| it.positions.of(*step, first).is_some());
        let Some(digest) = found else { return false };
        if digest.positions.of(*step, first) == Some(*position) {
            let verdict = TrialVerdict::clone(&digest.verdict).withdrawn(withdrawn);
            digest.verdict = interned.verdict(verdict);
            // The restart is that step or comes after it: its addresses say nothing any more.
            digest.addresses = None;
            self.aside.withdrawn += 1;
        }
        true
    }

    fn tell(
        &mut self,
        told: &TrialsTold,
        at: Timestamp,
        (viewpoint, interned): (&Viewpoint, &mut Interned),
    ) {
        let tried = |it: &ToldTrial| it.tried(at);
        let first = told.trials.iter().map(tried).min().unwrap_or(self.started);
        self.started = if self.told { first.min(self.started) } else { first };
        self.told = true;
        let pins = interned.pins(&self.versions);
        for it in &told.trials {
            if !viewpoint.reaches(tried(it)) {
                self.beyond += 1;
                continue;
            }
            self.plan(&it.trial);
            let digest = TrialDigest {
                repetition: it.trial.repetition,
                verdict: interned.verdict(verdict::told(it)),
                addresses: None,
                pins: Arc::clone(&pins),
                positions: Positions::default(),
                duration_ms: it.duration_ms,
            };
            if let Some(route) = self.route(&it.trial) {
                route.push(digest);
            }
        }
        // It had ended when it was told, and so it had at any instant that all of it lies before.
        self.ended = (self.beyond == 0).then(|| (Ending::Completed, Cost::default()));
    }
}

/// The places of a trial's guest, source and target in a testbed, and that of its route.
fn places(testbed: &Testbed, trial: &Trial) -> Option<([u16; 3], u16)> {
    let platform = |id: &PlatformId| testbed.platforms.iter().position(|it| it.id == *id);
    let guest = testbed.guests.iter().position(|it| it.id == trial.guest)?;
    let cell = [guest, platform(&trial.source)?, platform(&trial.target)?];
    let route = testbed.routes.iter().position(|it| it.id == trial.route)?;
    Some((cell.map(|it| it as u16), route as u16))
}

/// What is kept of a trial, given the position of its campaign's first event.
pub(super) fn digest(
    (policy, migration): (&Policy, Migration),
    (trial, steps): (&Trial, &Steps),
    first: u64,
    interned: &mut Interned,
) -> TrialDigest {
    let mut positions = Positions::default();
    steps.iter().for_each(|(step, seen)| positions.set(*step, seen.position, first));
    let last = steps.values().max_by_key(|it| it.position);
    let no_pins = Pins::new();
    let verdict = verdict::judge(policy, migration, steps);
    let durations = steps.values().map(|seen| seen.finished.duration_ms);
    let addresses = addresses(steps).filter(|_| verdict.is_scored(Step::Restart));
    TrialDigest {
        repetition: trial.repetition,
        addresses: addresses.map(|it| interned.addresses(it)),
        verdict: interned.verdict(verdict),
        pins: interned.pins(last.map_or(&no_pins, |it| &it.finished.pins)),
        positions,
        duration_ms: durations.fold(0, u64::saturating_add),
    }
}

fn addresses(steps: &Steps) -> Option<&[String]> {
    match find(&steps.get(&Step::Restart)?.finished.observations, "ip.v4") {
        Some(Value::List(addresses)) => Some(addresses),
        _ => None,
    }
}
