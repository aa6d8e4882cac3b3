//! Leases: which lab has which trials of an offered campaign, until when. Pure: whoever calls says
//! what time it is.
//!
//! A lease is a promise, no fact: nothing of it is recorded, and all of them may be forgotten at any
//! moment. What was recorded stays; what a lab sends under a lease that nobody knows any more is
//! refused, and `decide` takes no step twice.

mod choosing;
mod refusal;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::campaign::{Campaign, Progress};
use crate::command::Command;
use crate::event::{Ending, Pins};
use crate::ids::{AccountId, CampaignId, LeaseId, PlatformId};
use crate::plan::Trial;
use crate::wire::Submission;

pub use refusal::{NotAdmitted, NotLeased, NotOffered};

/// How much is leased, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most campaigns offered at once.
    pub offers: usize,
    /// Most leases at once.
    pub leases: usize,
    /// Most trials of one lease, whatever is asked for.
    pub trials: usize,
    /// How long a lease holds without a sign of life.
    pub length: SignedDuration,
}

/// A campaign whose trials labs may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which one.
    pub campaign: CampaignId,
    /// Its trials, in the order they are to be walked.
    pub trials: Vec<Trial>,
    /// Latest attempt at a step that is still offered: 0 for the first alone. A lab error is tried
    /// again only when a person resumes.
    pub attempts: u32,
    /// A person stops it: nothing more is leased.
    pub stopping: bool,
}

/// Trials that are somebody's for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub holder: AccountId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which ones.
    pub trials: BTreeSet<Trial>,
    /// From when on they are free again.
    pub until: Timestamp,
}

/// What a lab wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Who asks.
    pub holder: AccountId,
    /// The platforms it reaches.
    pub platforms: BTreeSet<PlatformId>,
    /// The versions it found.
    pub pins: Pins,
    /// Most trials it takes.
    pub most: usize,
}

/// What a lab got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Its trials and how far each has come, in the order of the plan.
    pub trials: Vec<(Trial, Progress)>,
}

/// Every offer and every lease.
#[derive(Debug, Clone)]
pub struct Leases {
    bounds: Bounds,
    /// The oldest first: what was offered first is walked first.
    offers: Vec<Offer>,
    held: BTreeMap<LeaseId, Lease>,
}

impl Leases {
    /// Nothing offered, nothing leased.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, offers: Vec::new(), held: BTreeMap::new() }
    }

    /// Every offer, the oldest first.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The offer of a campaign.
    #[must_use]
    pub fn offer(&self, campaign: &CampaignId) -> Option<&Offer> {
        self.offers.iter().find(|it| it.campaign == *campaign)
    }

    /// A lease that is in force.
    #[must_use]
    pub fn lease(&self, id: &LeaseId, now: Timestamp) -> Option<&Lease> {
        self.held.get(id).filter(|it| now < it.until)
    }

    /// How many leases are in force.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> usize {
        self.held.values().filter(|it| now < it.until).count()
    }

    /// Trials of a campaign that are somebody's now.
    pub fn leased<'a>(
        &'a self,
        campaign: &'a CampaignId,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Trial> {
        let of = move |it: &&Lease| now < it.until && it.campaign == *campaign;
        self.held.values().filter(of).flat_map(|it| &it.trials)
    }

    /// Offers a campaign, or offers it anew in other terms.
    ///
    /// # Errors
    /// When there are too many offers.
    pub fn put(&mut self, offer: Offer) -> Result<(), NotOffered> {
        if let Some(it) = self.offers.iter_mut().find(|it| it.campaign == offer.campaign) {
            *it = offer;
            return Ok(());
        }
        if self.offers.len() >= self.bounds.offers {
            return Err(NotOffered::TooMany(self.bounds.offers));
        }
        self.offers.push(offer);
        Ok(())
    }

    /// Leases nothing more of a campaign. Whether it is offered at all.
    pub fn stop(&mut self, campaign: &CampaignId) -> bool {
        let offer = self.offers.iter_mut().find(|it| it.campaign == *campaign);
        offer.map(|it| it.stopping = true).is_some()
    }

    /// Offers a campaign no longer. Its leases hold on, so that a batch whose answer was lost may be
    /// sent again.
    pub fn end(&mut self, campaign: &CampaignId) {
        self.offers.retain(|it| it.campaign != *campaign);
    }

    /// Forgets leases that nobody has kept up, and says whether there were any.
    pub fn sweep(&mut self, now: Timestamp) -> bool {
        let before = self.held.len();
        self.held.retain(|_, it| now < it.until);
        self.held.len() < before
    }

    /// A lab is still at it: its lease holds from now on as if it were new.
    ///
    /// # Errors
    /// [`NotAdmitted::Lost`] when the lease is no longer in force.
    pub fn heartbeat(
        &mut self,
        id: &LeaseId,
        holder: &AccountId,
        now: Timestamp,
    ) -> Result<&Lease, NotAdmitted> {
        let until = self.until(now);
        let lease = self.held.get_mut(id).filter(|it| now < it.until && it.holder == *holder);
        let lease = lease.ok_or(NotAdmitted::Lost)?;
        // A clock that was set back takes nothing away.
        lease.until = lease.until.max(until);
        Ok(lease)
    }

    /// A lab lets go of its trials. Of a lease that is not in force, it has done so already.
    ///
    /// # Errors
    /// [`NotAdmitted::Lost`] when it is another's.
    pub fn give_back(&mut self, id: &LeaseId, holder: &AccountId) -> Result<(), NotAdmitted> {
        match self.held.get(id) {
            Some(it) if it.holder != *holder => Err(NotAdmitted::Lost),
            Some(_) | None => {
                self.held.remove(id);
                Ok(())
            }
        }
    }

    /// Whether a batch may be judged: of a campaign that is offered, only steps of trials that are
    /// the sender's. It is a sign of life too.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(
        &mut self,
        submission: &Submission,
        holder: &AccountId,
        now: Timestamp,
    ) -> Result<(), NotAdmitted> {
        let Some(id) = &submission.lease else {
            let is_offered = self.offer(&submission.campaign).is_some();
            let refused = || NotAdmitted::NoLease(submission.campaign.clone());
            return if is_offered { Err(refused()) } else { Ok(()) };
        };
        let id: LeaseId = id.parse().map_err(|_| NotAdmitted::Lost)?;
        let lease = self.heartbeat(&id, holder, now)?;
        if lease.campaign != submission.campaign {
            return Err(NotAdmitted::Lost);
        }
        for command in &submission.commands {
            match command {
                Command::RecordStep(it) if lease.trials.contains(&it.trial) => {}
                Command::RecordStep(it) => return Err(NotAdmitted::Trial(it.trial.clone())),
                Command::StartCampaign { .. }
                | Command::ResumeCampaign { .. }
                | Command::PinVersions { .. }
                | Command::FinishCampaign { .. }
                | Command::ShowScores { .. }
                | Command::WithdrawStep { .. }
                | Command::TakeOver(_) => return Err(NotAdmitted::NotAStep),
            }
        }
        Ok(())
    }

    /// How an offered campaign has ended, if it has: every trial is over, or nobody is to try it
    /// again, or it was stopped and nobody works at it any more.
    #[must_use]
    pub fn ending(
        &self,
        campaign: &CampaignId,
        state: &Campaign,
        now: Timestamp,
    ) -> Option<Ending> {
        let offer = self.offer(campaign)?;
        let mut open = state.trials.values().filter(|it| it.next_step().is_some()).peekable();
        if open.peek().is_none() {
            return Some(Ending::Completed);
        }
        let is_held = || self.leased(campaign, now).next().is_some();
        if offer.stopping {
            return (!is_held()).then_some(Ending::Cancelled);
        }
        open.all(|it| it.attempt() > offer.attempts).then_some(Ending::LabError)
    }

    fn until(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.bounds.length).unwrap_or(Timestamp::MAX)
    }
}
