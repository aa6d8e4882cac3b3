//! Jobs: what takes longer than an answer. A job is data: a runner that was restarted goes on asking about it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, VmRef};

/// Something under way at a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The platform's own name for it, or what was asked of which machine.
    pub id: String,
    /// Which driver began it.
    pub driver: String,
    /// What was asked.
    pub verb: String,
    /// What it was asked with; no secret is in it.
    pub values: BTreeMap<String, String>,
    /// What the platform answered when it began.
    pub told: BTreeMap<String, String>,
    /// Whether the machine that it names was there before: then nothing is taken back.
    pub was_there: bool,
    /// How long to wait between two questions.
    pub every: Duration,
    /// How long it may take, counted from when it was begun or taken up again.
    pub limit: Duration,
}

impl Job {
    /// The machine that an import made, when the platform named it at once.
    #[must_use]
    pub fn vm(&self) -> Option<VmRef> {
        let id = self.told.get("id").or_else(|| self.values.get("vm"))?;
        let name = self.values.get("vm_name").or_else(|| self.values.get("name")).unwrap_or(id);
        Some(VmRef { id: id.clone(), name: name.clone() })
    }

    /// Whether an import was made by hand: a machine created around a bare disk. A fact for the seventh step's rule.
    #[must_use]
    pub fn made_by_hand(&self) -> bool {
        self.told.get("made_by_hand").is_some_and(|it| it == "true")
    }
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// Under way; how much is done, in thousandths, when the platform tells.
    Running(Option<u16>),
    /// Done.
    Done,
    /// It came to nothing.
    Failed(Fault),
}

/// What was taken back after a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// There is nothing to take back, or no way to.
    Nothing,
    /// The machine was there before, so nothing was touched.
    NotOurs,
    /// What had been made is gone again.
    Everything,
}
