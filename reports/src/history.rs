//! The history of campaigns: every recorded event put in its place. The same fold live and rebuilt.

use std::collections::BTreeMap;

use domain::event::{CampaignStarted, CheckWaived, Event, Recorded};
use domain::ids::CampaignId;
use domain::registry::Registry;
use jiff::Timestamp;

use crate::seen::Seen;
use crate::viewpoint::Viewpoint;

mod campaign;

pub use crate::seen::Surroundings;
pub use campaign::{CampaignHistory, Told};

/// All campaigns of a log, and what was declared about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    campaigns: Vec<CampaignHistory>,
    places: BTreeMap<CampaignId, usize>,
    /// Campaigns that another system told, as long as none of their trials is reached.
    ahead: BTreeMap<CampaignId, CampaignHistory>,
    seen: Seen,
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
        Self { seen: Seen::from_viewpoint(viewpoint), ..Self::default() }
    }

    /// Puts one more event in its place. What has no place is counted, never an error.
    pub fn project(&mut self, recorded: &Recorded) {
        if !self.seen.viewpoint.sees(recorded) || self.is_ahead(recorded) {
            return;
        }
        self.seen.take_in(recorded);
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
        let placed =
            campaign.is_some_and(|campaign| campaign.project(recorded, &self.seen.viewpoint));
        self.seen.unplaced += u64::from(!placed);
    }

    /// Whether an event that was recorded after the instant asked for says nothing of the time
    /// before, since its campaign is not seen from here.
    fn is_ahead(&mut self, recorded: &Recorded) -> bool {
        let Some(id) = recorded.event.campaign() else { return false };
        if self.seen.viewpoint.reaches(recorded.at) || self.places.contains_key(id) {
            return false;
        }
        if let Event::CampaignStarted(started) = &recorded.event {
            let campaign = CampaignHistory::started(started, recorded);
            self.ahead.entry(id.clone()).or_insert(campaign);
            return true;
        }
        let Some(mut campaign) = self.ahead.remove(id) else { return true };
        campaign.project(recorded, &self.seen.viewpoint);
        if campaign.told.is_empty() {
            self.ahead.insert(id.clone(), campaign);
        } else {
            self.places.insert(id.clone(), self.campaigns.len());
            self.campaigns.push(campaign);
            self.seen.look(recorded.position, recorded.at);
        }
        true
    }

    /// The same history as part of a longer log, of which only what concerns it was read.
    #[must_use]
    pub fn amid(self, log: &Surroundings) -> Self {
        Self { seen: self.seen.amid(log), ..self }
    }

    /// All campaigns, in the order they were recorded.
    #[must_use]
    pub fn campaigns(&self) -> &[CampaignHistory] {
        &self.campaigns
    }

    /// The campaign that started last; what another system told stands where it was tried.
    #[must_use]
    pub fn last(&self) -> Option<&CampaignHistory> {
        self.campaigns.iter().max_by_key(|it| (it.started, it.first_position))
    }

    /// One campaign.
    #[must_use]
    pub fn campaign(&self, id: &CampaignId) -> Option<&CampaignHistory> {
        self.campaigns.get(*self.places.get(id)?)
    }

    /// What was declared.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.seen.registry
    }

    /// The same, seen in the present; see [`Viewpoint::at_present`].
    #[must_use]
    pub fn at_present(self, now: Timestamp) -> Self {
        Self { seen: self.seen.at_present(now), ..self }
    }

    /// The waivers in force at the instant it is seen at; without one at the latest of its events.
    #[must_use]
    pub fn in_force(&self) -> Vec<&CheckWaived> {
        self.seen.in_force()
    }

    /// From where a campaign is seen, nailed down: whatever is recorded later, the same is seen from
    /// there. That is the position asked for, or else the last one that says anything about the
    /// campaign; with waivers, which end by themselves, or with strangers, the last one of all.
    #[must_use]
    pub fn viewpoint_of(&self, campaign: &CampaignHistory) -> Viewpoint {
        let is_alone = self.seen.registry.waivers().is_empty() && self.seen.unplaced == 0;
        let head = self.seen.head.map(|(position, _)| position);
        let last = if is_alone { Some(campaign.last_position) } else { head };
        Viewpoint { known_at: self.seen.viewpoint.known_at.or(last), ..self.seen.viewpoint }
    }

    /// From where it is seen.
    #[must_use]
    pub fn viewpoint(&self) -> &Viewpoint {
        &self.seen.viewpoint
    }

    /// Position and time of the last event that is seen, placed or not.
    #[must_use]
    pub fn head(&self) -> Option<(u64, Timestamp)> {
        self.seen.head
    }

    /// How many events had no place; pages show it when it is not zero.
    #[must_use]
    pub fn unplaced(&self) -> u64 {
        self.seen.unplaced
    }

    fn start(&mut self, started: &CampaignStarted, recorded: &Recorded) {
        if self.places.contains_key(&started.campaign) {
            self.seen.unplaced += 1;
            return;
        }
        self.places.insert(started.campaign.clone(), self.campaigns.len());
        self.campaigns.push(CampaignHistory::started(started, recorded));
    }
}
