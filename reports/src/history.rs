//! The history of campaigns: every recorded event put in its place. The same fold live and rebuilt.

use std::collections::BTreeMap;

use domain::event::{CampaignStarted, CheckWaived, Event, Recorded};
use domain::ids::CampaignId;
use domain::registry::Registry;
use jiff::Timestamp;

use crate::viewpoint::Viewpoint;

mod campaign;

pub use campaign::{CampaignHistory, Told};

/// All campaigns of a log, and what was declared about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    campaigns: Vec<CampaignHistory>,
    places: BTreeMap<CampaignId, usize>,
    registry: Registry,
    viewpoint: Viewpoint,
    head: Option<(u64, Timestamp)>,
    unplaced: u64,
}

impl History {
    /// The history these events tell.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let mut history = Self::default();
        events.into_iter().for_each(|event| history.project(event));
        history
    }

    /// A history, empty yet, as seen from somewhere in time.
    #[must_use]
    pub fn seen_from(viewpoint: Viewpoint) -> Self {
        Self { viewpoint, ..Self::default() }
    }

    /// Puts one more event in its place. What has no place is counted, never an error.
    pub fn project(&mut self, recorded: &Recorded) {
        if !self.viewpoint.sees(recorded) {
            return;
        }
        self.head = Some((recorded.position, recorded.at));
        self.registry.evolve(recorded);
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
        let placed = campaign.is_some_and(|campaign| campaign.project(recorded, &self.viewpoint));
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

    /// What was declared.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The same, seen in the present; see [`Viewpoint::at_present`].
    #[must_use]
    pub fn at_present(self, now: Timestamp) -> Self {
        let waivers = self.registry.waivers().values();
        let expiries = waivers.map(|it| it.waived.what.expires);
        Self { viewpoint: self.viewpoint.at_present(self.head, expiries, now), ..self }
    }

    /// The waivers in force at the instant it is seen at; without one at that of its last event.
    #[must_use]
    pub fn in_force(&self) -> Vec<&CheckWaived> {
        let instant = self.viewpoint.as_of.or(self.head.map(|(_, at)| at));
        instant.map(|it| self.registry.in_force(it)).unwrap_or_default()
    }

    /// From where a campaign is seen, nailed down: whatever is recorded later, the same is seen from
    /// there. That is the position asked for, or the last one that says anything about the campaign.
    #[must_use]
    pub fn viewpoint_of(&self, campaign: &CampaignHistory) -> Viewpoint {
        let waivers = self.registry.last_waiver().unwrap_or(0);
        let last = campaign.last_position.max(waivers);
        Viewpoint { known_at: self.viewpoint.known_at.or(Some(last)), ..self.viewpoint }
    }

    /// From where it is seen.
    #[must_use]
    pub fn viewpoint(&self) -> &Viewpoint {
        &self.viewpoint
    }

    /// Position and time of the last event that is seen, placed or not.
    #[must_use]
    pub fn head(&self) -> Option<(u64, Timestamp)> {
        self.head
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
        self.campaigns.push(CampaignHistory::started(started, recorded));
    }
}
