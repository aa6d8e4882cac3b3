//! One campaign of a history.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{
    CampaignStarted, Cost, Ending, Event, Pins, Recorded, StepFinished, StepWithdrawn, TrialsTold,
    VersionChanged,
};
use domain::ids::{CampaignId, Sha256Digest};
use domain::plan::{CellId, Trial, migration_of, not_applicable};
use domain::testbed::{Migration, Testbed};
use domain::told::ToldTrial;
use domain::verdict::{StepSeen, Steps};
use jiff::Timestamp;

use crate::viewpoint::Viewpoint;

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignHistory {
    /// Which one.
    pub id: CampaignId,
    /// When it started; of one that another system told, when its first trial was tried.
    pub started: Timestamp,
    /// Position of its first event in the log.
    pub first_position: u64,
    /// Position of its last event in the log.
    pub last_position: u64,
    /// When its last event was recorded.
    pub last_recorded: Timestamp,
    /// The testbed as declared.
    pub testbed: Testbed,
    /// The versions pinned at the start.
    pub pins: Pins,
    /// Every trial planned, in plan order.
    pub plan: Vec<Trial>,
    /// What each trial went through.
    pub trials: BTreeMap<Trial, Steps>,
    /// What another system told about trials, instead of steps.
    pub told: BTreeMap<Trial, ToldTrial>,
    /// Where that came from.
    pub origin: Option<Told>,
    /// Versions that changed in mid-campaign.
    pub changes: Vec<VersionChanged>,
    /// Steps that were withdrawn later.
    pub withdrawn: Vec<StepWithdrawn>,
    /// How often it was resumed.
    pub resumed: u32,
    /// How it ended, if it did, and what it cost.
    pub ended: Option<(Ending, Cost)>,
    /// Cells whose trials were planned and are not told; nothing of them is kept here.
    pub withheld: BTreeSet<CellId>,
    /// Trials that another system told and that lie after the instant asked for.
    beyond: usize,
}

/// Where a campaign came from that another system told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The form it came in.
    pub origin: String,
    /// The name of the file.
    pub file: String,
    /// Digest of the file's bytes.
    pub file_sha256: Sha256Digest,
}

impl CampaignHistory {
    /// A campaign at its start.
    pub(super) fn started(started: &CampaignStarted, recorded: &Recorded) -> Self {
        Self {
            id: started.campaign.clone(),
            started: recorded.at,
            first_position: recorded.position,
            last_position: recorded.position,
            last_recorded: recorded.at,
            testbed: started.testbed.clone(),
            pins: started.pins.clone(),
            plan: Vec::new(),
            trials: BTreeMap::new(),
            told: BTreeMap::new(),
            origin: None,
            changes: Vec::new(),
            withdrawn: Vec::new(),
            resumed: 0,
            ended: None,
            withheld: BTreeSet::new(),
            beyond: 0,
        }
    }

    /// The versions in force at its end, as far as it has come.
    #[must_use]
    pub fn versions(&self) -> Pins {
        let mut pins = self.pins.clone();
        pins.extend(self.changes.iter().map(|it| (it.subject.clone(), it.to.clone())));
        pins.retain(|_, version| !version.is_empty());
        pins
    }

    /// The type of migration that it walks.
    #[must_use]
    pub fn migration(&self) -> Migration {
        migration_of(&self.testbed, &self.plan)
    }

    /// Its guests' cells for which the question makes no sense.
    pub(crate) fn not_applicable(&self) -> Vec<CellId> {
        let planned = self.plan.iter().map(|it| &it.guest);
        let guests = planned.chain(self.withheld.iter().map(|it| &it.guest)).collect();
        not_applicable(&self.testbed, self.migration(), &guests)
    }

    /// Applies one event; false when it has no place here.
    pub(super) fn project(&mut self, recorded: &Recorded, viewpoint: &Viewpoint) -> bool {
        let placed = match &recorded.event {
            Event::CampaignStarted(_)
            | Event::KeyChanged(_)
            | Event::BaselineSet(_)
            | Event::UpgradeDeclared(_)
            | Event::CheckWaived(_)
            | Event::WaiverEnded(_)
            | Event::Access(_)
            | Event::Letter(_) => false,
            Event::TrialsPlanned(planned) => {
                self.plan.extend(planned.trials.iter().cloned());
                self.trials.extend(planned.trials.iter().map(|it| (it.clone(), Steps::new())));
                true
            }
            Event::CampaignResumed(_) => {
                self.resumed += 1;
                self.ended = None;
                true
            }
            // A lab that took part found what nobody had pinned yet: that is no change.
            Event::VersionChanged(pinned) if pinned.from.is_empty() && self.resumed == 0 => {
                self.pins.insert(pinned.subject.clone(), pinned.to.clone());
                true
            }
            Event::VersionChanged(change) => {
                self.changes.push(change.clone());
                true
            }
            Event::StepFinished(finished) => self.finish(finished, recorded),
            Event::CampaignFinished(finished) => {
                self.ended = Some((finished.ending, finished.cost));
                true
            }
            Event::ScoresShown(_) => true,
            Event::StepWithdrawn(withdrawn) => match self.withdraw(withdrawn) {
                true => true,
                // What it withdraws lies after the instant asked for: it is no stranger.
                false => return !viewpoint.reaches(recorded.at),
            },
            Event::TrialsTold(told) => self.tell(told, recorded, viewpoint),
        };
        if placed {
            self.last_position = recorded.position;
            self.last_recorded = recorded.at;
        }
        placed
    }

    fn finish(&mut self, finished: &StepFinished, recorded: &Recorded) -> bool {
        let Some(steps) = self.trials.get_mut(&finished.trial) else { return false };
        let Recorded { position, at, .. } = *recorded;
        let seen = StepSeen { position, at, finished: finished.clone(), withdrawn: None };
        steps.insert(finished.step, seen);
        true
    }

    /// False when the step is not there. One that was tried again meanwhile stands as it was tried
    /// again.
    fn withdraw(&mut self, withdrawn: &StepWithdrawn) -> bool {
        let steps = self.trials.get_mut(&withdrawn.trial);
        let Some(seen) = steps.and_then(|steps| steps.get_mut(&withdrawn.step)) else {
            return false;
        };
        if seen.position == withdrawn.position {
            seen.withdrawn = Some(withdrawn.clone());
            self.withdrawn.push(withdrawn.clone());
        }
        true
    }

    fn tell(&mut self, told: &TrialsTold, recorded: &Recorded, viewpoint: &Viewpoint) -> bool {
        let TrialsTold { origin, file, file_sha256, trials, .. } = told;
        let (origin, file, file_sha256) = (origin.clone(), file.clone(), *file_sha256);
        let is_first = self.origin.replace(Told { origin, file, file_sha256 }).is_none();
        let first = trials.iter().map(|it| it.tried(recorded.at)).min().unwrap_or(self.started);
        self.started = if is_first { first } else { first.min(self.started) };
        for it in trials {
            if viewpoint.reaches(it.tried(recorded.at)) {
                self.plan.push(it.trial.clone());
                self.told.insert(it.trial.clone(), it.clone());
            } else {
                self.beyond += 1;
            }
        }
        // It had ended when it was told, and so it had at any instant that all of it lies before.
        self.ended = (self.beyond == 0).then(|| (Ending::Completed, Cost::default()));
        true
    }
}
