//! A plan as a file: what `plan --out` writes and `run --plan` walks.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::BaselineName;
use crate::plan::{MOST_TRIALS, Trial};
use crate::testbed::{Testbed, TestbedProblem};

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.plan/1";

/// Trials to walk, with the testbed they are walked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// The version of this shape.
    pub schema: String,
    /// The baseline that the trials bring up to date, if that is what they are for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineName>,
    /// How long they are likely to take together, in milliseconds; 0 when nobody can tell.
    #[serde(default)]
    pub estimate_ms: u64,
    /// The testbed.
    pub testbed: Testbed,
    /// The trials, in the order they are to be walked.
    pub trials: Vec<Trial>,
}

/// Why a plan file cannot be walked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileProblem {
    /// Another version wrote it.
    #[error("it says schema {0:?}, and this version reads {SCHEMA:?}")]
    Schema(String),
    /// Its testbed is not fit.
    #[error("its testbed: {0}")]
    Testbed(#[from] TestbedProblem),
    /// It has no trials.
    #[error("it has no trials: nothing to walk")]
    Empty,
    /// It has too many.
    #[error("it has {0} trials, more than a campaign may have ({MOST_TRIALS})")]
    TooMany(usize),
    /// A trial names something that its testbed lacks.
    #[error("trial {place}, {trial}: its testbed has no such guest, platform or route")]
    Unknown {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
    /// A trial goes nowhere.
    #[error("trial {place}, {trial}: source and target are the same, or its repetition is 0")]
    Nowhere {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
    /// A trial stands twice.
    #[error("trial {place}, {trial}: it stands twice")]
    Twice {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
}

impl PlanFile {
    /// A plan of these trials.
    #[must_use]
    pub fn new(testbed: Testbed, trials: Vec<Trial>) -> Self {
        Self { schema: SCHEMA.to_owned(), baseline: None, estimate_ms: 0, testbed, trials }
    }

    /// Checks that it can be walked.
    ///
    /// # Errors
    /// The first problem found.
    pub fn validate(self) -> Result<Self, PlanFileProblem> {
        if self.schema != SCHEMA {
            return Err(PlanFileProblem::Schema(self.schema.chars().take(80).collect()));
        }
        match self.trials.len() {
            0 => return Err(PlanFileProblem::Empty),
            count if count > MOST_TRIALS => return Err(PlanFileProblem::TooMany(count)),
            _ => {}
        }
        let testbed = self.testbed.validate()?;
        check(&testbed, &self.trials)?;
        Ok(Self { testbed, ..self })
    }
}

fn check(testbed: &Testbed, trials: &[Trial]) -> Result<(), PlanFileProblem> {
    let mut seen = BTreeSet::new();
    for (place, it) in (1..).zip(trials) {
        let is_known = testbed.guest(&it.guest).is_some()
            && testbed.platform(&it.source).is_some()
            && testbed.platform(&it.target).is_some()
            && testbed.route(&it.route).is_some();
        let trial = || it.clone();
        if !is_known {
            return Err(PlanFileProblem::Unknown { place, trial: trial() });
        }
        if it.source == it.target || it.repetition == 0 {
            return Err(PlanFileProblem::Nowhere { place, trial: trial() });
        }
        if !seen.insert(it) {
            return Err(PlanFileProblem::Twice { place, trial: trial() });
        }
    }
    Ok(())
}
