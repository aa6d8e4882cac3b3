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
    ordinal: u32,
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

/// What a decision is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is new: its first version.
    New(u64),
    /// Its command is known: version of the first event recorded then.
    Known(u64),
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
        let Self { known, next_ordinal, uses, .. } = self;
        let stream = match known.entry_ref(name) {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => entry.insert(load(index, name, next_ordinal)?),
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

    /// The version of the first event a command caused, if any.
    pub(super) fn version_of(
        &mut self,
        index: &Index,
        stream: &str,
        command: Uuid,
    ) -> Result<Option<u64>, StoreError> {
        Ok(self.enter(index, stream)?.commands.get(&command).copied())
    }

    /// The next version of a stream.
    pub(super) fn next(&mut self, index: &Index, stream: &str) -> Result<u64, StoreError> {
        Ok(self.enter(index, stream)?.next)
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
    pub(super) fn fresh(&self, below: u64) -> Vec<Fresh> {
        let fresh = |name: &String| {
            let known = self.known.get(name)?;
            let ready = known.recent.partition_point(|entry| entry.position < below);
            (ready > 0).then(|| Fresh {
                stream: name.clone(),
                ordinal: known.ordinal,
                first: known.next - known.recent.len() as u64,
                entries: known.recent[..ready].to_vec(),
            })
        };
        self.dirty.iter().filter_map(fresh).collect()
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
        let mut kept: usize = self.known.values().map(|it| it.commands.len()).sum();
        if kept <= self.most_commands {
            return;
        }
        let clean = self.known.iter().filter(|(_, stream)| stream.recent.is_empty());
        let mut coldest: Vec<(u64, usize, String)> = clean
            .map(|(name, stream)| (stream.last_used, stream.commands.len(), name.clone()))
            .collect();
        coldest.sort_unstable();
        for (_, commands, name) in coldest {
            if kept <= self.most_commands {
                return;
            }
            self.known.remove(&name);
            kept -= commands;
        }
    }
}

/// A stream as the index knows it, or a new one.
fn load(index: &Index, name: &str, next_ordinal: &mut u32) -> Result<Stream, StoreError> {
    if let Some((ordinal, next)) = index.stream(name)? {
        let commands = index.commands(ordinal, next)?;
        return Ok(Stream { ordinal, next, commands, ..Stream::default() });
    }
    let ordinal = *next_ordinal;
    *next_ordinal += 1;
    Ok(Stream { ordinal, ..Stream::default() })
}

impl Stream {
    /// Judges a decision: a known command, a wrong version, or the place it gets.
    pub(super) fn place(&self, append: &Append) -> Result<Place, StoreError> {
        let Append { stream, expected, command, .. } = append;
        if let Some(version) = self.commands.get(command) {
            return Ok(Place::Known(*version));
        }
        let actual = self.next;
        if expected.holds(actual) {
            return Ok(Place::New(actual));
        }
        Err(StoreError::WrongVersion { stream: stream.clone(), expected: *expected, actual })
    }

    /// Takes note of events that are about to be written, or were found in the segments.
    pub(super) fn note(&mut self, command: Uuid, positions: Range<u64>) {
        self.commands.entry(command).or_insert(self.next);
        self.next += positions.end - positions.start;
        self.recent.extend(positions.map(|position| Entry { position, command }));
    }

    /// The version that the next event gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }
}
