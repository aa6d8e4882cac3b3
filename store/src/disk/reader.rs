//! Reading by position: chunk by chunk, and on every processor at once where the way is long.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use ledger::{Hash, leaf_hash};

use super::chunk::Chunk;
use super::segments::Segments;
use crate::{Direction, Events, Leaves, StoreError, schema};

/// Chunks that each thread works ahead of the reader.
const AHEAD: usize = 2;
/// Events from which working ahead pays for its threads.
const LONG: u64 = 4096;
/// Most threads that work for one reader.
const MOST_THREADS: usize = 8;

/// Events of a log up to its head.
pub(super) fn events(
    segments: &Arc<Segments>,
    from: u64,
    head: u64,
    direction: Direction,
) -> Events<'static> {
    match direction {
        Direction::Forward => until_error(in_order(segments, from, head, move |chunk| {
            let wanted = chunk.iter().filter(|(at, _)| (from..head).contains(at));
            wanted.map(|(at, leaf)| schema::decode(at, leaf)).collect()
        })),
        Direction::Backward => backward(segments, from, head),
    }
}

/// Leaves of a log up to its head.
pub(super) fn leaves(segments: &Arc<Segments>, from: u64, head: u64) -> Leaves<'static> {
    until_error(in_order(segments, from, head, move |chunk| {
        let wanted = chunk.iter().filter(|(at, _)| (from..head).contains(at));
        wanted.map(|(at, leaf)| Ok((at, leaf.to_vec()))).collect()
    }))
}

/// The chunks that hold the events of a range, in order, with the hash of each leaf.
pub(super) fn hashed(segments: &Arc<Segments>, from: u64, end: u64) -> InOrder<(Chunk, Vec<Hash>)> {
    in_order(segments, from, end, |chunk| {
        let hashes = chunk.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
        (chunk, hashes)
    })
}

/// Reads the chunks of a range and does some work on each; what comes of it is in order.
pub(super) fn in_order<T: Send + 'static>(
    segments: &Arc<Segments>,
    from: u64,
    end: u64,
    work: impl Fn(Chunk) -> T + Send + Sync + 'static,
) -> InOrder<T> {
    let work = Arc::new(work);
    let starts = segments.starts(from, end);
    let segments = Arc::clone(segments);
    let one = move |start: u64| Ok(work(segments.chunk(start)?.ok_or_else(|| missing(start))?));
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    if end.saturating_sub(from) < LONG || threads == 1 {
        return InOrder::Here { starts: starts.into_iter(), work: Box::new(one) };
    }
    let (one, starts) = (Arc::new(one), Arc::new(starts));
    let spawn = |number: usize| {
        let (send, receive) = sync_channel(AHEAD);
        let (one, starts) = (Arc::clone(&one), Arc::clone(&starts));
        let own = move || every_nth(&starts, (number, threads), &*one, &send);
        // Without its thread a reader finds its channel closed, and says that it was cut short.
        let _ = thread::Builder::new().name("log-read".to_owned()).spawn(own);
        receive
    };
    let receivers = (0..threads).map(spawn).collect();
    InOrder::Ahead { receivers, left: starts.len(), next: 0 }
}

/// Works on every `n`th chunk until the range ends or nobody listens any more.
fn every_nth<T>(
    starts: &[u64],
    (number, threads): (usize, usize),
    one: &impl Fn(u64) -> Result<T, StoreError>,
    send: &SyncSender<Result<T, StoreError>>,
) {
    for start in starts.iter().skip(number).step_by(threads) {
        if send.send(one(*start)).is_err() {
            return;
        }
    }
}

/// Results in the order of the log.
pub(super) enum InOrder<T> {
    /// Made when they are asked for.
    Here {
        /// Where the next chunks begin.
        starts: std::vec::IntoIter<u64>,
        /// Reads one chunk and works on it.
        work: Box<dyn Fn(u64) -> Result<T, StoreError> + Send>,
    },
    /// Made ahead by several threads, each of which makes every nth.
    Ahead {
        /// What the threads send, in their order.
        receivers: Vec<Receiver<Result<T, StoreError>>>,
        /// How many are to come.
        left: usize,
        /// Whose turn it is.
        next: usize,
    },
}

impl<T> Iterator for InOrder<T> {
    type Item = Result<T, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            InOrder::Here { starts, work } => starts.next().map(work),
            InOrder::Ahead { receivers, left, next } => {
                *left = left.checked_sub(1)?;
                let turn = *next;
                *next = (turn + 1) % receivers.len();
                let why = || StoreError::Tree("reading was cut short".to_owned());
                Some(receivers[turn].recv().unwrap_or_else(|_| Err(why())))
            }
        }
    }
}

/// One after the other; the first error is the last thing.
fn until_error<T: Send + 'static>(
    chunks: InOrder<Vec<Result<T, StoreError>>>,
) -> Box<dyn Iterator<Item = Result<T, StoreError>> + Send> {
    let single = chunks.flat_map(|chunk| chunk.unwrap_or_else(|error| vec![Err(error)]));
    let mut failed = false;
    Box::new(single.take_while(move |it| !std::mem::replace(&mut failed, it.is_err())))
}

/// From a position back to the first.
fn backward(segments: &Arc<Segments>, from: u64, head: u64) -> Events<'static> {
    let segments = Arc::clone(segments);
    let mut chunk = Chunk::default();
    let mut next = from.saturating_add(1).min(head);
    Box::new(std::iter::from_fn(move || {
        next = next.checked_sub(1)?;
        if chunk.leaf(next).is_none() {
            let read = segments.chunk(next).and_then(|it| it.ok_or_else(|| missing(next)));
            match read {
                Ok(read) => chunk = read,
                Err(error) => {
                    next = 0;
                    return Some(Err(error));
                }
            }
        }
        let recorded =
            chunk.leaf(next).map_or_else(|| Err(missing(next)), |it| schema::decode(next, it));
        if recorded.is_err() {
            next = 0;
        }
        Some(recorded)
    }))
}

pub(super) fn missing(position: u64) -> StoreError {
    StoreError::Damaged { position, why: "no segment holds it".to_owned() }
}
