//! The log as letters of one campaign need it, read in one walk: the campaigns as they stand, which
//! proofs may be quoted, and what was said about letters.

use domain::event::{CheckWaived, Event, Recorded};
use domain::ids::CampaignId;
use domain::policy::Policy;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::letters::proofs::Proofs;
use reports::viewpoint::Viewpoint;

use super::super::each_event;
use super::known::{Known, matters};
use crate::args::Args;
use crate::exit::Exit;

/// The log up to a position, or to its end.
pub(super) struct Reading {
    campaign: CampaignId,
    chronicle: Chronicle,
    /// Every campaign, as the chronicle tells it.
    records: Vec<CampaignRecord>,
    proofs: Proofs,
    /// What was recorded of letters and of answers: how that stood at an earlier position follows.
    talk: Vec<Recorded>,
    /// The last event that may change what a letter says.
    last: Option<u64>,
    /// The last event that is about something else than letters and answers.
    last_else: Option<u64>,
}

impl Reading {
    /// Reads all that was known at a position, or is now.
    pub(super) fn of(
        args: &Args,
        policy: &Policy,
        campaign: &CampaignId,
        known_at: Option<u64>,
    ) -> Result<Self, Exit> {
        let viewpoint = Viewpoint { known_at, ..Viewpoint::default() };
        let mut reading = Self {
            campaign: campaign.clone(),
            chronicle: Chronicle::new(policy.clone(), Viewpoint::default()),
            records: Vec::new(),
            proofs: Proofs::of(campaign.clone()),
            talk: Vec::new(),
            last: None,
            last_else: None,
        };
        each_event(args, viewpoint, |recorded| reading.take(recorded))?;
        let until = known_at.or(reading.last);
        // Waivers are those in force at the last event, whatever it is about.
        for it in reading.talk.iter().filter(|it| Some(it.position) <= until) {
            reading.chronicle.project(it.clone());
        }
        reading.records = reading.chronicle.records(&reading.chronicle.in_force());
        Ok(reading)
    }

    fn take(&mut self, recorded: Recorded) {
        if matters(&recorded, &self.campaign) {
            self.last = Some(recorded.position);
        }
        if matches!(recorded.event, Event::Letter(_) | Event::Access(_)) {
            self.talk.push(recorded);
            return;
        }
        self.last_else = Some(recorded.position);
        self.proofs.project(&recorded);
        self.chronicle.project(recorded);
    }

    /// The last event that may change what a letter about the campaign says.
    pub(super) fn last(&self) -> Option<u64> {
        self.last
    }

    /// Whether the campaigns stood at this position as they stand here.
    pub(super) fn is_as_at(&self, position: u64) -> bool {
        let is_alone = self.chronicle.registry().waivers().is_empty();
        let is_last = self.last == Some(position);
        self.last_else.is_none_or(|it| it <= position) && (is_last || is_alone)
    }

    /// What was said of letters and answers up to a position, or to the end.
    pub(super) fn known(&self, until: Option<u64>) -> Known {
        let mut known = Known::default();
        let told = self.talk.iter().filter(|it| until.is_none_or(|until| it.position <= until));
        told.for_each(|it| known.take(it, Some(&self.campaign)));
        known
    }

    /// Every campaign.
    pub(super) fn records(&self) -> &[CampaignRecord] {
        &self.records
    }

    /// The campaign that is meant.
    pub(super) fn record(&self) -> Option<&CampaignRecord> {
        self.records.iter().find(|it| it.id == self.campaign)
    }

    /// The waivers in force.
    pub(super) fn waivers(&self) -> Vec<CheckWaived> {
        self.chronicle.in_force().into_iter().cloned().collect()
    }

    /// Which proofs may be quoted.
    pub(super) fn proofs(&self) -> &Proofs {
        &self.proofs
    }
}
