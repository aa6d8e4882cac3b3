//! Reading by position: chunk by chunk, and on every processor at once where the way is long.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
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
        Direction::Forward => until_error(in_order(segments, from, head, |chunk| {
            chunk.iter().map(|(at, leaf)| schema::decode(at, leaf)).collect()
        })),
        Direction::Backward => backward(segments, from, head),
    }
}

/// Leaves of a log up to its head.
pub(super) fn leaves(segments: &Arc<Segments>, from: u64, head: u64) -> Leaves<'static> {
    until_error(in_order(segments, from, head, |chunk| {
        chunk.iter().map(|(at, leaf)| Ok((at, leaf.to_vec()))).collect()
    }))
}

/// The chunks that hold the events of a range, in order, with the hash of each leaf.
pub(super) fn hashed(segments: &Arc<Segments>, from: u64, end: u64) -> InOrder<(Chunk, Vec<Hash>)> {
    in_order(segments, from, end, |chunk| {
        let hashes = chunk.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
        (chunk, hashes)
    })
}

/// Reads the chunks of a range and does some work on each; what comes of it is in order. What stands
/// before the first event that cannot be read is worked on; then comes the error, and nothing else.
pub(super) fn in_order<T: Send + 'static>(
    segments: &Arc<Segments>,
    from: u64,
    end: u64,
    work: impl Fn(Chunk) -> T + Send + Sync + 'static,
) -> InOrder<T> {
    let pieces: Vec<Range<u64>> = Segments::pieces(from..end).collect();
    let segments = Arc::clone(segments);
    let one = move |piece: &Range<u64>| {
        let (chunk, error) = segments.span(piece);
        (work(chunk), error)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    if end.saturating_sub(from) < LONG || threads == 1 {
        let mut pieces = pieces.into_iter();
        return InOrder::of(move || pieces.next().map(|piece| Ok(one(&piece))));
    }
    let (one, pieces) = (Arc::new(one), Arc::new(pieces));
    let left = pieces.len();
    let spawn = |number: usize| {
        let (send, receive) = sync_channel(AHEAD);
        let (one, pieces) = (Arc::clone(&one), Arc::clone(&pieces));
        let own = move || {
            // Ends with the range, or when nobody listens any more.
            let mut own = pieces.iter().skip(number).step_by(threads);
            while own.next().is_some_and(|piece| send.send(one(piece)).is_ok()) {}
        };
        // Without its thread a reader finds its channel closed, and says that it was cut short.
        let _ = thread::Builder::new().name("log-read".to_owned()).spawn(own);
        receive
    };
    let receivers: Vec<Receiver<Made<T>>> = (0..threads).map(spawn).collect();
    let mut turns = (0..threads).cycle().take(left);
    InOrder::of(move || {
        let turn = turns.next()?;
        Some(
            receivers[turn]
                .recv()
                .map_err(|_| StoreError::Tree("reading was cut short".to_owned())),
        )
    })
}

/// What was made of a chunk, and why no more can be read, if so.
type Made<T> = (T, Option<StoreError>);

/// Results in the order of the log.
pub(super) struct InOrder<T> {
    make: Box<dyn FnMut() -> Option<Result<Made<T>, StoreError>> + Send>,
    failed: Option<StoreError>,
    ended: bool,
}

impl<T> InOrder<T> {
    fn of(make: impl FnMut() -> Option<Result<Made<T>, StoreError>> + Send + 'static) -> Self {
        Self { make: Box::new(make), failed: None, ended: false }
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = Result<T, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return self.failed.take().map(Err);
        }
        match (self.make)()? {
            Ok((made, failed)) => {
                self.ended = failed.is_some();
                self.failed = failed;
                Some(Ok(made))
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
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
