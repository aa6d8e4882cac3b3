//! Results that another system told: a standing without the steps that led to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::Trial;
use crate::score::Standing;
use crate::step::Step;

/// How one trial stood, as another system told it. No policy can judge it anew: nothing was
/// observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldTrial {
    /// Which trial.
    pub trial: Trial,
    /// How it stood, in our words.
    pub standing: Standing,
    /// The step that held it back, where the file says so.
    pub step: Option<Step>,
    /// Why, in the file's words; empty when it says nothing.
    pub reason: String,
    /// How long it took, in milliseconds; 0 when the file does not say.
    pub duration_ms: u64,
    /// When it was tried, as the file says.
    pub at: Timestamp,
}

impl ToldTrial {
    /// When it was tried. Nothing is told before it happened: of a file that says so, the moment at
    /// which it was recorded counts.
    #[must_use]
    pub fn tried(&self, recorded: Timestamp) -> Timestamp {
        self.at.min(recorded)
    }
}

/// The driver of platforms that only another system has reached.
pub const DRIVER: &str = "imported";
