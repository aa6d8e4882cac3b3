//! What the threads of one log share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::{Checkpoint, Note, Signer};
use tokio::sync::watch;

use super::checkpoints;
use super::index::Index;
use super::indexer::Pace;
use super::keys::Keys;
use super::layout::Layout;
use super::segments::Segments;
use super::streams::Streams;
use super::tree::Tree;
use crate::StoreError;

/// The parts of one open log.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) layout: Layout,
    pub(super) segments: Arc<Segments>,
    pub(super) index: Arc<Index>,
    pub(super) tree: Tree,
    pub(super) pace: Pace,
    /// How many events are safe, for those who listen.
    pub(super) head: watch::Sender<u64>,
    pub(super) streams: Mutex<Streams>,
    pub(super) keys: Mutex<Keys>,
}

impl Shared {
    pub(super) fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many events are safe on disk.
    pub(super) fn head(&self) -> u64 {
        *self.head.borrow()
    }

    /// Signs the tree over the first `size` events with these keys.
    pub(super) fn sign(
        &self,
        origin: &str,
        size: u64,
        signers: &[&Signer],
    ) -> Result<Note, StoreError> {
        let unsigned = |why: String| StoreError::Tree(why);
        let checkpoint = Checkpoint::new(origin, size, self.tree.root(size)?);
        let checkpoint = checkpoint.map_err(|error| unsigned(error.to_string()))?;
        checkpoint.sign(signers).map_err(|error| unsigned(error.to_string()))
    }

    /// Signs the head and puts it on disk: from now on a log that is shorter has lost events. With
    /// `keep` it is a checkpoint, too.
    pub(super) fn sign_head(&self, size: u64, keep: bool) -> Result<Note, StoreError> {
        // Held until all is on disk: two who sign at once would be in each other's way.
        let mut keys = self.keys();
        let (Some(signer), Some(origin)) = (&keys.signer, keys.origin()) else {
            return Err(StoreError::NoKey(self.layout.keys()));
        };
        let note = self.sign(origin, size, &[signer])?;
        if size >= keys.signed {
            checkpoints::put_head(&self.layout, &note)?;
            keys.signed = size;
        }
        if keep {
            checkpoints::keep(&self.layout, size, &note)?;
        }
        Ok(note)
    }
}
