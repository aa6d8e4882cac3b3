//! What an act saw, why it stopped short and whose trouble that was, and the report it becomes.

use std::path::Path;

use domain::event::Outcome;
use domain::observation::Observation;
use domain::step::Step;

use crate::driver::{Proof, StepReport};
use crate::stopwatch::Stopwatch;

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) observations: Vec<Observation>,
    pub(crate) proofs: Vec<Proof>,
}

/// Why an act stopped short.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    outcome: Outcome,
    seen: Seen,
}

impl Stop {
    /// The VM, the platform or the tool could not.
    pub(crate) fn product(reason: String, seen: Seen) -> Self {
        Self { outcome: Outcome::NotCompleted { reason }, seen }
    }

    /// The lab could not.
    pub(crate) fn lab(reason: String) -> Self {
        Self { outcome: Outcome::LabError { reason }, seen: Seen::default() }
    }

    /// A file of the lab could not be read or written.
    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::lab(format!("{}: {error}", path.display()))
    }

    /// The same, where no product had a part in it.
    pub(crate) fn blame_the_lab(mut self, what: &str) -> Self {
        if let Outcome::NotCompleted { reason } = self.outcome {
            let reason = format!("{what}: {reason}. Try: portolan lab build");
            self.outcome = Outcome::LabError { reason };
        }
        self
    }

    /// Whose trouble it was, and what was seen.
    pub(crate) fn parts(self) -> (Outcome, Seen) {
        (self.outcome, self.seen)
    }

    /// The same, with what was seen told otherwise.
    pub(crate) fn seen_as(mut self, otherwise: impl FnOnce(Seen) -> Seen) -> Self {
        self.seen = match self.outcome {
            // Trouble of the lab says nothing of the machine.
            Outcome::LabError { .. } | Outcome::Completed => Seen::default(),
            Outcome::NotCompleted { .. } => otherwise(self.seen),
        };
        self
    }

    /// The same, with where it was.
    pub(crate) fn at(mut self, place: &str) -> Self {
        match &mut self.outcome {
            Outcome::NotCompleted { reason } | Outcome::LabError { reason } => {
                *reason = format!("{place}: {reason}");
            }
            Outcome::Completed => {}
        }
        self
    }

    /// The same, with what was seen before it stopped.
    pub(crate) fn after(mut self, mut seen: Seen) -> Self {
        seen.add(self.seen);
        self.seen = seen;
        self
    }
}

impl Seen {
    pub(crate) fn add(&mut self, other: Seen) {
        self.observations.extend(other.observations);
        self.proofs.extend(other.proofs);
    }
}

/// What an act came to, as the report of a step.
pub(crate) fn report(
    step: Step,
    act: &str,
    clock: Stopwatch,
    result: Result<Seen, Stop>,
) -> StepReport {
    let (outcome, seen) = match result {
        Ok(seen) => (Outcome::Completed, seen),
        Err(stop) => (stop.outcome, stop.seen),
    };
    StepReport {
        outcome,
        observations: seen.observations,
        proofs: seen.proofs,
        act: format!("{}/{act}", step.number()),
        duration_ms: clock.elapsed_ms(),
    }
}
