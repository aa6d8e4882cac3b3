//! The writer: judges decisions, gives them their places, and puts them on disk with one sync.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use super::open_segment::OpenSegment;
use super::record::{Body, LARGEST_BODY};
use super::shared::Shared;
use super::streams::Place;
use crate::{Append, Expected, StoreError, schema};

/// A decision on its way to the disk.
#[derive(Debug)]
pub(super) struct Decision {
    append: Append,
    /// Its leaves, where their versions are known before its place is.
    body: Option<Body>,
}

impl Decision {
    /// Prepares a decision in the caller's thread.
    pub(super) fn prepare(append: Append) -> Result<Self, StoreError> {
        let version = match append.expected {
            Expected::Exact(version) => Some(version),
            Expected::NoStream => Some(0),
            Expected::Any | Expected::Exists => None,
        };
        let body = version.map(|version| encode(&append, version)).transpose()?;
        Ok(Self { append, body })
    }

    /// Roughly how many bytes it will take.
    pub(super) fn bytes(&self) -> usize {
        self.body.as_ref().map_or(64 * 1024, Body::record_len)
    }
}

fn encode(append: &Append, version: u64) -> Result<Body, StoreError> {
    let Append { stream, command, at, events, .. } = append;
    let body = Body::build(events.len(), |index, bytes| {
        let version = version + index as u64;
        schema::encode_into(bytes, (stream, version), *command, *at, &events[index])
    })?;
    let bytes = body.record_len();
    if body.fits() { Ok(body) } else { Err(StoreError::TooLarge { bytes, most: LARGEST_BODY }) }
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
    pub(super) buffer: Vec<u8>,
    /// A write failed: what is on disk is unknown, so nothing more is acknowledged.
    pub(super) broken: bool,
}

impl Writer {
    /// Commits decisions: one write and one sync for all of them.
    pub(super) fn commit(
        &mut self,
        shared: &Shared,
        decisions: Vec<Decision>,
    ) -> Vec<Result<Answer, StoreError>> {
        if let Err(error) = self.ready(shared) {
            let broken = decisions.iter().skip(1).map(|_| Err(StoreError::Broken));
            return std::iter::once(Err(error)).chain(broken).collect();
        }
        self.buffer.clear();
        let before = self.head;
        let mut leaves = Vec::new();
        let mut answers: Vec<_> = decisions
            .into_iter()
            .map(|decision| self.place(shared, decision, &mut leaves))
            .collect();
        if self.head > before
            && let Err(error) = self.write(shared, leaves)
        {
            self.broken = true;
            let mut error = Some(error);
            for answer in &mut answers {
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
        let next = shared.segments.begin(self.head)?;
        let full = std::mem::replace(&mut self.active, next);
        self.at = 0;
        // Without its sealer a segment stays as it is, which costs space and nothing else.
        let _ = self.seal.send(full);
        Ok(())
    }

    /// Gives a decision its place and puts its record into the buffer.
    fn place(
        &mut self,
        shared: &Shared,
        decision: Decision,
        leaves: &mut Vec<(u64, usize)>,
    ) -> Result<Answer, StoreError> {
        let Decision { append, body } = decision;
        let mut streams = shared.streams();
        let (stream, command) = (&append.stream, append.command);
        let version = match streams.place(&shared.index, stream, append.expected, command)? {
            Place::New(version) => version,
            Place::Known(version) => {
                return Ok(Answer { append, outcome: Outcome::Known(version) });
            }
        };
        let body = body.map_or_else(|| encode(&append, version), Ok)?;
        let first = self.head;
        if body.count() > 0 {
            streams.note(&shared.index, stream, command, first..first + body.count())?;
            leaves.extend(body.places(self.at + self.buffer.len() as u64));
            let durable = shared.head();
            body.write(first, durable, &mut self.buffer);
            self.head += body.count();
        }
        Ok(Answer { append, outcome: Outcome::New { first, version } })
    }

    /// Writes the buffer and syncs it; then everybody may know.
    fn write(&mut self, shared: &Shared, leaves: Vec<(u64, usize)>) -> Result<(), StoreError> {
        self.active.write(self.at, &self.buffer)?;
        self.at += self.buffer.len() as u64;
        self.active.publish(leaves.into_iter());
        shared.head.send_replace(self.head);
        shared.pace.follow(self.head);
        Ok(())
    }
}
