//! The indexer: a thread that follows the head, grows the tree, and feeds the index behind it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::index::{Index, Update};
use super::segments::Segments;
use super::shared::Shared;
use super::streams::Streams;
use super::tree::Tree;
use crate::StoreError;
use crate::schema::Envelope;

/// Events the index may lag behind before appends wait for it.
const MOST_LAG: u64 = 256 * 1024;
/// Events after which the index is written even when more keep coming.
const WRITE_AFTER: u64 = 32 * 1024;
/// How long after the last event the index is written, when no more come.
const QUIET: Duration = Duration::from_secs(1);

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

    /// Waits for something to do. `grown` is how many events the tree covers.
    fn next(&self, grown: u64) -> Next {
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
            let waited = self.moved.wait_timeout(state, QUIET);
            let (woken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() && behind > 0 && woken.head == grown {
                return Next::Write;
            }
            state = woken;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the head until told to stop.
pub(super) fn run(shared: &Shared) {
    if let Err(error) = follow(shared) {
        shared.pace.lock().failed = Some(error.to_string());
        shared.pace.moved.notify_all();
    }
}

fn follow(shared: &Shared) -> Result<(), StoreError> {
    loop {
        let (grown, _) = shared.tree.top();
        match shared.pace.next(grown) {
            Next::Grow(head) => drop(shared.tree.grow(head)?),
            Next::Write => write(shared, grown)?,
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
    shared.sign_head(upto)?;
    shared.pace.lock().settled = upto;
    shared.pace.moved.notify_all();
    Ok(())
}

/// Lets an index that lags behind the segments catch up, before anything is appended.
pub(super) fn catch_up(
    index: &Index,
    segments: &Segments,
    tree: &Tree,
    streams: &mut Streams,
    end: u64,
) -> Result<(), StoreError> {
    let mut written = tree.top().0;
    let mut position = written;
    while let Some(chunk) = segments.chunk(position)?.filter(|_| position < end) {
        for (at, leaf) in chunk.iter().filter(|(at, _)| (position..end).contains(at)) {
            note(index, streams, at, leaf)?;
        }
        position = chunk.end().min(end);
        while tree.grow(position)? < position {}
        if position - written >= WRITE_AFTER {
            let (upto, streams_fresh) = (position, streams.fresh(position));
            let update = Update { upto, streams: streams_fresh, tiles: tree.fresh() };
            index.write(&update)?;
            tree.settled(&update.tiles);
            streams.settled(position);
            written = position;
        }
    }
    Ok(())
}

/// Takes note of an event that was found in the segments.
fn note(index: &Index, streams: &mut Streams, at: u64, leaf: &[u8]) -> Result<(), StoreError> {
    let Envelope { stream, version, command, .. } = Envelope::parse(at, leaf)?;
    let known = streams.enter(index, &stream)?;
    if known.next() != version {
        let why = format!("it is version {version} of {stream}, and should be {}", known.next());
        return Err(StoreError::Damaged { position: at, why });
    }
    known.note(command, at..at + 1);
    streams.touched(&stream);
    Ok(())
}
