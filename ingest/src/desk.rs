//! The desk: the single writer. Command in, `decide`, append, facts out.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::campaign::{Campaign, evolve};
use domain::command::{Command, TakeOver};
use domain::decide::{Refusal, decide};
use domain::declare::{self, Declaration, NotDeclared, declare};
use domain::event::{Event, Outcome, Recorded, StepFinished};
use domain::ids::{CampaignId, Sha256Digest};
use domain::registry::Registry;
use jiff::Timestamp;
use store::{Append, Blobs, Direction, EventLog, Expected, StoreError};

/// Why a command was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// It is out of order.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A declaration that is not fit to be recorded.
    #[error(transparent)]
    NotDeclared(#[from] NotDeclared),
    /// There is nothing to withdraw at this position.
    #[error(
        "no step with a score was recorded at position {0}: portolan explain names the position of each"
    )]
    NoStep(u64),
    /// The step at this position was withdrawn before.
    #[error("the step recorded at position {0} has been withdrawn already")]
    Withdrawn(u64),
    /// The log could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The single writer of a log, with the state of every campaign in it.
#[derive(Debug)]
pub struct Desk {
    log: Arc<dyn EventLog>,
    blobs: Blobs,
    campaigns: BTreeMap<CampaignId, (Campaign, u64)>,
    registry: Registry,
    declared: u64,
}

impl Desk {
    /// Takes over a log and its evidence, and rebuilds the state of its campaigns.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn open(log: Arc<dyn EventLog>, blobs: Blobs) -> Result<Self, DeskError> {
        let (campaigns, registry) = (BTreeMap::new(), Registry::default());
        let mut desk = Self { log, blobs, campaigns, registry, declared: 0 };
        let log = Arc::clone(&desk.log);
        for recorded in log.read(0, Direction::Forward) {
            desk.apply(&recorded?);
        }
        Ok(desk)
    }

    /// What has been declared.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Where a campaign stands.
    #[must_use]
    pub fn campaign(&self, id: &CampaignId) -> Option<&Campaign> {
        self.campaigns.get(id).map(|(campaign, _)| campaign)
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
        &mut self,
        id: &CampaignId,
        command: Command,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, DeskError> {
        let request = command.id(id);
        let stream = stream(id);
        let concludes = concludes(&command);
        if let Some(known) = self.log.recorded_for(&stream, request)? {
            // Whoever asks again may have been stopped before it was signed.
            if concludes {
                self.log.checkpoint()?;
            }
            return Ok(known);
        }
        let state = self.campaigns.get(id);
        let events = decide(state.map(|(campaign, _)| campaign), id, command)?;
        let expected = Expected::Exact(state.map_or(0, |(_, version)| *version));
        let recorded =
            self.log.append(Append { stream, expected, command: request, at, events })?;
        recorded.iter().for_each(|event| self.apply(event));
        if concludes {
            self.log.checkpoint()?;
        }
        Ok(recorded)
    }

    /// Takes over campaigns that another system told, all of them or none. What was taken over from
    /// the same file before is left as it is, so that a repeat finishes what was cut short.
    ///
    /// # Errors
    /// A refusal when one of them is there already from elsewhere, or what the log said.
    pub fn take_over(
        &mut self,
        campaigns: Vec<(CampaignId, TakeOver)>,
        at: Timestamp,
    ) -> Result<(), DeskError> {
        let commands = campaigns.into_iter().map(|(id, it)| (id, Command::TakeOver(Box::new(it))));
        let commands: Vec<(CampaignId, Command)> = commands.collect();
        for (id, command) in &commands {
            let known = self.log.recorded_for(&stream(id), command.id(id))?.is_some();
            if self.campaigns.contains_key(id) && !known {
                return Err(Refusal::AlreadyStarted(id.clone()).into());
            }
        }
        for (id, command) in commands {
            self.submit(&id, command, at)?;
        }
        self.log.checkpoint()?;
        Ok(())
    }

    /// Records what a person declares, and signs it. None when it stands already: it is signed then
    /// too.
    ///
    /// # Errors
    /// Why it is not fit to be recorded, or what the log said.
    pub fn declare(
        &mut self,
        declaration: Declaration,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<Recorded>, DeskError> {
        let Some(event) = declare(&self.registry, declaration, by, at)? else {
            // Whoever asks again may have been stopped before it was signed.
            self.log.checkpoint()?;
            return Ok(None);
        };
        let command = declare::id(&event, self.declared);
        let expected = Expected::Exact(self.declared);
        let (stream, events) = (declare::STREAM.to_owned(), vec![event]);
        let recorded = self.log.append(Append { stream, expected, command, at, events })?;
        recorded.iter().for_each(|event| self.apply(event));
        self.log.checkpoint()?;
        Ok(recorded.into_iter().next())
    }

    /// Withdraws the step recorded at a position: the lab had broken unseen. Signed as well. Asked
    /// again in the same words, it is answered with what was recorded.
    ///
    /// # Errors
    /// [`DeskError::NoStep`]; [`DeskError::Withdrawn`] when it was withdrawn in other words; or what
    /// the log said.
    pub fn withdraw(
        &mut self,
        position: u64,
        (reason, by): (&str, &str),
        at: Timestamp,
    ) -> Result<Vec<Recorded>, DeskError> {
        let before = self.registry.withdrawals().get(&position).map(|it| &it.what);
        if before.is_some_and(|it| it.reason != reason.trim() || it.by != by.trim()) {
            return Err(DeskError::Withdrawn(position));
        }
        let found = match position < self.log.head() {
            true => self.log.read(position, Direction::Forward).next().transpose()?,
            false => None,
        };
        let step = match found.map(|it| it.event) {
            Some(Event::StepFinished(step)) if !is_lab_error(&step) => step,
            _ => return Err(DeskError::NoStep(position)),
        };
        let withdraw = Command::WithdrawStep {
            trial: step.trial,
            step: step.step,
            position,
            reason: reason.to_owned(),
            by: by.to_owned(),
        };
        let recorded = self.submit(&step.campaign, withdraw, at)?;
        self.log.checkpoint()?;
        Ok(recorded)
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

    fn apply(&mut self, recorded: &Recorded) {
        self.registry.evolve(recorded);
        self.declared += u64::from(recorded.stream == declare::STREAM);
        let Some(id) = recorded.event.campaign() else { return };
        let before = self.campaigns.remove(id).map(|(campaign, _)| campaign);
        if let Some(after) = evolve(before, &recorded.event) {
            self.campaigns.insert(id.clone(), (after, recorded.version + 1));
        }
    }
}

/// The stream of one campaign.
fn stream(id: &CampaignId) -> String {
    format!("campaign/{id}")
}

/// Whether a command ends a campaign or shows its scores.
fn concludes(command: &Command) -> bool {
    match command {
        Command::FinishCampaign { .. } | Command::ShowScores { .. } | Command::TakeOver(_) => true,
        Command::StartCampaign { .. }
        | Command::ResumeCampaign { .. }
        | Command::RecordStep(_)
        | Command::WithdrawStep { .. } => false,
    }
}

/// Whether a step says already that the lab broke: there is nothing to withdraw.
fn is_lab_error(step: &StepFinished) -> bool {
    matches!(step.outcome, Outcome::LabError { .. })
}
