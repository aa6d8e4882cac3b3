//! Reading one stream: the index says where its events are, the segments what they are.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::event::Recorded;
use uuid::Uuid;

use super::index::disagrees;
use super::reader::missing;
use super::shared::Shared;
use crate::{Direction, StoreError, schema};

/// Most versions looked up at a time; the first time less, then ever more.
const MOST_AT_A_TIME: u64 = 512;

/// A walk over the events of one stream, either way.
pub(super) struct StreamReader {
    shared: Arc<Shared>,
    stream: String,
    /// Versions that are left to look up.
    left: std::ops::Range<u64>,
    found: VecDeque<(u64, u64)>,
    direction: Direction,
    at_a_time: u64,
    failed: Option<StoreError>,
}

impl StreamReader {
    pub(super) fn new(shared: &Arc<Shared>, stream: &str, from: u64, direction: Direction) -> Self {
        let next = shared.streams().length(&shared.index, stream, shared.head());
        let (left, failed) = match (next, direction) {
            (Ok(next), Direction::Forward) => (from.min(next)..next, None),
            (Ok(next), Direction::Backward) => (0..from.saturating_add(1).min(next), None),
            (Err(error), _) => (0..0, Some(error)),
        };
        Self {
            shared: Arc::clone(shared),
            stream: stream.to_owned(),
            left,
            found: VecDeque::new(),
            direction,
            at_a_time: 2,
            failed,
        }
    }

    /// Looks up where the next versions are.
    fn look_up(&mut self) -> Result<(), StoreError> {
        let versions = match self.direction {
            Direction::Forward => {
                let end = self.left.end.min(self.left.start.saturating_add(self.at_a_time));
                std::mem::replace(&mut self.left.start, end)..end
            }
            Direction::Backward => {
                let start = self.left.start.max(self.left.end.saturating_sub(self.at_a_time));
                start..std::mem::replace(&mut self.left.end, start)
            }
        };
        self.at_a_time = (self.at_a_time * 4).min(MOST_AT_A_TIME);
        let positions = positions(&self.shared, &self.stream, versions.clone())?;
        self.found = versions.zip(positions).collect();
        Ok(())
    }

    fn read(&self, version: u64, position: u64) -> Result<Recorded, StoreError> {
        let leaf = self.shared.segments.leaf(position)?.ok_or_else(|| missing(position))?;
        let recorded = schema::decode(position, &leaf)?;
        let expected = recorded.stream == self.stream && recorded.version == version;
        if expected { Ok(recorded) } else { Err(disagrees()) }
    }

    fn step(&mut self) -> Result<Option<Recorded>, StoreError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.found.is_empty() {
            self.look_up()?;
        }
        let next = match self.direction {
            Direction::Forward => self.found.pop_front(),
            Direction::Backward => self.found.pop_back(),
        };
        next.map(|(version, position)| self.read(version, position)).transpose()
    }
}

impl Iterator for StreamReader {
    type Item = Result<Recorded, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.left = 0..0;
            self.found.clear();
        }
        step.transpose()
    }
}

/// The positions of these versions of a stream.
fn positions(
    shared: &Shared,
    stream: &str,
    versions: std::ops::Range<u64>,
) -> Result<Vec<u64>, StoreError> {
    let mut positions = Vec::new();
    let mut version = versions.start;
    while version < versions.end {
        let recent = shared.streams().recent(stream, version);
        if let Some(position) = recent {
            positions.push(position);
            version += 1;
            continue;
        }
        let (ordinal, _) = shared.index.stream(stream)?.ok_or_else(disagrees)?;
        let run = shared.index.run(ordinal, version)?;
        version += run.len() as u64;
        positions.extend(run.iter().map(|entry| entry.position));
    }
    positions.truncate(usize::try_from(versions.end - versions.start).unwrap_or(usize::MAX));
    Ok(positions)
}

/// The events that a command caused, from the version of the first on.
pub(super) fn caused_by(
    shared: &Arc<Shared>,
    stream: &str,
    command: Uuid,
    version: u64,
) -> Result<Vec<Recorded>, StoreError> {
    let known = |recorded: &Result<Recorded, StoreError>| {
        recorded.as_ref().map_or(true, |it| it.command == command)
    };
    StreamReader::new(shared, stream, version, Direction::Forward).take_while(known).collect()
}
