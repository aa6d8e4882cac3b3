//! What people declare, and what they take back: judged against the registry, recorded, signed.

use domain::command::Command;
use domain::declare::{self, Declaration, declare};
use domain::event::{Event, Outcome, Recorded, StepFinished};
use jiff::Timestamp;
use store::{Append, Direction, Expected, StoreError};

use super::standing::lock;
use super::{Desk, DeskError, is_elsewhere};

/// How far the stream of declarations is known.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) version: u64,
    /// As for a campaign: the stream may be longer.
    unsettled: bool,
}

impl Desk {
    /// Records what a person declares, and signs it. None when it stands already: it is signed then
    /// too.
    ///
    /// # Errors
    /// Why it is not fit to be recorded, or what the log said.
    pub fn declare(
        &self,
        declaration: Declaration,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<Recorded>, DeskError> {
        let recorded = self.record_declaration(declaration, by, at)?;
        // Whoever asks again may have been stopped before it was signed.
        self.log.checkpoint()?;
        Ok(recorded)
    }

    /// Withdraws the step recorded at a position: the lab had broken unseen. Signed as well. Asked
    /// again in the same words, it is answered with what was recorded.
    ///
    /// # Errors
    /// [`DeskError::NoStep`]; [`DeskError::Withdrawn`] when it was withdrawn in other words; or what
    /// the log said.
    pub fn withdraw(
        &self,
        position: u64,
        (reason, by): (&str, &str),
        at: Timestamp,
    ) -> Result<Vec<Recorded>, DeskError> {
        let before = self.registry();
        let before = before.withdrawals().get(&position).map(|it| &it.what);
        if before.is_some_and(|it| it.reason != reason.trim() || it.by != by.trim()) {
            return Err(DeskError::Withdrawn(position));
        }
        let step = self.scored_step(position)?;
        let withdraw = Command::WithdrawStep {
            trial: step.trial,
            step: step.step,
            position,
            reason: reason.to_owned(),
            by: by.to_owned(),
        };
        let recorded = self.submit(&step.campaign, withdraw, at)?;
        self.log.checkpoint()?;
        // Somebody else may have been first, in other words.
        let says = |it: &Recorded| {
            matches!(&it.event, Event::StepWithdrawn(it)
                if it.reason == reason.trim() && it.by == by.trim())
        };
        if recorded.iter().all(says) { Ok(recorded) } else { Err(DeskError::Withdrawn(position)) }
    }

    fn record_declaration(
        &self,
        declaration: Declaration,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<Recorded>, DeskError> {
        let mut declared = lock(&self.declarations);
        self.settle_declarations(&mut declared)?;
        let Some(event) = declare(&self.registry(), declaration, by, at)? else { return Ok(None) };
        let command = declare::id(&event, declared.version);
        let expected = Expected::Exact(declared.version);
        let (stream, events) = (declare::STREAM.to_owned(), vec![event]);
        declared.unsettled = true;
        let recorded = self.log.append(Append { stream, expected, command, at, events });
        declared.unsettled = is_elsewhere(&recorded);
        let recorded = recorded?.into_iter().next();
        if let Some(recorded) = &recorded {
            self.register(recorded);
            declared.version += 1;
        }
        Ok(recorded)
    }

    fn settle_declarations(&self, declared: &mut Declarations) -> Result<(), StoreError> {
        if !declared.unsettled {
            return Ok(());
        }
        for recorded in self.log.read_stream(declare::STREAM, declared.version, Direction::Forward)
        {
            self.register(&recorded?);
            declared.version += 1;
        }
        declared.unsettled = false;
        Ok(())
    }

    /// The step with a score that was recorded at a position.
    fn scored_step(&self, position: u64) -> Result<StepFinished, DeskError> {
        let found = match position < self.log.head() {
            true => self.log.read(position, Direction::Forward).next().transpose()?,
            false => None,
        };
        match found.map(|it| it.event) {
            Some(Event::StepFinished(step)) if !is_lab_error(&step) => Ok(step),
            _ => Err(DeskError::NoStep(position)),
        }
    }
}

/// Whether a step says already that the lab broke: there is nothing to withdraw.
fn is_lab_error(step: &StepFinished) -> bool {
    matches!(step.outcome, Outcome::LabError { .. })
}
