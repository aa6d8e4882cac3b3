//! The writer: judges decisions, gives them their places, and puts them on disk with one sync.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use super::open_segment::OpenSegment;
use super::record::{LARGEST_BODY, Place, Record};
use super::shared::Shared;
use crate::{Append, Expected, StoreError, schema};

/// Decisions of one caller on their way to the disk, their records in one buffer.
#[derive(Debug, Default)]
pub(super) struct Batch {
    buffer: Vec<u8>,
    decisions: Vec<Decision>,
    /// Bytes of the records that the writer will add to the buffer.
    late: usize,
}

#[derive(Debug)]
struct Decision {
    append: Append,
    /// Its record, where the versions of its events are known before its place is.
    record: Option<Record>,
}

impl Batch {
    /// An empty batch in a buffer that was used before.
    pub(super) fn within(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { buffer, ..Self::default() }
    }

    /// Prepares a decision in the caller's thread.
    pub(super) fn add(&mut self, append: Append) -> Result<(), StoreError> {
        let version = match append.expected {
            Expected::Exact(version) => Some(version),
            Expected::NoStream => Some(0),
            Expected::Any | Expected::Exists => None,
        };
        // No stream is as long as that: the writer will refuse it.
        let last = |version: &u64| version.checked_add(append.events.len() as u64).is_some();
        let record = match version.filter(last) {
            Some(version) => Some(encode(&append, version, &mut self.buffer)?),
            None => {
                // Only to know its size.
                let record = encode(&append, 0, &mut self.buffer)?;
                self.late += record.range().len();
                self.buffer.truncate(record.range().start);
                None
            }
        };
        self.decisions.push(Decision { append, record });
        Ok(())
    }

    /// How many bytes it takes on disk, nearly.
    pub(super) fn bytes(&self) -> usize {
        self.buffer.len() + self.late
    }

    /// How many decisions.
    pub(super) fn len(&self) -> usize {
        self.decisions.len()
    }
}

fn encode(append: &Append, version: u64, buffer: &mut Vec<u8>) -> Result<Record, StoreError> {
    let Append { stream, command, at, events, .. } = append;
    let record = Record::build(buffer, events.len(), |index, bytes| {
        let version = version + index as u64;
        schema::encode_into(bytes, (stream, version), *command, *at, &events[index])
    })?;
    if record.fits() {
        return Ok(record);
    }
    let Range { start, end } = record.range();
    buffer.truncate(start);
    Err(StoreError::TooLarge { bytes: end - start, most: LARGEST_BODY })
}

/// What became of a decision.
#[derive(Debug)]
pub(super) struct Answer {
    /// The decision, handed back.
    pub(super) append: Append,
    pub(super) outcome: Outcome,
}

/// Where a decision is recorded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// New, from this position and version on.
    New { first: u64, version: u64 },
    /// Its command was recorded before, from this version of the stream on.
    Known(u64),
}

/// The answers to one batch, and its buffer, to be used again.
pub(super) type Answers = (Vec<Result<Answer, StoreError>>, Vec<u8>);

/// The only one who writes events.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) active: Arc<OpenSegment>,
    /// Length of the active segment, in bytes.
    pub(super) at: u64,
    pub(super) head: u64,
    /// Length from which a segment is finished, in bytes.
    pub(super) segment_bytes: u64,
    /// Finished segments go there.
    pub(super) seal: SyncSender<Arc<OpenSegment>>,
    /// A write failed: what is on disk is unknown, so nothing more is acknowledged.
    pub(super) broken: bool,
}

/// What one commit writes: where each leaf will stand, and which parts of which buffers.
#[derive(Debug, Default)]
struct Pages {
    leaves: Vec<Place>,
    parts: Vec<(usize, Range<usize>)>,
    bytes: u64,
}

impl Writer {
    /// Commits batches: one write and one sync for all of them.
    pub(super) fn commit(&mut self, shared: &Shared, batches: Vec<Batch>) -> Vec<Answers> {
        if let Err(error) = self.ready(shared) {
            return refuse(batches, error);
        }
        // Until all is well: also for a leader that does not come back.
        self.broken = true;
        let before = self.head;
        let mut pages = Pages::default();
        let mut answers: Vec<Answers> = Vec::with_capacity(batches.len());
        for (number, Batch { mut buffer, decisions, .. }) in batches.into_iter().enumerate() {
            let place = |decision| self.place(shared, decision, (number, &mut buffer), &mut pages);
            let placed = decisions.into_iter().map(place).collect();
            answers.push((placed, buffer));
        }
        let written =
            if self.head > before { self.write(shared, &pages, &answers) } else { Ok(()) };
        self.broken = written.is_err();
        if let Err(error) = written {
            let mut error = Some(error);
            for answer in answers.iter_mut().flat_map(|(answers, _)| answers) {
                *answer = Err(error.take().unwrap_or(StoreError::Broken));
            }
        }
        answers
    }

    /// Whether anything can be written; begins a new segment when the last is full.
    fn ready(&mut self, shared: &Shared) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::Broken);
        }
        if let Some(why) = shared.pace.failed() {
            return Err(StoreError::Behind(why));
        }
        if self.at < self.segment_bytes {
            return Ok(());
        }
        // A file whose name may not be safe is not written to.
        self.broken = true;
        let next = shared.segments.begin(self.head)?;
        self.broken = false;
        let full = std::mem::replace(&mut self.active, next);
        self.at = 0;
        // Without its sealer a segment stays as it is, which costs space and nothing else.
        let _ = self.seal.send(full);
        Ok(())
    }

    /// Gives a decision its place.
    fn place(
        &mut self,
        shared: &Shared,
        Decision { append, record }: Decision,
        (number, buffer): (usize, &mut Vec<u8>),
        pages: &mut Pages,
    ) -> Result<Answer, StoreError> {
        let mut streams = shared.streams();
        let known = streams.enter(&shared.index, &append.stream)?;
        if let Some(version) = known.version_of(&append.command) {
            return Ok(Answer { append, outcome: Outcome::Known(version) });
        }
        let version = known.place(&append)?;
        let record = record.map_or_else(|| encode(&append, version, buffer), Ok)?;
        let first = self.head;
        if record.count() > 0 {
            known.note(append.command, first..first + record.count());
            streams.touched(&append.stream);
            drop(streams);
            record.place(buffer, first, shared.head());
            pages.leaves.extend(record.leaves(buffer, self.at + pages.bytes));
            pages.add(number, record.range());
            self.head += record.count();
        }
        Ok(Answer { append, outcome: Outcome::New { first, version } })
    }

    /// Writes the pages and syncs them; then everybody may know.
    fn write(
        &mut self,
        shared: &Shared,
        pages: &Pages,
        answers: &[Answers],
    ) -> Result<(), StoreError> {
        let part = |(number, range): &(usize, Range<usize>)| &answers[*number].1[range.clone()];
        match &pages.parts[..] {
            [one] => self.active.write(self.at, part(one))?,
            parts => {
                let whole: Vec<&[u8]> = parts.iter().map(part).collect();
                self.active.write(self.at, &whole.concat())?;
            }
        }
        self.at += pages.bytes;
        self.active.publish(&pages.leaves);
        shared.head.send_replace(self.head);
        shared.pace.follow(self.head);
        Ok(())
    }
}

impl Pages {
    /// Adds a part; what stands side by side in a buffer is one part.
    fn add(&mut self, number: usize, range: Range<usize>) {
        self.bytes += range.len() as u64;
        match self.parts.last_mut() {
            Some((last, before)) if *last == number && before.end == range.start => {
                before.end = range.end;
            }
            _ => self.parts.push((number, range)),
        }
    }
}

/// Refuses everything, the first with the reason.
fn refuse(batches: Vec<Batch>, error: StoreError) -> Vec<Answers> {
    let mut error = Some(error);
    let mut reason = || Err(error.take().unwrap_or(StoreError::Broken));
    let refused = |batch: Batch| {
        let answers = batch.decisions.iter().map(|_| reason()).collect();
        (answers, batch.buffer)
    };
    batches.into_iter().map(refused).collect()
}
