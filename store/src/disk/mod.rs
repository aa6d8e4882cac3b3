//! The log on disk.
//!
//! Segments are the log: append-only files of checksummed records, synced before an append is
//! acknowledged. The signed head says how far the log is known to reach. sled is the index behind
//! them: it follows from the segments and may be deleted at any time.

mod checkpoints;
mod chunk;
mod commit;
mod early;
mod export;
mod guard;
mod import;
mod index;
mod indexer;
mod keys;
mod layout;
mod open_segment;
mod opening;
mod proofs;
mod reader;
mod record;
mod rotation;
mod sealed_segment;
mod segments;
mod settings;
mod shared;
mod snapshot;
mod stat;
mod stream_reader;
mod streams;
mod tiles;
mod tree;
mod verify;
mod writer;

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::event::Recorded;
use ledger::{Hash, Note, TileId, TileSource as _, Verifier};
use tokio::sync::watch;
use uuid::Uuid;

use crate::owner::Owner;
use crate::{Append, Direction, EventLog, Events, LARGEST_STATE, Leaves, Progress, StoreError};
use commit::Queue;
pub use early::import_early;
pub use export::Exported;
pub use import::import;
use indexer::Pace;
pub(crate) use layout::Layout;
use layout::private_folder;
use open_segment::OpenSegment;
use opening::{Found, Indexed, Purpose};
use segments::Segments;
pub use settings::{Mended, NewKey, Settings};
use shared::Shared;
pub use snapshot::Snapshot;
pub use stat::{Space, Stat, space};
use stream_reader::{StreamReader, caused_by};
pub use tiles::Published;
pub use verify::{Findings, MOST_PROBLEMS, Part, Problem, Scope};
use writer::{Answer, Answers, Batch, Outcome, Writer};

/// Smallest cache, in bytes; sled wants some.
const LEAST_CACHE: u64 = 1 << 20;
/// Smallest segment, in bytes.
const LEAST_SEGMENT: u64 = 1 << 10;
/// Most bytes of one commit, unless a single decision is larger.
const COMMIT_BYTES: usize = 4 << 20;
/// Most decisions of one commit by one caller.
const COMMIT_DECISIONS: usize = 8192;
/// Buffers kept for the next appends.
const SPARE_BUFFERS: usize = 4;
/// Finished segments that may wait for their sealing before appends wait too.
const UNSEALED: usize = 4;

/// The log on disk; see the module.
#[derive(Debug)]
pub struct DiskLog {
    shared: Arc<Shared>,
    queue: Queue<Batch, Answers>,
    buffers: Mutex<Vec<Vec<u8>>>,
    writer: Mutex<Option<Writer>>,
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

    fn open_for(store: &Path, settings: &Settings, purpose: Purpose) -> Result<Self, StoreError> {
        let settings = &Settings {
            cache_bytes: settings.cache_bytes.max(LEAST_CACHE),
            segment_bytes: settings.segment_bytes.clamp(LEAST_SEGMENT, 1 << 30),
            new_key: settings.new_key.clone(),
        };
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
        ledger::inclusion(&self.shared.tree, position, size).map_err(tree::unread)
    }

    /// The proof that the tree of `old` events is the beginning of the one of `new`.
    ///
    /// # Errors
    /// As [`DiskLog::inclusion`].
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        self.grown(new)?;
        ledger::consistency(&self.shared.tree, old, new).map_err(tree::unread)
    }

    /// Waits until the tree covers so many events, if there are as many.
    fn grown(&self, size: u64) -> Result<(), StoreError> {
        if self.shared.tree.size() < size && size <= self.shared.head() {
            self.shared.pace.settle(size)?;
        }
        Ok(())
    }

    /// Appends decisions, also those that only the log itself may make.
    fn record_all(&self, appends: Vec<Append>) -> Vec<Result<Vec<Recorded>, StoreError>> {
        let mut answers = Vec::with_capacity(appends.len());
        let mut batch = Batch::within(self.buffer());
        for append in appends {
            let prepared = batch.add(append);
            let full = batch.bytes() >= COMMIT_BYTES || batch.len() == COMMIT_DECISIONS;
            if prepared.is_err() || full {
                let full = std::mem::replace(&mut batch, Batch::within(self.buffer()));
                self.commit(full, &mut answers);
            }
            answers.extend(prepared.err().map(Err));
        }
        self.commit(batch, &mut answers);
        answers
    }

    /// Commits a batch and appends the answers to those before.
    fn commit(&self, batch: Batch, answers: &mut Vec<Result<Vec<Recorded>, StoreError>>) {
        if batch.len() == 0 {
            return;
        }
        let (bytes, end) = (batch.bytes(), answers.len() + batch.len());
        let committed = self.queue.submit(batch, bytes, |batches| {
            match &mut *self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(writer) => writer.commit(&self.shared, batches),
                None => Vec::new(),
            }
        });
        if let Some((committed, buffer)) = committed {
            answers.extend(committed.into_iter().map(|it| it.and_then(|it| self.recorded(it))));
            self.spare(buffer);
        }
        // A leader that did not come back has left no answers.
        answers.resize_with(end, || Err(StoreError::Broken));
    }

    /// A buffer that was used before: memory that is there already costs nothing.
    fn buffer(&self) -> Vec<u8> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn spare(&self, buffer: Vec<u8>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.len() < SPARE_BUFFERS && buffer.capacity() <= 2 * COMMIT_BYTES {
            buffers.push(buffer);
        }
    }

    fn recorded(&self, answer: Answer) -> Result<Vec<Recorded>, StoreError> {
        let Answer { append, outcome } = answer;
        let Append { stream, command, at, events, .. } = append;
        match outcome {
            Outcome::New { first, version } => {
                // The last event, mostly the only one, takes the name; the others a copy.
                let copies = std::iter::repeat_n(stream, events.len());
                let places = (first..).zip(version..);
                let record = |((event, stream), (position, version))| Recorded {
                    position,
                    at,
                    stream,
                    version,
                    command,
                    event,
                };
                Ok(events.into_iter().zip(copies).zip(places).map(record).collect())
            }
            Outcome::Known(version) => {
                let known = caused_by(&self.shared, &stream, command, version)?;
                let same = known.iter().map(|it| &it.event).eq(&events);
                if same { Ok(known) } else { Err(StoreError::OtherEvents(command)) }
            }
        }
    }
}

impl EventLog for DiskLog {
    fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Vec<Recorded>, StoreError>> {
        match appends.iter().find_map(|append| append.check_reserved().err()) {
            None => self.record_all(appends),
            // Rare enough to take them one by one.
            Some(_) => appends
                .into_iter()
                .map(|append| {
                    append.check_reserved()?;
                    self.record_all(vec![append]).pop().unwrap_or(Err(StoreError::Broken))
                })
                .collect(),
        }
    }

    fn recorded_for(
        &self,
        stream: &str,
        command: Uuid,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        let shared = &self.shared;
        let version = shared.streams().version_of(&shared.index, stream, command)?;
        let known = version.map(|version| caused_by(shared, stream, command, version));
        // A decision on its way to the disk is not recorded yet.
        Ok(known.transpose()?.filter(|known| !known.is_empty()))
    }

    fn read(&self, from: u64, direction: Direction) -> Events<'_> {
        let head = self.shared.head();
        reader::events(&self.shared.segments, from, head, direction)
    }

    fn read_stream(&self, stream: &str, from: u64, direction: Direction) -> Events<'_> {
        Box::new(StreamReader::new(&self.shared, stream, from, direction))
    }

    fn head(&self) -> u64 {
        self.shared.head()
    }

    fn tail(&self) -> watch::Receiver<u64> {
        self.shared.head.subscribe()
    }

    fn leaves(&self, from: u64) -> Leaves<'_> {
        reader::leaves(&self.shared.segments, from, self.shared.head())
    }

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        self.grown(self.shared.head())?;
        self.shared.tree.tile(id)
    }

    fn checkpoint(&self) -> Result<Note, StoreError> {
        let size = self.shared.head();
        self.shared.pace.settle(size)?;
        self.shared.sign_head(size, true)
    }

    fn checkpoints(&self) -> Result<Vec<Note>, StoreError> {
        checkpoints::kept(&self.shared.layout)
    }

    fn progress(&self, projection: &str) -> Result<Option<Progress>, StoreError> {
        let progress = self.shared.index.progress(projection)?;
        // A projection that has seen what the log does not hold begins anew.
        Ok(progress.filter(|progress| progress.position <= self.shared.head()))
    }

    fn save_progress(&self, projection: &str, progress: Progress) -> Result<(), StoreError> {
        let head = self.shared.head();
        if progress.position > head {
            return Err(StoreError::Ahead { position: progress.position, head });
        }
        if progress.state.len() > LARGEST_STATE {
            let bytes = progress.state.len();
            return Err(StoreError::TooLarge { bytes, most: LARGEST_STATE });
        }
        self.shared.index.save_progress(projection, &progress)
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
