//! What the writer knows of each stream: its next version, and which commands it has seen.

use std::collections::BTreeSet;
use std::mem;
use std::ops::Range;

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;
use uuid::Uuid;

use super::index::Index;
use crate::{Append, StoreError};

/// An event as the index will hold it: where it is and which command caused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) position: u64,
    pub(super) command: Uuid,
}

/// One stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Its number in the index, once it has entries there.
    ordinal: Option<u32>,
    next: u64,
    /// command → version of its first event
    commands: HashMap<Uuid, u64>,
    /// The newest events, in order, that the index does not hold yet.
    recent: Vec<Entry>,
    last_used: u64,
}

/// New entries of one stream, as the index takes them.
#[derive(Debug)]
pub(super) struct Fresh {
    pub(super) stream: String,
    pub(super) ordinal: u32,
    /// Version of the first entry.
    pub(super) first: u64,
    pub(super) entries: Vec<Entry>,
}

/// Every stream that was used of late. Streams that were not are read from the index again.
#[derive(Debug)]
pub(super) struct Streams {
    known: HashMap<String, Stream>,
    dirty: BTreeSet<String>,
    next_ordinal: u32,
    /// Most commands kept in memory; only streams with entries not yet in the index exceed it.
    most_commands: usize,
    uses: u64,
}

impl Streams {
    pub(super) fn new(next_ordinal: u32, most_commands: usize) -> Self {
        Self { known: HashMap::new(), dirty: BTreeSet::new(), next_ordinal, most_commands, uses: 0 }
    }

    /// What is known of a stream, read from the index where it was not used of late.
    pub(super) fn enter(&mut self, index: &Index, name: &str) -> Result<&mut Stream, StoreError> {
        self.uses += 1;
        if self.uses.is_multiple_of(4096) {
            self.forget_cold();
        }
        let Self { known, uses, .. } = self;
        let stream = match known.entry_ref(name) {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => entry.insert(load(index, name)?),
        };
        stream.last_used = *uses;
        Ok(stream)
    }

    /// A stream has entries that the index does not hold.
    pub(super) fn touched(&mut self, name: &str) {
        if !self.dirty.contains(name) {
            self.dirty.insert(name.to_owned());
        }
    }

    /// The version of the first event a command caused, if any. A stream that nobody has leaves no
    /// trace.
    pub(super) fn version_of(
        &mut self,
        index: &Index,
        stream: &str,
        command: Uuid,
    ) -> Result<Option<u64>, StoreError> {
        if !self.known.contains_key(stream) && index.stream(stream)?.is_none() {
            return Ok(None);
        }
        Ok(self.enter(index, stream)?.version_of(&command))
    }

    /// How many events of a stream are below a position: what is on its way to the disk is not.
    pub(super) fn length(
        &self,
        index: &Index,
        stream: &str,
        below: u64,
    ) -> Result<u64, StoreError> {
        match self.known.get(stream) {
            Some(known) => {
                let safe = known.recent.partition_point(|entry| entry.position < below);
                Ok(known.next - (known.recent.len() - safe) as u64)
            }
            None => Ok(index.stream(stream)?.map_or(0, |(_, next)| next)),
        }
    }

    /// The position of an event that the index does not hold yet.
    pub(super) fn recent(&self, stream: &str, version: u64) -> Option<u64> {
        let known = self.known.get(stream)?;
        let first = known.next - known.recent.len() as u64;
        let at = usize::try_from(version.checked_sub(first)?).ok()?;
        known.recent.get(at).map(|entry| entry.position)
    }

    /// Hands out what the index does not hold yet, below a position; it stays known here until
    /// [`Streams::settled`].
    pub(super) fn fresh(&mut self, below: u64) -> Vec<Fresh> {
        let Self { known, dirty, next_ordinal, .. } = self;
        let fresh = |name: &String| {
            let known = known.get_mut(name)?;
            let ready = known.recent.partition_point(|entry| entry.position < below);
            (ready > 0).then(|| Fresh {
                stream: name.clone(),
                ordinal: *known.ordinal.get_or_insert_with(|| {
                    *next_ordinal += 1;
                    *next_ordinal - 1
                }),
                first: known.next - known.recent.len() as u64,
                entries: known.recent[..ready].to_vec(),
            })
        };
        dirty.iter().filter_map(fresh).collect()
    }

    /// The index holds everything below this position now.
    pub(super) fn settled(&mut self, below: u64) {
        for name in mem::take(&mut self.dirty) {
            let Some(known) = self.known.get_mut(&name) else { continue };
            known.recent.retain(|entry| entry.position >= below);
            known.recent.shrink_to_fit();
            if !known.recent.is_empty() {
                self.dirty.insert(name);
            }
        }
        self.forget_cold();
    }

    fn forget_cold(&mut self) {
        let mut kept: usize = self.known.values().map(Stream::weight).sum();
        if kept <= self.most_commands {
            return;
        }
        let clean = self.known.iter().filter(|(_, stream)| stream.recent.is_empty());
        let mut coldest: Vec<(u64, usize, String)> =
            clean.map(|(name, stream)| (stream.last_used, stream.weight(), name.clone())).collect();
        coldest.sort_unstable();
        for (_, weight, name) in coldest {
            if kept <= self.most_commands {
                return;
            }
            self.known.remove(&name);
            kept -= weight;
        }
    }
}

/// A stream as the index knows it, or a new one.
fn load(index: &Index, name: &str) -> Result<Stream, StoreError> {
    let Some((ordinal, next)) = index.stream(name)? else { return Ok(Stream::default()) };
    let commands = index.commands(ordinal, next)?;
    Ok(Stream { ordinal: Some(ordinal), next, commands, ..Stream::default() })
}

impl Stream {
    /// The version of the first event that a command caused, if it is known.
    pub(super) fn version_of(&self, command: &Uuid) -> Option<u64> {
        self.commands.get(command).copied()
    }

    /// The version that a new decision gets.
    pub(super) fn place(&self, append: &Append) -> Result<u64, StoreError> {
        let Append { stream, expected, .. } = append;
        let actual = self.next;
        if expected.holds(actual) {
            return Ok(actual);
        }
        Err(StoreError::WrongVersion { stream: stream.clone(), expected: *expected, actual })
    }

    /// Takes note of events that are about to be written, or were found in the segments.
    pub(super) fn note(&mut self, command: Uuid, positions: Range<u64>) {
        self.commands.entry(command).or_insert(self.next);
        self.next += positions.end - positions.start;
        self.recent.extend(positions.map(|position| Entry { position, command }));
    }

    /// How much memory it takes, in commands: a name and a map count for a few.
    fn weight(&self) -> usize {
        self.commands.len() + 8
    }

    /// The version that the next event gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }
}
