//! The walk of one trial: ask for the next step, perform it, record it, until nothing is next.

use domain::campaign::Progress;
use domain::event::Outcome;
use domain::plan::Trial;
use domain::step::Step;
use tokio_util::sync::CancellationToken;

use crate::driver::{Driver, StepReport};

/// Records what a driver saw and answers with how far the trial has come: the desk in one process,
/// or a client of one.
pub trait Recorder: Send + Sync + 'static {
    /// Why a report could not be recorded.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Records a report; it is safe on disk when this returns.
    fn record(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> impl Future<Output = Result<Progress, Self::Error>> + Send;
}

/// How a walk ended.
#[derive(Debug)]
pub enum WalkEnd<E> {
    /// Nothing is left to walk.
    Over,
    /// The lab broke; the trial can be taken up again.
    LabError(String),
    /// It was stopped.
    Cancelled,
    /// A report could not be recorded.
    Unrecorded(E),
}

/// Walks a trial on from wherever it stands. `seen` hears of each finished step.
pub async fn walk<D: Driver, R: Recorder>(
    driver: &D,
    recorder: &R,
    (trial, mut progress): (&Trial, Progress),
    cancel: &CancellationToken,
    seen: impl Fn(Step, &StepReport),
) -> WalkEnd<R::Error> {
    while let Some(step) = progress.next_step() {
        let report = tokio::select! {
            biased;
            () = cancel.cancelled() => return WalkEnd::Cancelled,
            report = driver.perform(trial, step) => report,
        };
        seen(step, &report);
        let broken = match &report.outcome {
            Outcome::LabError { reason } => Some(reason.clone()),
            Outcome::Completed | Outcome::NotCompleted { .. } => None,
        };
        progress = match recorder.record(trial, step, report).await {
            Ok(progress) => progress,
            Err(error) => return WalkEnd::Unrecorded(error),
        };
        if let Some(reason) = broken {
            return WalkEnd::LabError(reason);
        }
    }
    WalkEnd::Over
}
