//! Appending: batches are made in the caller's thread, committed together, and answered.

use std::sync::PoisonError;

use domain::event::Recorded;

use super::log::DiskLog;
use super::stream_reader::caused_by;
use super::writer::{Answer, Batch, Outcome};
use crate::{Append, StoreError};

/// Most bytes of one commit, unless a single decision is larger.
pub(super) const COMMIT_BYTES: usize = 4 << 20;
/// Most decisions of one commit by one caller.
const COMMIT_DECISIONS: usize = 8192;
/// Buffers kept for the next appends.
const SPARE_BUFFERS: usize = 4;

/// The answers to decisions, in their order.
type Recordings = Vec<Result<Vec<Recorded>, StoreError>>;

impl DiskLog {
    /// Appends the decisions that are allowed, and refuses the others.
    pub(super) fn record_all(
        &self,
        appends: Vec<Append>,
        allowed: impl Fn(&Append) -> Result<(), StoreError>,
    ) -> Recordings {
        let mut answers = Vec::with_capacity(appends.len());
        let mut batch = Batch::within(self.buffer());
        for append in appends {
            let prepared = allowed(&append).and_then(|()| batch.add(append));
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
    fn commit(&self, batch: Batch, answers: &mut Recordings) {
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
