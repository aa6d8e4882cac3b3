//! A log that stops at the next append or the next signature, as a killed process would.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::event::Recorded;
use ledger::{Hash, Note, TileId};
use store::{Append, Direction, DiskLog, EventLog, Events, Leaves, Progress, StoreError};
use tokio::sync::watch;
use uuid::Uuid;

use crate::support;

#[derive(Debug)]
pub(crate) struct Faulty {
    log: DiskLog,
    pub(crate) takes_nothing: AtomicBool,
    pub(crate) signs_nothing: AtomicBool,
    /// It takes the next decisions, and whoever brought them never hears of it.
    pub(crate) breaks_off: AtomicBool,
    /// How often it was asked to append.
    pub(crate) calls: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(store: &Path) -> Self {
        Self {
            log: support::log(store),
            takes_nothing: AtomicBool::new(false),
            signs_nothing: AtomicBool::new(false),
            breaks_off: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
        }
    }
}

impl EventLog for Faulty {
    fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Vec<Recorded>, StoreError>> {
        if self.takes_nothing.load(Ordering::Relaxed) {
            return appends.into_iter().map(|_| Err(StoreError::Broken)).collect();
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        let recorded = self.log.append_all(appends);
        assert!(!self.breaks_off.swap(false, Ordering::Relaxed), "the thread broke off");
        recorded
    }

    fn recorded_for(&self, stream: &str, id: Uuid) -> Result<Option<Vec<Recorded>>, StoreError> {
        self.log.recorded_for(stream, id)
    }

    fn read(&self, from: u64, direction: Direction) -> Events<'_> {
        self.log.read(from, direction)
    }

    fn read_stream(&self, stream: &str, from: u64, direction: Direction) -> Events<'_> {
        self.log.read_stream(stream, from, direction)
    }

    fn head(&self) -> u64 {
        self.log.head()
    }

    fn tail(&self) -> watch::Receiver<u64> {
        self.log.tail()
    }

    fn leaves(&self, from: u64) -> Leaves<'_> {
        self.log.leaves(from)
    }

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        self.log.tile(id)
    }

    fn checkpoint(&self) -> Result<Note, StoreError> {
        match self.signs_nothing.load(Ordering::Relaxed) {
            true => Err(StoreError::Broken),
            false => self.log.checkpoint(),
        }
    }

    fn checkpoints(&self) -> Result<Vec<Note>, StoreError> {
        self.log.checkpoints()
    }

    fn progress(&self, projection: &str) -> Result<Option<Progress>, StoreError> {
        self.log.progress(projection)
    }

    fn save_progress(&self, projection: &str, progress: Progress) -> Result<(), StoreError> {
        self.log.save_progress(projection, progress)
    }
}
