//! The desk: the single writer. Command in, `decide`, append, facts out.
//!
//! Many threads share one desk. Each campaign stands behind a lock of its own, held from judging to
//! knowing what was recorded, so that two campaigns wait for the disk together (the log merges what
//! comes at the same time into one sync) and one campaign's decisions stand in their order.
//! Declarations have a lock of their own too.
//!
//! Order of locks: first a campaign, or several in the order of their names, or the declarations;
//! then, for a moment each and never together, the registry or the map of campaigns. A checkpoint is
//! made with none held. Whoever panics with a lock in hand leaves a campaign whose stream is read on
//! by the next.

mod batch;
mod beginning;
mod declaring;
mod error;
mod standing;

use std::sync::{Arc, Mutex};

use domain::campaign::{Campaign, Progress};
use domain::command::{Command, TakeOver};
use domain::decide::Refusal;
use domain::event::{Event, Recorded};
use domain::ids::{CampaignId, Sha256Digest};
use domain::plan::Trial;
use domain::registry::Registry;
use jiff::Timestamp;
use store::{Blobs, Direction, EventLog, StoreError};

use batch::{Asked, stream};
use declaring::Declarations;
use standing::{Campaigns, Standing, lock};

pub use batch::{Answer, Batch, Refused};
pub use beginning::Beginning;
pub use error::DeskError;

/// The single writer of a log, with the state of every campaign in it. Shared by reference.
#[derive(Debug)]
pub struct Desk {
    log: Arc<dyn EventLog>,
    blobs: Arc<Blobs>,
    campaigns: Campaigns,
    declarations: Mutex<Declarations>,
    registry: Mutex<Arc<Registry>>,
}

impl Desk {
    /// Takes over a log and its evidence, and rebuilds the state of its campaigns: the log is read
    /// once.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn open(log: Arc<dyn EventLog>, blobs: impl Into<Arc<Blobs>>) -> Result<Self, DeskError> {
        Beginning::default().open(log, blobs)
    }

    /// What has been declared so far: a view that does not change any more.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&lock(&self.registry))
    }

    /// Where a campaign stands: a view that does not change any more. As long as it is kept, the
    /// next decision has to copy the campaign; [`Desk::progress`] costs nothing.
    #[must_use]
    pub fn campaign(&self, id: &CampaignId) -> Option<Arc<Campaign>> {
        self.campaigns.look(id, |it| it.campaign.clone()).flatten()
    }

    /// Where a campaign stands and how many events it has, both at the same moment.
    #[must_use]
    pub fn standing(&self, id: &CampaignId) -> Option<(Arc<Campaign>, u64)> {
        self.campaigns.look(id, |it| Some((it.campaign.clone()?, it.version))).flatten()
    }

    /// How far a trial of a campaign has come; none when there is no such trial.
    #[must_use]
    pub fn progress(&self, id: &CampaignId, trial: &Trial) -> Option<Progress> {
        let progress = |it: &Standing| it.campaign.as_ref()?.trials.get(trial).cloned();
        self.campaigns.look(id, progress).flatten()
    }

    /// How many events the stream of a campaign has; 0 when there is no such campaign.
    #[must_use]
    pub fn version(&self, id: &CampaignId) -> u64 {
        self.campaigns.look(id, |it| it.version).unwrap_or_default()
    }

    /// Judges a command and records what it causes, safe on disk when this returns. What ends a
    /// campaign, or shows its scores, is signed as well: a checkpoint of the log is kept.
    ///
    /// A repeat of a recorded command is answered with the facts already recorded.
    ///
    /// # Errors
    /// The refusal, or what the log said. Nothing was recorded then, but for a checkpoint that
    /// failed: the same command again makes it.
    pub fn submit(
        &self,
        id: &CampaignId,
        command: Command,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, DeskError> {
        let mut batch = self.submit_all(id, None, vec![command], at)?;
        match (batch.refused, batch.answers.pop()) {
            (Some(refused), _) => Err(refused.why),
            (None, answer) => Ok(answer.map(|it| it.events).unwrap_or_default()),
        }
    }

    /// Judges commands of one campaign in their order, each as the ones before leave it, and records
    /// what they cause with one wait for the disk. What was recorded before is answered with that;
    /// signed is as for [`Desk::submit`].
    ///
    /// A command that is refused ends the batch: all before it are recorded, it and all behind it
    /// are not. The log holds each command whole or not at all, but a crash may leave a part of the
    /// batch: the same batch again finishes it, and nothing is recorded twice.
    ///
    /// `expected` is how many events the caller believes the campaign to have before the batch. What
    /// the beginning of the same batch has recorded since does not count, and a batch of repeats
    /// alone is answered wherever the campaign stands.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when the campaign is not where it is believed to be: nothing of the
    /// batch was judged. [`DeskError::Store`] when the log fails: what was recorded before that
    /// stays, and the same batch may be sent again.
    pub fn submit_all(
        &self,
        id: &CampaignId,
        expected: Option<u64>,
        commands: Vec<Command>,
        at: Timestamp,
    ) -> Result<Batch, DeskError> {
        let conclude: Vec<bool> = commands.iter().map(concludes).collect();
        let record = |it: &mut Standing| self.record(id, it, (expected, commands), at);
        let batch = self.campaigns.within(id, record)?;
        // Also for a repeat: whoever asks again may have been stopped before it was signed.
        if conclude.iter().zip(&batch.answers).any(|(concludes, _)| *concludes) {
            self.log.checkpoint()?;
        }
        Ok(batch)
    }

    /// Takes over campaigns that another system told, all of them or none. What was taken over from
    /// the same file before is left as it is, so that a repeat finishes what was cut short.
    ///
    /// # Errors
    /// A refusal when one of them is there already from elsewhere, or what the log said.
    pub fn take_over(
        &self,
        campaigns: Vec<(CampaignId, TakeOver)>,
        at: Timestamp,
    ) -> Result<(), DeskError> {
        let ids: Vec<CampaignId> = campaigns.iter().map(|(id, _)| id.clone()).collect();
        let commands = campaigns.into_iter().map(|(id, it)| (id, Command::TakeOver(Box::new(it))));
        let commands: Vec<(CampaignId, Command)> = commands.collect();
        // Nobody may start one of them between the look and the taking.
        self.campaigns.within_all(&ids, |standings| {
            for (id, command) in &commands {
                let known = self.log.recorded_for(&stream(id), command.id(id))?.is_some();
                let there = standings.get(id).is_some_and(|it| it.campaign.is_some());
                if there && !known {
                    return Err(Refusal::AlreadyStarted(id.clone()).into());
                }
            }
            for (id, command) in commands {
                let Some(standing) = standings.get_mut(&id) else { continue };
                let batch = self.record(&id, standing, (None, vec![command]), at)?;
                if let Some(refused) = batch.refused {
                    return Err(refused.why);
                }
            }
            Ok::<(), DeskError>(())
        })?;
        self.log.checkpoint()?;
        Ok(())
    }

    /// Keeps a piece of evidence; it must be kept before the event that names it.
    ///
    /// # Errors
    /// What the system said.
    pub fn keep(&self, bytes: &[u8]) -> Result<Sha256Digest, DeskError> {
        Ok(self.blobs.put(bytes)?)
    }

    /// The log, for reading.
    #[must_use]
    pub fn log(&self) -> &dyn EventLog {
        &*self.log
    }

    /// Judges and records commands of a campaign that nobody else touches meanwhile.
    fn record(
        &self,
        id: &CampaignId,
        standing: &mut Standing,
        (expected, commands): (Option<u64>, Vec<Command>),
        at: Timestamp,
    ) -> Result<Batch, DeskError> {
        self.settle(id, standing)?;
        let asked = Asked::look_up(&*self.log, id, commands)?;
        let actual = standing.version;
        if let Some(expected) = expected.filter(|it| !asked.expects(*it, actual)) {
            return Err(DeskError::Conflict { campaign: id.clone(), expected, actual });
        }
        let mut decided = asked.decide(id, (standing.campaign.as_deref(), actual), at);
        let appends = std::mem::take(&mut decided.appends);
        standing.unsettled = true;
        let recorded = if appends.is_empty() { Vec::new() } else { self.log.append_all(appends) };
        standing.unsettled = recorded.iter().any(is_elsewhere);
        recorded.iter().flatten().flatten().for_each(|it| self.apply(standing, it));
        let answered = decided.answered(recorded);
        match answered.failed {
            Some(error) => Err(error.into()),
            None => {
                let (answers, refused) = (answered.answers, answered.refused);
                Ok(Batch { answers, refused, version: standing.version })
            }
        }
    }

    /// Reads on where the stream of a campaign may be longer than is known.
    fn settle(&self, id: &CampaignId, standing: &mut Standing) -> Result<(), StoreError> {
        if !standing.unsettled {
            return Ok(());
        }
        for recorded in self.log.read_stream(&stream(id), standing.version, Direction::Forward) {
            self.apply(standing, &recorded?);
        }
        standing.unsettled = false;
        Ok(())
    }

    fn apply(&self, standing: &mut Standing, recorded: &Recorded) {
        if matches!(recorded.event, Event::StepWithdrawn(_)) {
            self.register(recorded);
        }
        standing.evolve(recorded);
    }

    /// Takes note of what was declared. Whoever looks at the registry keeps what they look at.
    fn register(&self, recorded: &Recorded) {
        Arc::make_mut(&mut lock(&self.registry)).evolve(recorded);
    }
}

/// Whether the log says that a stream is not where it was believed to be.
fn is_elsewhere(recorded: &Result<Vec<Recorded>, StoreError>) -> bool {
    matches!(recorded, Err(StoreError::WrongVersion { .. } | StoreError::OtherEvents(_)))
}

/// Whether a command ends a campaign or shows its scores.
fn concludes(command: &Command) -> bool {
    match command {
        Command::FinishCampaign { .. } | Command::ShowScores { .. } | Command::TakeOver(_) => true,
        Command::StartCampaign { .. }
        | Command::ResumeCampaign { .. }
        | Command::PinVersions { .. }
        | Command::RecordStep(_)
        | Command::WithdrawStep { .. } => false,
    }
}
