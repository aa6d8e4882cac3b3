//! One step of one trial: how it ended, what was seen, and what was kept as proof.

use serde::{Deserialize, Serialize};

use super::Pins;
use crate::ids::{CampaignId, Sha256Digest};
use crate::observation::{Observation, bounded_text};
use crate::plan::Trial;
use crate::step::Step;

/// One step of one trial came to an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFinished {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Which trial.
    pub trial: Trial,
    /// Which of the seven.
    pub step: Step,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen. Before and after are the facts of steps 1 and 7 of the same trial.
    pub observations: Vec<Observation>,
    /// What was kept as proof.
    pub evidence: Vec<Evidence>,
    /// The versions in force for this trial's platforms, guest and tools.
    pub pins: Pins,
    /// The physical act that carried the step out. Trials that shared one act name the same.
    pub act: String,
    /// How long the act took, in milliseconds.
    pub duration_ms: u64,
}

/// How a step ended. "Not reached" is not an outcome: it has no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// It was carried out; the checks decide.
    Completed,
    /// It could not be completed, for a reason that lies in the VM, the platform or the tool.
    NotCompleted {
        /// What a witness saw, in words.
        reason: String,
    },
    /// The lab broke, not the product.
    LabError {
        /// What broke and what to do.
        reason: String,
    },
}

impl Outcome {
    /// The same outcome, its reason of bounded length.
    #[must_use]
    pub fn bounded(self) -> Self {
        match self {
            Outcome::Completed => Outcome::Completed,
            Outcome::NotCompleted { reason } => {
                Outcome::NotCompleted { reason: bounded_text(&reason) }
            }
            Outcome::LabError { reason } => Outcome::LabError { reason: bounded_text(&reason) },
        }
    }
}

/// Something kept as proof, content-addressed beside the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Its name among the evidence of its step.
    pub name: String,
    /// Digest of its bytes; the address.
    pub sha256: Sha256Digest,
    /// Its size, in bytes.
    pub bytes: u64,
}

/// Kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// The exact command line, one argument a line.
    Argv,
    /// What a tool printed.
    Stdout,
    /// What a tool complained about.
    Stderr,
    /// The guest's serial console.
    SerialLog,
    /// The guest's screen, PNG.
    Screenshot,
    /// An OVF descriptor.
    Descriptor,
    /// An OVF manifest.
    Manifest,
}
