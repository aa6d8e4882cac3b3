//! The header of an export.

use serde::{Deserialize, Serialize};

use crate::bundle::chain_error::{ChainError, check_number};
use crate::bundle::error::BundleError;
use crate::bundle::{FORMAT, Kind};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::Note;
use crate::verifier::Verifier;

/// What stands above the events of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    portolan: Kind,
    format: u32,
    origin: String,
    events: u64,
    keys: Vec<Verifier>,
    checkpoint: Note,
    checkpoints: Vec<Note>,
}

impl Export {
    /// The header of the export up to `checkpoint`. `keys` are all keys the log has ever signed
    /// with, oldest first; `checkpoints` the older checkpoints by rising size.
    ///
    /// # Errors
    /// [`CheckpointError`] if `checkpoint` is a note of another kind.
    pub fn new(
        keys: Vec<Verifier>,
        checkpoint: Note,
        checkpoints: Vec<Note>,
    ) -> Result<Self, CheckpointError> {
        let last: Checkpoint = checkpoint.text().parse()?;
        let (origin, events) = (last.origin().to_owned(), last.size());
        Ok(Self {
            portolan: Kind::Export,
            format: FORMAT,
            origin,
            events,
            keys,
            checkpoint,
            checkpoints,
        })
    }

    /// Name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many events follow.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The keys of the log, oldest first.
    #[must_use]
    pub fn keys(&self) -> &[Verifier] {
        &self.keys
    }

    /// The signed checkpoint of all events.
    #[must_use]
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// The older signed checkpoints, by rising size.
    #[must_use]
    pub fn checkpoints(&self) -> &[Note] {
        &self.checkpoints
    }

    /// The first key, or why there is none.
    pub(crate) fn first_key(&self) -> Result<&Verifier, ChainError> {
        check_number(self.keys.len())?;
        self.keys.first().ok_or(ChainError::NoKey)
    }

    /// All checkpoints, that of all events last, each parsed and found to be of this log and in
    /// order. Their signatures and roots are another matter.
    pub(crate) fn ordered_checkpoints(&self) -> Result<Vec<(Checkpoint, &Note)>, BundleError> {
        let mut ordered: Vec<(Checkpoint, &Note)> = Vec::new();
        let events = self.events;
        for (number, note) in self.checkpoints.iter().chain([&self.checkpoint]).enumerate() {
            let checkpoint: Checkpoint = note.text().parse()?;
            let size = checkpoint.size();
            if checkpoint.origin() != self.origin {
                let (found, expected) = (checkpoint.origin().to_owned(), self.origin.clone());
                return Err(BundleError::OtherLog { size, found, expected });
            }
            let last = number == self.checkpoints.len();
            let rises = last || ordered.last().is_none_or(|(before, _)| before.size() < size);
            if !rises || size > events || last && size != events {
                return Err(BundleError::Order { number, size, events });
            }
            ordered.push((checkpoint, note));
        }
        Ok(ordered)
    }
}
