//! The indexer: a thread that follows the head, grows the tree, and feeds the index behind it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::event::{Event, KeyChanged};
use ledger::leaf_hash;

use super::index::{Index, Update};
use super::segments::Segments;
use super::shared::Shared;
use super::streams::Streams;
use super::tree::Tree;
use crate::StoreError;
use crate::schema::{self, Envelope};

/// Events the index may lag behind before appends wait for it.
const MOST_LAG: u64 = 256 * 1024;
/// Events after which the index is written even when more keep coming.
const WRITE_AFTER: u64 = 32 * 1024;
/// How long the index may stay behind.
const LATEST: Duration = Duration::from_secs(1);

/// Where the indexer stands, for those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    head: u64,
    /// How many events the index holds, safe on disk.
    settled: u64,
    /// Someone waits for the index to hold everything below this.
    wanted: u64,
    stop: bool,
    /// Why the indexer gave up.
    failed: Option<String>,
}

/// Since when the index is behind.
#[derive(Debug, Default)]
struct Patience {
    since: Option<Instant>,
}

impl Patience {
    /// How much longer to wait: for ever, as good as, while there is nothing to write.
    #[expect(clippy::disallowed_methods, reason = "a pause, not a time that anybody sees")]
    fn left(&mut self, behind: bool) -> Duration {
        if !behind {
            self.since = None;
            return Duration::from_secs(3600);
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        LATEST.saturating_sub(since.elapsed())
    }
}

/// What the indexer does next.
enum Next {
    Grow(u64),
    Write,
    Stop,
}

impl Pace {
    pub(super) fn new(settled: u64, head: u64) -> Self {
        let state = State { head, settled, ..State::default() };
        Self { state: Mutex::new(state), moved: Condvar::new() }
    }

    /// The head has moved. Waits while the index is too far behind.
    pub(super) fn follow(&self, head: u64) {
        let mut state = self.lock();
        state.head = head;
        self.moved.notify_all();
        while state.head - state.settled > MOST_LAG && state.failed.is_none() {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until the index holds everything below a position.
    pub(super) fn settle(&self, upto: u64) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.wanted = state.wanted.max(upto);
        self.moved.notify_all();
        while state.settled < upto {
            if let Some(why) = &state.failed {
                return Err(StoreError::Behind(why.clone()));
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Why the indexer gave up, if it did.
    pub(super) fn failed(&self) -> Option<String> {
        self.lock().failed.clone()
    }

    /// Lets the indexer write what is left, and end.
    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.moved.notify_all();
    }

    /// Waits for something to do. `grown` is how many events the tree covers; `patience` is how
    /// much longer the index may stay behind, and counts down while it does.
    fn next(&self, grown: u64, patience: &mut Patience) -> Next {
        let mut state = self.lock();
        loop {
            let behind = grown - state.settled;
            let wanted = state.wanted > state.settled && grown >= state.wanted;
            if behind >= WRITE_AFTER || behind > 0 && (wanted || state.stop && grown == state.head)
            {
                return Next::Write;
            }
            if grown < state.head {
                return Next::Grow(state.head);
            }
            if state.stop {
                return Next::Stop;
            }
            let left = patience.left(behind > 0);
            if left.is_zero() {
                return Next::Write;
            }
            let waited = self.moved.wait_timeout(state, left);
            let (woken, _) = waited.unwrap_or_else(PoisonError::into_inner);
            state = woken;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the head until told to stop.
pub(super) fn run(shared: &Shared) {
    let mut end = End { pace: &shared.pace, why: "it broke off".to_owned() };
    match follow(shared) {
        Ok(()) => end.why.clear(),
        Err(error) => end.why = error.to_string(),
    }
}

/// Tells those who wait why the indexer gave up, also when it did not come back.
struct End<'a> {
    pace: &'a Pace,
    /// Empty when it was told to stop.
    why: String,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let why = std::mem::take(&mut self.why);
        self.pace.lock().failed = Some(why).filter(|why| !why.is_empty());
        self.pace.moved.notify_all();
    }
}

fn follow(shared: &Shared) -> Result<(), StoreError> {
    let mut patience = Patience::default();
    loop {
        let (grown, _) = shared.tree.top();
        match shared.pace.next(grown, &mut patience) {
            // The head is the end of a decision: what is written and signed never splits one.
            Next::Grow(head) => while shared.tree.grow(head)? < head {},
            Next::Write => {
                write(shared, grown)?;
                patience = Patience::default();
            }
            Next::Stop => return Ok(()),
        }
    }
}

/// Writes the index up to here, then the signed head.
fn write(shared: &Shared, upto: u64) -> Result<(), StoreError> {
    let streams = shared.streams().fresh(upto);
    let update = Update { upto, streams, tiles: shared.tree.fresh() };
    shared.index.write(&update)?;
    shared.tree.settled(&update.tiles);
    shared.streams().settled(upto);
    shared.sign_head(upto, false)?;
    shared.pace.lock().settled = upto;
    shared.pace.moved.notify_all();
    Ok(())
}

/// An index that lags behind the segments.
pub(super) struct Behind<'a> {
    pub(super) index: &'a Index,
    pub(super) segments: &'a Segments,
    pub(super) tree: &'a Tree,
    /// The keys that a change may lead to, as text: those of the log, and one that is vouched for.
    pub(super) keys: &'a [String],
}

impl Behind<'_> {
    /// Catches up, before anything is appended.
    pub(super) fn catch_up(&self, streams: &mut Streams, end: u64) -> Result<(), StoreError> {
        let Self { index, segments, tree, .. } = self;
        let mut written = tree.size();
        let mut position = written;
        while let Some(chunk) = segments.chunk(position)?.filter(|_| position < end) {
            // The lines themselves are hashed: what is stored beside them proves nothing.
            let mut hashes = Vec::with_capacity(chunk.leaves.len());
            for (at, leaf) in chunk.iter().filter(|(at, _)| (position..end).contains(at)) {
                self.note(streams, at, leaf)?;
                hashes.push(leaf_hash(leaf));
            }
            tree.add(hashes);
            position = chunk.end().min(end);
            if position - written >= WRITE_AFTER {
                let (upto, tiles) = (position, tree.fresh());
                let update = Update { upto, streams: streams.fresh(upto), tiles };
                index.write(&update)?;
                tree.settled(&update.tiles);
                streams.settled(position);
                written = position;
            }
        }
        Ok(())
    }

    /// Takes note of an event that was found in the segments.
    fn note(&self, streams: &mut Streams, at: u64, leaf: &[u8]) -> Result<(), StoreError> {
        let Envelope { stream, version, command, kind, .. } = Envelope::parse(at, leaf)?;
        let damaged = |why| Err(StoreError::Damaged { position: at, why });
        if kind == "KeyChanged" {
            let event = schema::decode(at, leaf)?.event;
            // What stands behind the signed head could have been written by anybody.
            let known = |change: &KeyChanged| self.keys.contains(&change.to);
            if !matches!(&event, Event::KeyChanged(change) if known(change)) {
                return damaged(
                    "it changes to a key that the key before does not vouch for".to_owned(),
                );
            }
        }
        let known = streams.enter(self.index, &stream)?;
        if known.next() != version {
            return damaged(format!("it is version {version} of {stream}, not {}", known.next()));
        }
        known.note(command, at..at + 1);
        streams.touched(&stream);
        Ok(())
    }
}
