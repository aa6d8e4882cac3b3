//! What an open log has signed, and proofs that lead there: from the index, in no time.

use ledger::bundle::{Consistency, Inclusion};
use ledger::{Checkpoint, Hash, Note, TlogProof, leaf_hash, verify_consistency, verify_inclusion};

use super::checkpoints;
use super::log::DiskLog;
use super::proofs::rewritten;
use crate::{EventLog as _, StoreError};

/// That an event is in the log as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Position of the event.
    pub position: u64,
    /// Its bytes, as stored.
    pub leaf: Vec<u8>,
    /// Its siblings on the way up.
    pub proof: Vec<Hash>,
    /// What was signed.
    pub note: Note,
}

impl DiskLog {
    /// What was signed about the most events, and what it says; as [`crate::Snapshot::newest`].
    ///
    /// # Errors
    /// When it cannot be read, or nobody known has signed it.
    pub fn newest(&self) -> Result<(Note, Checkpoint), StoreError> {
        let (layout, verifiers) = (&self.shared.layout, self.verifiers());
        let note = checkpoints::head(layout)?;
        let head = checkpoints::signed(&layout.head(), &note, &verifiers)?;
        match checkpoints::newest(layout)? {
            None => Ok((note, head)),
            Some((path, kept)) => match checkpoints::signed(&path, &kept, &verifiers)? {
                checkpoint if checkpoint.size() >= head.size() => Ok((kept, checkpoint)),
                _ => Ok((note, head)),
            },
        }
    }

    /// The proof that an event is in the log as it was signed last; none where it is newer than that.
    ///
    /// # Errors
    /// When the event cannot be read, or [`StoreError::Tree`] when another root was signed than the
    /// events have.
    pub fn prove(&self, position: u64) -> Result<Option<Proven>, StoreError> {
        let (note, checkpoint) = self.newest()?;
        self.prove_in(position, (note, &checkpoint))
    }

    /// The same in a state of the log that was signed before, as [`DiskLog::newest`] told it.
    ///
    /// # Errors
    /// As [`DiskLog::prove`].
    pub fn prove_in(
        &self,
        position: u64,
        (note, checkpoint): (Note, &Checkpoint),
    ) -> Result<Option<Proven>, StoreError> {
        let (size, root) = (checkpoint.size(), checkpoint.root());
        if position >= size {
            return Ok(None);
        }
        let Some((_, leaf)) = self.leaves(position).next().transpose()? else { return Ok(None) };
        let proof = self.inclusion(position, size)?;
        verify_inclusion(&leaf_hash(&leaf), position, size, &proof, &root)
            .map_err(|_| rewritten(size))?;
        Ok(Some(Proven { position, leaf, proof, note }))
    }

    /// The proof that the log as one signed note has it is the beginning of that of another.
    ///
    /// # Errors
    /// As [`DiskLog::prove`].
    pub fn prove_since(&self, old: Note, new: Note) -> Result<Consistency, StoreError> {
        let (head, verifiers) = (self.shared.layout.head(), self.verifiers());
        let [before, after] = [&old, &new].map(|it| checkpoints::signed(&head, it, &verifiers));
        let (before, after) = (before?, after?);
        let (from, to) = (before.size(), after.size());
        let proof = self.consistency(from, to)?;
        verify_consistency(from, &before.root(), to, &after.root(), &proof)
            .map_err(|_| rewritten(from))?;
        Ok(Consistency::new(old, new, proof, verifiers))
    }
}

impl Proven {
    /// With the event, as `portolan log prove` writes it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the event is no text.
    pub fn with_event(self, log: &DiskLog) -> Result<Inclusion, StoreError> {
        let Self { position, leaf, proof, note } = self;
        let leaf = String::from_utf8(leaf)
            .map_err(|error| StoreError::Damaged { position, why: error.to_string() })?;
        Ok(Inclusion::new(position, leaf, proof, note, log.verifiers()))
    }

    /// With the hash of the event in its place.
    #[must_use]
    pub fn without_event(self) -> TlogProof {
        let extra = Some(leaf_hash(&self.leaf).to_bytes().to_vec());
        TlogProof { extra, index: self.position, proof: self.proof, checkpoint: self.note }
    }
}
