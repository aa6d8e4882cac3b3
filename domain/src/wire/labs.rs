//! What a lab and a service say to each other beside events: how far a campaign has come, campaigns
//! that are offered, and trials that are leased.

use serde::{Deserialize, Serialize};

use super::{Unfit, fitness};
use crate::campaign::Progress;
use crate::event::{Ending, Pins};
use crate::ids::{CampaignId, LeaseId, PlatformId};
use crate::plan::Trial;
use crate::step::Step;
use crate::testbed::{MOST_ENTRIES, Testbed};

/// Most trials of one lease.
pub const MOST_LEASED: u32 = 1024;

/// How far a campaign has come: all that a lab needs to walk it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignState {
    /// Which one.
    pub campaign: CampaignId,
    /// How many events it has: what the next batch may expect.
    pub version: u64,
    /// The testbed as declared.
    pub testbed: Testbed,
    /// The versions in force.
    pub pins: Pins,
    /// How often it was resumed.
    pub resumed: u32,
    /// How it ended, if it did.
    pub ended: Option<Ending>,
    /// Whether it is offered: then its trials are leased, and nobody records without a lease.
    pub offered: bool,
    /// Its trials, in the order of the plan.
    pub trials: Vec<TrialState>,
}

/// How far a trial has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialState {
    /// Which one.
    pub trial: Trial,
    /// How many steps were completed.
    pub completed: u8,
    /// The step to walk next; none when the trial is over.
    pub next_step: Option<Step>,
    /// Which attempt at that step it would be, 0 for the first.
    pub attempt: u32,
}

/// A campaign whose trials labs may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRequest {
    /// What it is to be called.
    pub campaign: CampaignId,
    /// The testbed.
    pub testbed: Testbed,
    /// Its trials, in the order they are to be walked.
    pub plan: Vec<Trial>,
}

/// A campaign that is or was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// Which one.
    pub campaign: CampaignId,
    /// How many events it has.
    pub version: u64,
    /// Whether it is offered still. One that is being stopped is, until the last lab has let go.
    pub offered: bool,
    /// How it ended, if it did.
    pub ended: Option<Ending>,
    /// Trials that are leased now.
    pub leased: u64,
}

/// A lab asks for work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// What the lab calls itself.
    pub lab: String,
    /// The platforms it reaches: a trial needs both of its own.
    pub platforms: Vec<PlatformId>,
    /// The versions it found there; the first to name a subject pins it for the campaign. May be
    /// told with the first heartbeat instead, when the testbed is needed to find them.
    #[serde(default)]
    pub pins: Pins,
    /// Most trials it wants, 1 to [`MOST_LEASED`].
    pub most: u32,
}

/// Trials that are a lab's own for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leased {
    /// Which lease.
    pub lease: LeaseId,
    /// Whose trials.
    pub campaign: CampaignId,
    /// The testbed they are walked on.
    pub testbed: Testbed,
    /// The versions pinned so far.
    pub pins: Pins,
    /// The trials, in the order of the plan.
    pub trials: Vec<TrialState>,
    /// How long without a heartbeat or a batch, in seconds; afterwards they are another's.
    pub seconds: u32,
}

/// A lab is still at it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Versions found meanwhile.
    #[serde(default)]
    pub pins: Pins,
}

/// A lease goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    /// Which lease.
    pub lease: LeaseId,
    /// How long from now, in seconds.
    pub seconds: u32,
    /// An operator stops the campaign: finish the step, then give the lease back.
    pub stopping: bool,
}

/// Why a request for work cannot be met, whatever is offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnfitRequest {
    /// A name or a version is not fit to be kept, or there are too many versions.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// No platform, or too many.
    #[error("a lab reaches 1 to {MOST_ENTRIES} platforms, and this one says {0}")]
    Platforms(usize),
    /// No trial, or too many.
    #[error("a lease has 1 to {MOST_LEASED} trials, and this one asks for {0}")]
    Most(u32),
}

impl TrialState {
    /// How far this trial has come.
    #[must_use]
    pub fn of(trial: Trial, progress: &Progress) -> Self {
        let (next_step, attempt) = (progress.next_step(), progress.attempt());
        Self { trial, completed: progress.completed(), next_step, attempt }
    }

    /// The same, as a walk takes it.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let all = Step::ALL.len();
        let stopped = self.next_step.is_none() && usize::from(self.completed) < all;
        Progress::told(self.completed, stopped, self.attempt)
    }
}

impl LeaseRequest {
    /// Checks what can be checked without knowing what is offered.
    ///
    /// # Errors
    /// The first problem found.
    pub fn check(&self) -> Result<(), UnfitRequest> {
        fitness::name("the name of the lab", &self.lab).map_err(Unfit::from)?;
        if !(1..=MOST_ENTRIES).contains(&self.platforms.len()) {
            return Err(UnfitRequest::Platforms(self.platforms.len()));
        }
        if !(1..=MOST_LEASED).contains(&self.most) {
            return Err(UnfitRequest::Most(self.most));
        }
        Ok(fitness::pinned(&self.pins)?)
    }
}

impl Heartbeat {
    /// Checks that the versions are fit to be kept, and not too many.
    ///
    /// # Errors
    /// The first problem found.
    pub fn check(&self) -> Result<(), Unfit> {
        fitness::pinned(&self.pins)
    }
}
