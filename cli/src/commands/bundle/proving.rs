//! Proofs for a bundle, from one reading of the log.

use ledger::bundle::Inclusion;
use ledger::{Checkpoint, Hash, MemoryTiles, Note, TlogProof, leaf_hash, verify_inclusion};
use store::Snapshot;

use crate::exit::Exit;

/// A log, the tree over it, and the signed state that proofs lead to.
pub(super) struct Prover {
    log: Snapshot,
    tree: MemoryTiles,
    note: Note,
    checkpoint: Checkpoint,
}

impl Prover {
    /// Of what was signed last, if that covers the event at `last`.
    pub(super) fn new(log: Snapshot, last: u64) -> Result<Self, Exit> {
        if let Some(damage) = log.damage()? {
            return Err(Exit::wrong(damage));
        }
        let (note, checkpoint) = log.newest()?;
        if checkpoint.size() <= last {
            let size = checkpoint.size();
            return Err(Exit::usage(format!(
                "the newest checkpoint covers {size} events, so not yet event {last} of the \
                 campaign: sign the log as it stands: portolan log checkpoint"
            )));
        }
        Ok(Self { tree: log.tree(|_| {})?, log, note, checkpoint })
    }

    /// The signed state.
    pub(super) fn note(&self) -> &Note {
        &self.note
    }

    /// The keys that the log has signed with, one a line.
    pub(super) fn keys(&self) -> String {
        self.log.verifiers().iter().map(|key| format!("{key}\n")).collect()
    }

    /// That an event is in the log, with the hash of the event in its place.
    pub(super) fn without_event(&self, position: u64) -> Result<String, Exit> {
        let (leaf, proof) = self.proof(position)?;
        let extra = Some(leaf_hash(&leaf).to_bytes().to_vec());
        let checkpoint = self.note.clone();
        Ok(TlogProof { extra, index: position, proof, checkpoint }.to_string())
    }

    /// That an event is in the log, with the event, as `portolan log prove` writes it.
    pub(super) fn with_event(&self, position: u64) -> Result<Vec<u8>, Exit> {
        let (leaf, proof) = self.proof(position)?;
        let leaf = String::from_utf8(leaf).map_err(|error| Exit::Wrong(error.into()))?;
        let keys = self.log.verifiers().to_vec();
        let mut bytes = Vec::new();
        let bundle = Inclusion::new(position, leaf, proof, self.note.clone(), keys);
        bundle.write(&mut bytes).map_err(|error| Exit::Lab(error.into()))?;
        Ok(bytes)
    }

    /// An event and its siblings on the way up, which lead to what was signed.
    fn proof(&self, position: u64) -> Result<(Vec<u8>, Vec<Hash>), Exit> {
        let missing = || Exit::wrong(format!("event {position} cannot be read"));
        let (_, leaf) = self.log.leaves(position).next().ok_or_else(missing)??;
        let (size, root) = (self.checkpoint.size(), self.checkpoint.root());
        let proof = ledger::inclusion(&self.tree, position, size).map_err(|_| missing())?;
        verify_inclusion(&leaf_hash(&leaf), position, size, &proof, &root).map_err(|error| {
            let words = "the log was altered since it was signed: portolan log verify";
            Exit::Wrong(anyhow::Error::new(error).context(words))
        })?;
        Ok((leaf, proof))
    }
}
