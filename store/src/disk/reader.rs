//! Reading by position: chunks one after the other, unpacked ahead where the way is long.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use super::chunk::Chunk;
use super::segments::Segments;
use crate::{Direction, Events, Leaves, StoreError, schema};

/// Chunks unpacked ahead of the reader.
const AHEAD: usize = 4;
/// Events from which unpacking ahead pays for a thread.
const LONG: u64 = 4096;

/// Events of a log up to its head.
pub(super) fn events(
    segments: &Arc<Segments>,
    from: u64,
    head: u64,
    direction: Direction,
) -> Events<'static> {
    let mut walk = Walk::new(segments, from, head, direction);
    Box::new(std::iter::from_fn(move || walk.next(schema::decode)))
}

/// Leaves of a log up to its head.
pub(super) fn leaves(segments: &Arc<Segments>, from: u64, head: u64) -> Leaves<'static> {
    let mut walk = Walk::new(segments, from, head, Direction::Forward);
    Box::new(std::iter::from_fn(move || walk.next(|at, leaf| Ok((at, leaf.to_vec())))))
}

/// The chunks that hold the events of a range, in order; reading ends with the first error.
pub(super) fn chunks(segments: &Arc<Segments>, from: u64, end: u64) -> Chunks {
    if end.saturating_sub(from) < LONG {
        return Chunks::Here { segments: Arc::clone(segments), next: from, end };
    }
    let (send, receive) = sync_channel(AHEAD);
    let mut here = Chunks::Here { segments: Arc::clone(segments), next: from, end };
    let ahead = std::thread::Builder::new().name("log-read".to_owned());
    // The thread ends with the range, or when nobody listens any more.
    let started = ahead.spawn(move || while here.next().is_some_and(|it| send.send(it).is_ok()) {});
    match started {
        Ok(_) => Chunks::Ahead(receive),
        Err(_) => Chunks::Here { segments: Arc::clone(segments), next: from, end },
    }
}

/// Chunks on their way to a reader.
pub(super) enum Chunks {
    Here { segments: Arc<Segments>, next: u64, end: u64 },
    Ahead(Receiver<Result<Chunk, StoreError>>),
}

impl Iterator for Chunks {
    type Item = Result<Chunk, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Chunks::Ahead(receive) => receive.recv().ok(),
            Chunks::Here { segments, next, end } => {
                if *next >= *end {
                    return None;
                }
                let chunk = segments.chunk(*next).and_then(|it| it.ok_or_else(|| missing(*next)));
                *next = chunk.as_ref().map_or(*end, Chunk::end);
                Some(chunk)
            }
        }
    }
}

/// A walk over leaves, either way.
struct Walk {
    segments: Arc<Segments>,
    chunks: Option<Chunks>,
    chunk: Chunk,
    next: u64,
    end: u64,
    direction: Direction,
}

impl Walk {
    fn new(segments: &Arc<Segments>, from: u64, head: u64, direction: Direction) -> Self {
        let (chunks, next) = match direction {
            Direction::Forward => (Some(chunks(segments, from, head)), from),
            // Counts down from behind the first event read.
            Direction::Backward => (None, from.saturating_add(1).min(head)),
        };
        let segments = Arc::clone(segments);
        Self { segments, chunks, chunk: Chunk::default(), next, end: head, direction }
    }

    /// The next leaf, as the closure reads it. The first error is the last thing.
    fn next<T>(
        &mut self,
        read: impl Fn(u64, &[u8]) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let position = match self.direction {
            Direction::Forward => Some(self.next).filter(|next| *next < self.end)?,
            Direction::Backward => self.next.checked_sub(1)?,
        };
        let result = self.fetch(position).and_then(|()| {
            self.chunk
                .leaf(position)
                .map_or_else(|| Err(missing(position)), |it| read(position, it))
        });
        self.next = match (self.direction, &result) {
            (Direction::Forward, Ok(_)) => position + 1,
            (Direction::Forward, Err(_)) => self.end,
            (Direction::Backward, Ok(_)) => position,
            (Direction::Backward, Err(_)) => 0,
        };
        Some(result)
    }

    fn fetch(&mut self, position: u64) -> Result<(), StoreError> {
        if self.chunk.leaf(position).is_some() {
            return Ok(());
        }
        self.chunk = match &mut self.chunks {
            Some(chunks) => chunks.next().unwrap_or_else(|| Err(missing(position)))?,
            None => self.segments.chunk(position)?.ok_or_else(|| missing(position))?,
        };
        Ok(())
    }
}

pub(super) fn missing(position: u64) -> StoreError {
    StoreError::Damaged { position, why: "no segment holds it".to_owned() }
}
