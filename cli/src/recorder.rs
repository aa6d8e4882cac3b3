//! The desk in the same process: what a driver saw is kept, judged and recorded.

use std::sync::Arc;

use domain::campaign::Progress;
use domain::command::{Command, RecordStep};
use domain::event::Evidence;
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::step::Step;
use ingest::{Desk, DeskError};
use runner::remote::RemoteError;
use runner::{Proof, Recorder, StepReport};

use crate::clock;

/// Records one campaign at the desk.
#[derive(Debug, Clone)]
pub(crate) struct DeskRecorder {
    pub(crate) desk: Arc<Desk>,
    pub(crate) campaign: CampaignId,
}

/// Why a report was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// The desk said no.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The service or the spool said no.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The task that waits for the disk broke off.
    #[error("recording broke off")]
    BrokeOff,
}

impl Recorder for DeskRecorder {
    type Error = RecordError;

    async fn record(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> Result<Progress, RecordError> {
        let (recorder, trial) = (self.clone(), trial.clone());
        // The disk is waited for: not on a thread that others share.
        let recorded =
            tokio::task::spawn_blocking(move || recorder.record_now(trial, step, report));
        recorded.await.map_err(|_| RecordError::BrokeOff)?
    }
}

impl DeskRecorder {
    fn record_now(
        &self,
        trial: Trial,
        step: Step,
        report: StepReport,
    ) -> Result<Progress, RecordError> {
        let desk = &self.desk;
        let keep = |proof: &Proof| {
            Ok(Evidence {
                kind: proof.kind,
                name: proof.name.clone(),
                sha256: desk.keep(&proof.bytes)?,
                bytes: proof.bytes.len() as u64,
            })
        };
        let evidence = report.proofs.iter().map(keep).collect::<Result<_, DeskError>>()?;
        let progress = || desk.progress(&self.campaign, &trial).unwrap_or_default();
        let record = RecordStep {
            attempt: progress().attempt(),
            trial: trial.clone(),
            step,
            outcome: report.outcome,
            observations: report.observations,
            evidence,
            act: report.act,
            duration_ms: report.duration_ms,
        };
        desk.submit(&self.campaign, Command::RecordStep(record), clock::now())?;
        Ok(progress())
    }
}
