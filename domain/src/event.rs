//! The facts of history: what happened, past tense, only what was observed.
//!
//! Totals, colours, baselines and matrices are views; they are never stored in an event.

mod step;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{CampaignId, GuestId, PlatformId, RouteId, Sha256Digest};
use crate::plan::Trial;
use crate::score::Standing;
use crate::testbed::Testbed;
pub use step::{Evidence, EvidenceKind, Outcome, StepFinished};

mod access;
mod declared;
mod letter;

pub use access::{AccessEvent, AccessGranted, AccessRevoked, Answered, Disclosed, SignedIn};
pub use declared::{
    BaselineSet, CheckWaived, StepWithdrawn, TrialsTold, UpgradeDeclared, WaiverEnded, WaiverScope,
};
pub use letter::{
    About, CampaignPublished, Carrier, DisputeSettled, EmbargoSet, Fate, LetterAcknowledged,
    LetterEvent, LetterFailed, LetterForm, LetterPrepared, LetterPreviewed, LetterReported,
    LetterSent,
};

/// Versions by subject: `platform:kvm-like` → `QEMU 7.2.22, q35`. Discovered, never declared.
pub type Pins = BTreeMap<String, String>;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// A campaign began under one pinned testbed.
    CampaignStarted(CampaignStarted),
    /// Trials were planned; a large plan comes in several such events.
    TrialsPlanned(TrialsPlanned),
    /// A campaign that had been interrupted was taken up again.
    CampaignResumed(CampaignResumed),
    /// A version was found to differ from the one pinned at the start.
    VersionChanged(VersionChanged),
    /// One step of one trial came to an end.
    StepFinished(StepFinished),
    /// A campaign came to an end.
    CampaignFinished(CampaignFinished),
    /// Scores were shown to a person under a policy; many cells come in several such events.
    ScoresShown(ScoresShown),
    /// The key that signs the log's checkpoints was changed.
    KeyChanged(KeyChanged),
    /// A campaign was named as the reference.
    BaselineSet(BaselineSet),
    /// A component was upgraded, or is about to be.
    UpgradeDeclared(UpgradeDeclared),
    /// One rule was waived for a reason, until a date.
    CheckWaived(CheckWaived),
    /// A waiver was ended before its date.
    WaiverEnded(WaiverEnded),
    /// A recorded step was found to say nothing about the product.
    StepWithdrawn(StepWithdrawn),
    /// Results were taken over from another system.
    TrialsTold(TrialsTold),
    /// Someone was given access, used it, lost it, or was shown what not everybody may see.
    Access(AccessEvent),
    /// A letter was written, sent, answered for, or results became public.
    Letter(LetterEvent),
}

impl Event {
    /// The campaign it belongs to; none for what concerns the log as a whole.
    #[must_use]
    pub fn campaign(&self) -> Option<&CampaignId> {
        match self {
            Event::CampaignStarted(event) => Some(&event.campaign),
            Event::TrialsPlanned(event) => Some(&event.campaign),
            Event::CampaignResumed(event) => Some(&event.campaign),
            Event::VersionChanged(event) => Some(&event.campaign),
            Event::StepFinished(event) => Some(&event.campaign),
            Event::CampaignFinished(event) => Some(&event.campaign),
            Event::ScoresShown(event) => Some(&event.campaign),
            Event::StepWithdrawn(event) => Some(&event.campaign),
            Event::TrialsTold(event) => Some(&event.campaign),
            Event::KeyChanged(_)
            | Event::BaselineSet(_)
            | Event::UpgradeDeclared(_)
            | Event::CheckWaived(_)
            | Event::WaiverEnded(_)
            | Event::Access(_)
            | Event::Letter(_) => None,
        }
    }

    /// What was kept as proof of it.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        match self {
            Event::StepFinished(event) => &event.evidence,
            Event::CampaignStarted(_)
            | Event::TrialsPlanned(_)
            | Event::CampaignResumed(_)
            | Event::VersionChanged(_)
            | Event::CampaignFinished(_)
            | Event::ScoresShown(_)
            | Event::KeyChanged(_)
            | Event::BaselineSet(_)
            | Event::UpgradeDeclared(_)
            | Event::CheckWaived(_)
            | Event::WaiverEnded(_)
            | Event::StepWithdrawn(_)
            | Event::TrialsTold(_)
            | Event::Access(_)
            | Event::Letter(_) => &[],
        }
    }

    /// Its name, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Event::CampaignStarted(_) => "CampaignStarted",
            Event::TrialsPlanned(_) => "TrialsPlanned",
            Event::CampaignResumed(_) => "CampaignResumed",
            Event::VersionChanged(_) => "VersionChanged",
            Event::StepFinished(_) => "StepFinished",
            Event::CampaignFinished(_) => "CampaignFinished",
            Event::ScoresShown(_) => "ScoresShown",
            Event::KeyChanged(_) => "KeyChanged",
            Event::BaselineSet(_) => "BaselineSet",
            Event::UpgradeDeclared(_) => "UpgradeDeclared",
            Event::CheckWaived(_) => "CheckWaived",
            Event::WaiverEnded(_) => "WaiverEnded",
            Event::StepWithdrawn(_) => "StepWithdrawn",
            Event::TrialsTold(_) => "TrialsTold",
            Event::Access(event) => event.name(),
            Event::Letter(event) => event.name(),
        }
    }
}

/// A campaign began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignStarted {
    /// Which one.
    pub campaign: CampaignId,
    /// The testbed as declared.
    pub testbed: Testbed,
    /// The versions found at the start.
    pub pins: Pins,
}

/// Trials were planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialsPlanned {
    /// In which campaign.
    pub campaign: CampaignId,
    /// The trials, in the order they are to be walked.
    pub trials: Vec<Trial>,
}

/// An interrupted campaign was taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignResumed {
    /// Which one.
    pub campaign: CampaignId,
}

/// A version differs from the one pinned at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionChanged {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Whose version, as in [`Pins`].
    pub subject: String,
    /// The version pinned before; empty when there was none.
    pub from: String,
    /// The version found now; empty when it is gone.
    pub to: String,
}

/// A campaign came to an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignFinished {
    /// Which one.
    pub campaign: CampaignId,
    /// How.
    pub ending: Ending,
    /// What it cost, as far as the lab could measure.
    pub cost: Cost,
}

/// How a campaign ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Every trial was walked.
    Completed,
    /// A person stopped it. It can be resumed.
    Cancelled,
    /// Some trials met a lab error. They can be resumed.
    LabError,
}

/// What a campaign cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// From the start (or the resumption) to the end, in milliseconds.
    pub wall_ms: u64,
    /// Processor time of all hypervisor and converter processes, in milliseconds.
    pub tools_cpu_ms: u64,
    /// Processor time of Portolan itself, in milliseconds.
    pub own_cpu_ms: u64,
    /// Most memory Portolan itself held, in KiB.
    pub own_peak_kib: u64,
    /// Processors of the lab's machine.
    pub processors: u32,
}

/// Scores as a person was shown them, beside the policy that gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoresShown {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// One entry a cell.
    pub cells: Vec<CellShown>,
}

/// One cell as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellShown {
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// What was shown.
    pub standing: Standing,
    /// The best route, if any scored.
    pub route: Option<RouteId>,
}

/// The key that signs the log's checkpoints was changed.
///
/// Both are C2SP signed-note verifier keys, `name+hash+base64`, and public. Whoever trusts the first
/// key of a log can follow these events to the one in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChanged {
    /// The key that signed until now.
    pub from: String,
    /// The key that signs from now on.
    pub to: String,
}

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place in the log, from 0, without gaps.
    pub position: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The stream it belongs to.
    pub stream: String,
    /// Its place in that stream, from 0, without gaps.
    pub version: u64,
    /// The command that caused it. The same command never causes two.
    pub command: Uuid,
    /// What happened.
    pub event: Event,
}
