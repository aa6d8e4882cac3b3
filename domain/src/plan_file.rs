//! A plan as a file: what `plan --out` writes and `run --plan` walks.

use serde::{Deserialize, Serialize};

use crate::ids::BaselineName;
use crate::plan::Trial;
use crate::testbed::{Testbed, TestbedProblem};
use crate::trials::{self, TrialsProblem};

/// The version of this shape. A field more is another version: what a reader does not know, it must
/// not walk past.
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
    /// It is no plan.
    #[error("it is no plan: {0}")]
    Shape(String),
    /// Another version wrote it.
    #[error("it says schema {0:?}, and this version reads {SCHEMA:?}")]
    Schema(String),
    /// Its testbed is not fit.
    #[error("its testbed: {0}")]
    Testbed(#[from] TestbedProblem),
    /// Its trials are not those of its testbed.
    #[error(transparent)]
    Trials(#[from] TrialsProblem),
    /// A trial goes nowhere.
    #[error("trial {place}, {trial}: source and target are the same")]
    Nowhere {
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

    /// The plan in this text, checked.
    ///
    /// # Errors
    /// The first problem found.
    pub fn parse(text: &str) -> Result<Self, PlanFileProblem> {
        // Asked first: of another shape, the fields say nothing.
        let head: Head = serde_json::from_str(text).map_err(shape)?;
        check_schema(&head.schema)?;
        serde_json::from_str::<Self>(text).map_err(shape)?.validate()
    }

    /// Checks that it can be walked.
    ///
    /// # Errors
    /// The first problem found.
    pub fn validate(self) -> Result<Self, PlanFileProblem> {
        check_schema(&self.schema)?;
        let testbed = self.testbed.validate()?;
        trials::check(&testbed, self.trials.iter())?;
        if let Some((place, it)) = (1..).zip(&self.trials).find(|(_, it)| it.source == it.target) {
            return Err(PlanFileProblem::Nowhere { place, trial: it.clone() });
        }
        Ok(Self { testbed, ..self })
    }
}

/// What every version of a plan begins with.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

fn check_schema(found: &str) -> Result<(), PlanFileProblem> {
    match found {
        SCHEMA => Ok(()),
        other => Err(PlanFileProblem::Schema(other.chars().take(80).collect())),
    }
}

/// Of bounded length: the words may repeat the file.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` passes a value")]
fn shape(error: serde_json::Error) -> PlanFileProblem {
    PlanFileProblem::Shape(error.to_string().chars().take(300).collect())
}
