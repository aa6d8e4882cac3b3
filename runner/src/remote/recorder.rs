//! Records at a service: into the spool at once, to the service when it can be reached.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::campaign::{Campaign, Progress, evolve};
use domain::command::{Command, RecordStep};
use domain::decide::{Refusal as NotDecided, decide};
use domain::event::{Event, Evidence};
use domain::ids::{CampaignId, Sha256Digest};
use domain::plan::Trial;
use domain::step::Step;
use domain::wire::CampaignState;

use super::courier::Courier;
use super::fault::Refusal;
use super::spool::{Spool, SpoolFault};
use crate::driver::{Proof, StepReport};
use crate::walk::Recorder;

/// Hears of every event that a command causes, as it is computed here.
pub type Heard = Arc<dyn Fn(&Command, &[Event]) + Send + Sync>;

/// Records one campaign at a service.
pub struct RemoteRecorder {
    campaign: CampaignId,
    spool: Arc<Spool>,
    courier: Arc<Courier>,
    standing: Mutex<Campaign>,
    heard: Heard,
}

/// Why something was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The service said no, to this or to something before it.
    #[error("the service does not record it: {0}")]
    Refused(Refusal),
    /// It is out of order.
    #[error(transparent)]
    OutOfOrder(#[from] NotDecided),
    /// It could not be kept.
    #[error(transparent)]
    Spool(#[from] SpoolFault),
    /// The task that waits for the disk broke off.
    #[error("recording broke off")]
    BrokeOff,
}

impl RemoteRecorder {
    /// A recorder for a campaign that stands like this at the service.
    #[must_use]
    pub fn new(
        (spool, courier): (&Arc<Spool>, &Arc<Courier>),
        campaign: CampaignId,
        standing: Campaign,
        heard: Heard,
    ) -> Self {
        let (spool, courier) = (Arc::clone(spool), Arc::clone(courier));
        Self { campaign, spool, courier, standing: Mutex::new(standing), heard }
    }

    /// Keeps any command: it is judged here by the rules of the service, and safe on disk when this
    /// returns.
    ///
    /// # Errors
    /// When it is out of order, when the service refused something before it, or when it cannot be
    /// kept.
    pub async fn keep(
        &self,
        command: Command,
        evidence: Vec<Arc<[u8]>>,
    ) -> Result<(), RemoteError> {
        if let Some(refusal) = self.courier.refusal() {
            return Err(RemoteError::Refused(refusal));
        }
        let events = {
            let standing = self.standing();
            let step = if let Command::RecordStep(it) = &command { Some(&it.trial) } else { None };
            let small = standing.only(step.into_iter());
            decide(Some(&small), &self.campaign, command.clone())?
        };
        let (spool, kept) = (Arc::clone(&self.spool), command.clone());
        let appended = tokio::task::spawn_blocking(move || spool.append(&kept, &evidence)).await;
        appended.map_err(|_| RemoteError::BrokeOff)??;
        let mut standing = self.standing();
        for event in &events {
            if let Some(next) = evolve(Some(std::mem::replace(&mut *standing, blank())), event) {
                *standing = next;
            }
        }
        (self.heard)(&command, &events);
        Ok(())
    }

    fn progress(&self, trial: &Trial) -> Progress {
        self.standing().trials.get(trial).cloned().unwrap_or_default()
    }

    fn standing(&self) -> MutexGuard<'_, Campaign> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for RemoteRecorder {
    type Error = RemoteError;

    async fn record(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> Result<Progress, RemoteError> {
        let evidence = |proof: &Proof| Evidence {
            kind: proof.kind,
            name: proof.name.clone(),
            sha256: Sha256Digest::of(&proof.bytes),
            bytes: proof.bytes.len() as u64,
        };
        let record = RecordStep {
            attempt: self.progress(trial).attempt(),
            trial: trial.clone(),
            step,
            outcome: report.outcome,
            observations: report.observations,
            evidence: report.proofs.iter().map(evidence).collect(),
            act: report.act,
            duration_ms: report.duration_ms,
        };
        let pieces = report.proofs.into_iter().map(|it| it.bytes).collect();
        self.keep(Command::RecordStep(record), pieces).await?;
        Ok(self.progress(trial))
    }
}

/// The campaign as a service tells it.
#[must_use]
pub fn standing(state: &CampaignState) -> Campaign {
    let trials = state.trials.iter().map(|it| (it.trial.clone(), it.progress())).collect();
    Campaign { trials, pins: state.pins.clone(), resumed: state.resumed, ended: state.ended }
}

/// What stands in for a campaign while it is being changed.
fn blank() -> Campaign {
    Campaign {
        trials: std::collections::BTreeMap::new(),
        pins: domain::event::Pins::new(),
        resumed: 0,
        ended: None,
    }
}
