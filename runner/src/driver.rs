//! The boundary every driver stands behind: perform one step, report what was seen.

use std::sync::Arc;

use domain::event::{EvidenceKind, Outcome};
use domain::observation::Observation;
use domain::plan::Trial;
use domain::step::Step;
use serde::{Deserialize, Serialize};

/// Carries out steps on platforms.
pub trait Driver: Send + Sync + 'static {
    /// Performs one step of one trial.
    ///
    /// Trials may share one physical act; then they get the same report. Dropping the future stops
    /// the act and ends its processes.
    fn perform(&self, trial: &Trial, step: Step) -> impl Future<Output = StepReport> + Send;

    /// The trial is over: what was kept for it alone may go.
    fn release(&self, trial: &Trial) -> impl Future<Output = ()> + Send;
}

/// What a driver saw while it performed a step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepReport {
    /// How the step ended.
    pub outcome: Outcome,
    /// What was seen.
    pub observations: Vec<Observation>,
    /// What is to be kept as proof.
    pub proofs: Vec<Proof>,
    /// Names the physical act; trials that shared it share the name.
    pub act: String,
    /// How long the act took, in milliseconds.
    pub duration_ms: u64,
}

/// Bytes to be kept as evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proof {
    /// What they are.
    pub kind: EvidenceKind,
    /// Their name among the proofs of the step.
    pub name: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

impl Proof {
    /// A proof of these bytes.
    #[must_use]
    pub fn new(kind: EvidenceKind, name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { kind, name: name.to_owned(), bytes: bytes.into() }
    }
}
