//! Why something fails, in a word of a closed list. A closed list cannot name a tool.

use domain::diagnosis::Cause;
use domain::score::{Score, Standing};
use domain::verdict::StepVerdict;

use crate::reason::{Reason, Why};

/// The class of a FAILURE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A known class of root cause.
    Cause(Cause),
    /// The step could not be completed.
    NotCompleted,
    /// Rules of the policy do not hold.
    Rules,
}

impl Fault {
    /// Why a step is a FAILURE; none when it is not.
    #[must_use]
    pub fn of_step(step: &StepVerdict) -> Option<Self> {
        let is_failure = step.standing == Standing::Scored(Score::Failure);
        is_failure.then_some(match (step.cause, &step.reason) {
            (Some(cause), _) => Fault::Cause(cause),
            (None, Some(_)) => Fault::NotCompleted,
            (None, None) => Fault::Rules,
        })
    }

    /// The class of the reason for a FAILURE; none when the lab broke.
    #[must_use]
    pub fn of_reason(reason: &Reason) -> Option<Self> {
        match &reason.why {
            Why::Cause(cause) => Some(Fault::Cause(*cause)),
            Why::NotCompleted => Some(Fault::NotCompleted),
            Why::Topics(_) | Why::AddressMoves => Some(Fault::Rules),
            Why::LabBroke | Why::Told => None,
        }
    }

    /// What happened, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Fault::Cause(cause) => cause.words(),
            Fault::NotCompleted => "could not be completed",
            Fault::Rules => "rules do not hold",
        }
    }
}
