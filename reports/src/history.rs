//! The history of campaigns: every recorded event put in its place. The same fold live and rebuilt.

use std::collections::BTreeMap;

use domain::event::{CampaignStarted, Cost, Ending, Event, Pins, Recorded, VersionChanged};
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::testbed::Testbed;
use domain::verdict::{StepSeen, Steps};
use jiff::Timestamp;

/// All campaigns of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    campaigns: Vec<CampaignHistory>,
    places: BTreeMap<CampaignId, usize>,
    unplaced: u64,
}

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignHistory {
    /// Which one.
    pub id: CampaignId,
    /// When it started.
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
    /// Versions that changed in mid-campaign.
    pub changes: Vec<VersionChanged>,
    /// How often it was resumed.
    pub resumed: u32,
    /// How it ended, if it did, and what it cost.
    pub ended: Option<(Ending, Cost)>,
}

impl History {
    /// The history these events tell.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let mut history = Self::default();
        events.into_iter().for_each(|event| history.project(event));
        history
    }

    /// Puts one more event in its place. What has no place is counted, never an error.
    pub fn project(&mut self, recorded: &Recorded) {
        if let Event::CampaignStarted(started) = &recorded.event {
            self.start(started, recorded);
            return;
        }
        // What concerns the log as a whole has its place there: it is no stranger.
        let Some(campaign) = recorded.event.campaign() else {
            return;
        };
        let place = self.places.get(campaign);
        let campaign = place.and_then(|place| self.campaigns.get_mut(*place));
        let placed = campaign.is_some_and(|campaign| campaign.project(recorded));
        self.unplaced += u64::from(!placed);
    }

    /// All campaigns, in the order they started.
    #[must_use]
    pub fn campaigns(&self) -> &[CampaignHistory] {
        &self.campaigns
    }

    /// One campaign.
    #[must_use]
    pub fn campaign(&self, id: &CampaignId) -> Option<&CampaignHistory> {
        self.campaigns.get(*self.places.get(id)?)
    }

    /// How many events had no place; pages show it when it is not zero.
    #[must_use]
    pub fn unplaced(&self) -> u64 {
        self.unplaced
    }

    fn start(&mut self, started: &CampaignStarted, recorded: &Recorded) {
        if self.places.contains_key(&started.campaign) {
            self.unplaced += 1;
            return;
        }
        self.places.insert(started.campaign.clone(), self.campaigns.len());
        self.campaigns.push(CampaignHistory {
            id: started.campaign.clone(),
            started: recorded.at,
            first_position: recorded.position,
            last_position: recorded.position,
            last_recorded: recorded.at,
            testbed: started.testbed.clone(),
            pins: started.pins.clone(),
            plan: Vec::new(),
            trials: BTreeMap::new(),
            changes: Vec::new(),
            resumed: 0,
            ended: None,
        });
    }
}

impl CampaignHistory {
    /// Applies one event; false when it has no place here.
    fn project(&mut self, recorded: &Recorded) -> bool {
        let placed = match &recorded.event {
            Event::CampaignStarted(_) | Event::KeyChanged(_) => false,
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
            Event::VersionChanged(change) => {
                self.changes.push(change.clone());
                true
            }
            Event::StepFinished(finished) => match self.trials.get_mut(&finished.trial) {
                Some(steps) => {
                    let position = recorded.position;
                    let seen = StepSeen { position, finished: finished.clone() };
                    steps.insert(finished.step, seen);
                    true
                }
                None => false,
            },
            Event::CampaignFinished(finished) => {
                self.ended = Some((finished.ending, finished.cost));
                true
            }
            Event::ScoresShown(_) => true,
        };
        if placed {
            self.last_position = recorded.position;
            self.last_recorded = recorded.at;
        }
        placed
    }
}
