//! What may be asked of a campaign, and the identity that makes a repeated request harmless.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::{CellShown, Cost, Ending, Evidence, Outcome, Pins};
use crate::ids::{CampaignId, Sha256Digest};
use crate::observation::Observation;
use crate::plan::Trial;
use crate::step::Step;
use crate::testbed::Testbed;
use crate::told::ToldTrial;

/// Something asked of one campaign.
///
/// As JSON it is an object with the command's name as its only key, `{"record-step": {…}}`: read
/// from left to right, nothing of it is kept aside. [`crate::wire`] says where that is used. What an
/// operator does at the log itself has no such form and is never read from anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Begin.
    StartCampaign {
        /// The testbed as declared and validated.
        testbed: Box<Testbed>,
        /// The versions found.
        pins: Pins,
        /// Every trial to walk.
        plan: Vec<Trial>,
    },
    /// Take up an interrupted campaign.
    ResumeCampaign {
        /// The versions found now.
        pins: Pins,
        /// Which resumption this is, 1 for the first: tells two apart.
        attempt: u32,
    },
    /// Pin versions of what nobody has pinned yet: a lab that takes part later reaches more. What
    /// is pinned already must be the same.
    #[serde(skip)]
    PinVersions {
        /// The versions found.
        pins: Pins,
        /// Which resumption this is in, 0 for none.
        attempt: u32,
    },
    /// Record how a step ended.
    RecordStep(RecordStep),
    /// End.
    FinishCampaign {
        /// How.
        ending: Ending,
        /// What it cost.
        cost: Cost,
        /// Which resumption this is, 0 for none.
        attempt: u32,
    },
    /// Keep what a person was shown.
    ShowScores {
        /// Name and version of the policy.
        policy: String,
        /// Digest of the policy.
        policy_sha256: Sha256Digest,
        /// One entry a cell.
        cells: Vec<CellShown>,
        /// Which resumption this is, 0 for none.
        attempt: u32,
    },
    /// Withdraw a recorded step: the lab had broken unseen.
    #[serde(skip)]
    WithdrawStep {
        /// Which trial.
        trial: Trial,
        /// Which step.
        step: Step,
        /// Position of the event that recorded it.
        position: u64,
        /// What had broken.
        reason: String,
        /// Who says so.
        by: String,
    },
    /// Take over a whole campaign that another system told.
    #[serde(skip)]
    TakeOver(Box<TakeOver>),
}

/// Take over a whole campaign that another system told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeOver {
    /// A testbed with the platforms, guests and routes that the file names.
    pub testbed: Testbed,
    /// The versions the file names.
    pub pins: Pins,
    /// The form it came in.
    pub origin: String,
    /// The name of the file.
    pub file: String,
    /// Digest of the file's bytes.
    pub file_sha256: Sha256Digest,
    /// The results.
    pub trials: Vec<ToldTrial>,
}

/// Record how a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordStep {
    /// Which trial.
    pub trial: Trial,
    /// Which step.
    pub step: Step,
    /// Which attempt at this step, 0 for the first; only a lab error allows another.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen.
    pub observations: Vec<Observation>,
    /// What was kept as proof.
    pub evidence: Vec<Evidence>,
    /// The physical act that carried it out.
    pub act: String,
    /// How long the act took, in milliseconds.
    pub duration_ms: u64,
}

impl Command {
    /// The identity of this request: the same request always has the same id, so that the log can
    /// tell a repeat from a second request for ever (UUIDv5, RFC 9562).
    #[must_use]
    pub fn id(&self, campaign: &CampaignId) -> Uuid {
        let name = match self {
            Command::StartCampaign { .. } => "start".to_owned(),
            Command::ResumeCampaign { attempt, .. } => format!("resume/{attempt}"),
            Command::PinVersions { pins, attempt } => {
                let text: String = pins.iter().map(|it| format!("{it:?}\n")).collect();
                format!("pin/{}/{attempt}", Sha256Digest::of(text.as_bytes()))
            }
            Command::RecordStep(RecordStep { trial, step, attempt, .. }) => {
                let Trial { guest, source, target, route, repetition } = trial;
                let number = step.number();
                format!("{guest}/{source}/{target}/{route}/{repetition}/{number}/{attempt}")
            }
            Command::FinishCampaign { attempt, .. } => format!("finish/{attempt}"),
            Command::ShowScores { policy_sha256, attempt, .. } => {
                format!("scores/{policy_sha256}/{attempt}")
            }
            Command::WithdrawStep { position, .. } => format!("withdraw/{position}"),
            Command::TakeOver(told) => format!("take-over/{}", told.file_sha256),
        };
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"https://portolan.example/command");
        Uuid::new_v5(&namespace, format!("{campaign}/{name}").as_bytes())
    }
}
