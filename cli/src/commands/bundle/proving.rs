//! Proofs for a bundle, from one reading of the log.

use ledger::{Checkpoint, Hash, MemoryTiles, Note, Verifier, leaf_hash, verify_inclusion};
use service::bundling;
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
}

impl bundling::Prover for Prover {
    type Error = Exit;

    fn note(&self) -> &Note {
        &self.note
    }

    fn keys(&self) -> Vec<Verifier> {
        self.log.verifiers().to_vec()
    }

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
