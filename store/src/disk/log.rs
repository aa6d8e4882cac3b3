//! The open log: what was found on disk, the threads behind it, and its end.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use ledger::dsse::Envelope;
use ledger::{Hash, Verifier};
use tokio::sync::watch;

use super::appending::COMMIT_BYTES;
use super::commit::Queue;
use super::indexer::{self, Pace};
use super::layout::Layout;
use super::open_segment::OpenSegment;
use super::opening::{self, Found, Indexed, Purpose};
use super::segments::Segments;
use super::shared::Shared;
use super::tree::unread;
use super::writer::{Answers, Batch, Writer};
use super::{Mended, Settings, rotation};
use crate::StoreError;
use crate::files::private_folder;
use crate::owner::Owner;

/// Finished segments that may wait for their sealing before appends wait too.
const UNSEALED: usize = 4;

/// The log on disk; see the module.
#[derive(Debug)]
pub struct DiskLog {
    pub(super) shared: Arc<Shared>,
    pub(super) queue: Queue<Batch, Answers>,
    /// Buffers kept for the next appends.
    pub(super) buffers: Mutex<Vec<Vec<u8>>>,
    /// Nothing only while the log is dropped.
    pub(super) writer: Mutex<Option<Writer>>,
    threads: Vec<JoinHandle<()>>,
    mended: Mended,
    _owner: Owner,
}

impl DiskLog {
    /// Opens the log of the store in this folder; creates it when it is not there and a key for it
    /// is given.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process owns it, [`StoreError::Missing`] when there is
    /// none, [`StoreError::Damaged`] or [`StoreError::TailLost`] when it is not what was
    /// acknowledged; otherwise what the system said.
    pub fn open(store: &Path, settings: &Settings) -> Result<Self, StoreError> {
        Self::open_for(store, settings, Purpose::Use)
    }

    /// Makes the index anew from the segments, and a head that cannot be read from the newest
    /// checkpoint, and opens the log.
    ///
    /// # Errors
    /// As [`DiskLog::open`]: damaged segments are not mended, since nothing can.
    pub fn repair(store: &Path, settings: &Settings) -> Result<Self, StoreError> {
        Self::open_for(store, settings, Purpose::Repair)
    }

    pub(super) fn open_for(
        store: &Path,
        settings: &Settings,
        purpose: Purpose,
    ) -> Result<Self, StoreError> {
        let settings = &settings.clamped();
        let layout = Layout::of(store);
        if !layout.is_there() {
            if layout.log.join("db").is_file() {
                return Err(StoreError::OldStore(store.to_owned()));
            }
            let Some(key) = &settings.new_key else {
                return Err(StoreError::Missing(store.to_owned()));
            };
            private_folder(store)?;
            let owner = Owner::take(store)?;
            opening::create(&layout, key)?;
            return Self::start(layout, settings, purpose, owner);
        }
        let owner = Owner::take(store)?;
        Self::start(layout, settings, purpose, owner)
    }

    fn start(
        layout: Layout,
        settings: &Settings,
        purpose: Purpose,
        owner: Owner,
    ) -> Result<Self, StoreError> {
        let Found { keys, segments, active, at, end, promised, indexed, mended } =
            opening::find(&layout, settings, purpose)?;
        let Indexed { index, tree, streams } = indexed;
        let covered = index.covers()?.unwrap_or(0);
        let shared = Arc::new(Shared {
            layout,
            segments,
            index,
            tree,
            pace: Pace::new(covered, end),
            head: watch::Sender::new(end),
            streams: Mutex::new(streams),
            keys: Mutex::new(keys),
        });
        let (seal, finished) = sync_channel(UNSEALED);
        let mut threads = Vec::new();
        let segments = Arc::clone(&shared.segments);
        let left = segments.unsealed();
        threads.push(spawn("seal", move || seal_all(&segments, &left, &finished))?);
        let followed = Arc::clone(&shared);
        threads.push(spawn("index", move || indexer::run(&followed))?);
        let segment_bytes = settings.segment_bytes;
        let writer = Writer { active, at, head: end, segment_bytes, seal, broken: false };
        let queue = Queue::new(COMMIT_BYTES);
        let writer = Mutex::new(Some(writer));
        let buffers = Mutex::default();
        let log = Self { shared, queue, buffers, writer, threads, mended, _owner: owner };
        // What is found is vouched for from now on, whoever was killed before signing it.
        let signs = log.shared.keys().signer.is_some();
        if signs && (promised < end || log.mended.head_made_anew.is_some()) {
            log.shared.pace.settle(end)?;
            log.shared.sign_head(end, false)?;
        }
        rotation::finish_interrupted(&log)?;
        Ok(log)
    }

    /// What was mended when the log was opened.
    #[must_use]
    pub fn mended(&self) -> &Mended {
        &self.mended
    }

    /// Whether nothing can be appended until the log is opened again, since the disk did not take a
    /// write. Waits for an append under way.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.as_ref().is_none_or(|it| it.broken) || self.shared.pace.failed().is_some()
    }

    /// The public keys of this log, the oldest first; the first signer is the root of trust.
    #[must_use]
    pub fn verifiers(&self) -> Vec<Verifier> {
        self.shared.keys().verifiers.clone()
    }

    /// The name under which this log signs.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        self.shared.keys().origin().map(str::to_owned)
    }

    /// Signs a statement about what the log holds, with the key in force.
    ///
    /// # Errors
    /// [`StoreError::NoKey`] when the secret is not there, [`StoreError::Envelope`] when it is
    /// nothing to be signed.
    pub fn attest(&self, payload_type: &str, statement: Vec<u8>) -> Result<Envelope, StoreError> {
        let keys = self.shared.keys();
        let signer =
            keys.signer.as_ref().ok_or_else(|| StoreError::NoKey(self.shared.layout.keys()))?;
        Ok(Envelope::sign(payload_type, statement, &[signer])?)
    }

    /// How many events the log holds, and the root of the tree over them. Waits until the index
    /// has caught up.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn settle(&self) -> Result<(u64, Hash), StoreError> {
        let head = self.shared.head();
        self.shared.pace.settle(head)?;
        Ok((head, self.shared.tree.root(head)?))
    }

    /// The proof that an event is in the tree of the first `size` events.
    ///
    /// # Errors
    /// When there are not so many, or the tree cannot be read.
    pub fn inclusion(&self, position: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        self.grown(size)?;
        ledger::inclusion(&self.shared.tree, position, size).map_err(unread)
    }

    /// The proof that the tree of `old` events is the beginning of the one of `new`.
    ///
    /// # Errors
    /// As [`DiskLog::inclusion`].
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        self.grown(new)?;
        ledger::consistency(&self.shared.tree, old, new).map_err(unread)
    }

    /// Waits until the tree covers so many events, if there are as many.
    pub(super) fn grown(&self, size: u64) -> Result<(), StoreError> {
        if self.shared.tree.size() < size && size <= self.shared.head() {
            self.shared.pace.settle(size)?;
        }
        Ok(())
    }
}

impl Drop for DiskLog {
    fn drop(&mut self) {
        self.shared.pace.stop();
        // The sealer ends when nobody can hand it another segment.
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let started = std::thread::Builder::new().name(format!("log-{name}")).spawn(work);
    started
        .map_err(|error| StoreError::io("cannot start a thread for", Path::new("the log"), error))
}

/// Seals what an earlier process left unsealed, then each segment as it is finished. A segment that
/// cannot be sealed stays as it is: readable, only larger.
fn seal_all(segments: &Segments, left: &[Arc<OpenSegment>], finished: &Receiver<Arc<OpenSegment>>) {
    for segment in left {
        let _ = segments.seal(segment);
    }
    while let Ok(segment) = finished.recv() {
        let _ = segments.seal(&segment);
    }
}
