//! The chronicle: every campaign of a log, judged as it passes by, and kept as small as comparing
//! over time allows. The same fold live and rebuilt.
//!
//! [`crate::history::History`] keeps every observation of every step, to show one campaign in full;
//! the chronicle keeps what matrices, differences and trends need: some hundred bytes a trial, and
//! none of its observations. A property test holds the two against each other.

mod aside;
mod campaign;
mod cell;
mod digest;
mod record;
mod recording;
mod route;

use std::collections::BTreeMap;

use domain::event::{CheckWaived, Event, Recorded};
use domain::ids::CampaignId;
use domain::policy::Policy;
use domain::registry::Registry;
use jiff::Timestamp;

pub use aside::Aside;
pub use record::{CampaignRecord, CellRecord, RouteRecord};

use crate::chronicle::campaign::CampaignFold;
use crate::chronicle::digest::Interned;
use crate::seen::Seen;
use crate::viewpoint::Viewpoint;

/// Every campaign of a log, judged by one policy.
#[derive(Debug, Clone)]
pub struct Chronicle {
    policy: Policy,
    seen: Seen,
    campaigns: Vec<CampaignFold>,
    places: BTreeMap<CampaignId, usize>,
    /// Campaigns that another system told, as long as none of their trials is reached.
    ahead: BTreeMap<CampaignId, CampaignFold>,
    interned: Interned,
}

impl Chronicle {
    /// A chronicle, empty yet, that judges by this policy what is seen from somewhere in time.
    #[must_use]
    pub fn new(policy: Policy, viewpoint: Viewpoint) -> Self {
        Self {
            policy,
            seen: Seen::from_viewpoint(viewpoint),
            campaigns: Vec::new(),
            places: BTreeMap::new(),
            ahead: BTreeMap::new(),
            interned: Interned::default(),
        }
    }

    /// Takes in one more event. What has no place is counted, never an error.
    pub fn project(&mut self, recorded: Recorded) {
        if !self.seen.viewpoint.sees(&recorded) {
            return;
        }
        let Some(recorded) = self.not_ahead(recorded) else { return };
        self.seen.take_in(&recorded);
        let Some(id) = recorded.event.campaign() else { return };
        let place = self.places.get(id).copied();
        let placed = match (&recorded.event, place) {
            (Event::CampaignStarted(started), None) => {
                self.places.insert(id.clone(), self.campaigns.len());
                self.campaigns.push(CampaignFold::started(started, &recorded));
                true
            }
            (_, Some(place)) => {
                let campaign = &mut self.campaigns[place];
                campaign.project(recorded, &self.seen.viewpoint, (&self.policy, &mut self.interned))
            }
            (_, None) => false,
        };
        self.seen.unplaced += u64::from(!placed);
    }

    /// The event, unless it was recorded after the instant asked for and its campaign is not seen from
    /// here: then it is kept aside, until the campaign turns out to have been tried before.
    fn not_ahead(&mut self, recorded: Recorded) -> Option<Recorded> {
        let Some(id) = recorded.event.campaign().cloned() else { return Some(recorded) };
        if self.seen.viewpoint.reaches(recorded.at) || self.places.contains_key(&id) {
            return Some(recorded);
        }
        if let Event::CampaignStarted(started) = &recorded.event {
            let campaign = CampaignFold::started(started, &recorded);
            self.ahead.entry(id).or_insert(campaign);
            return None;
        }
        let mut campaign = self.ahead.remove(&id)?;
        let (position, at) = (recorded.position, recorded.at);
        campaign.project(recorded, &self.seen.viewpoint, (&self.policy, &mut self.interned));
        if campaign.is_empty() {
            self.ahead.insert(id, campaign);
        } else {
            self.places.insert(id, self.campaigns.len());
            self.campaigns.push(campaign);
            self.seen.look(position, at);
        }
        None
    }

    /// The policy it judges by.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
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

    /// From where it is seen.
    #[must_use]
    pub fn viewpoint(&self) -> &Viewpoint {
        &self.seen.viewpoint
    }

    /// What was declared.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.seen.registry
    }

    /// Position and time of the last event.
    #[must_use]
    pub fn head(&self) -> Option<(u64, Timestamp)> {
        self.seen.head
    }

    /// How many events had no place.
    #[must_use]
    pub fn unplaced(&self) -> u64 {
        self.seen.unplaced
    }

    /// Every campaign as it stands, in the order they started, under these waivers.
    #[must_use]
    pub fn records(&self, waivers: &[&CheckWaived]) -> Vec<CampaignRecord> {
        self.campaigns.iter().map(|it| it.record(&self.policy, waivers)).collect()
    }

    /// One campaign as it stands.
    #[must_use]
    pub fn record(&self, id: &CampaignId, waivers: &[&CheckWaived]) -> Option<CampaignRecord> {
        let campaign = self.campaigns.get(*self.places.get(id)?)?;
        Some(campaign.record(&self.policy, waivers))
    }
}
