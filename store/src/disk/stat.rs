//! Counting what is in a log, and what it takes on disk.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use domain::ids::Sha256Digest;
use jiff::Timestamp;
use ledger::{Frontier, Hash, leaf_hash};

use super::reader::in_order;
use super::snapshot::Snapshot;
use crate::{StoreError, schema};

/// What is in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// How many events can be read, from the first on.
    pub events: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// How many streams they belong to.
    pub streams: u64,
    /// How many there are of each type.
    pub kinds: BTreeMap<&'static str, u64>,
    /// How many of them this version cannot read, as when a newer one wrote them.
    pub unread: u64,
    /// How many pieces of evidence they name.
    pub evidence: u64,
    /// The size of that evidence as it was before compression, in bytes.
    pub evidence_bytes: u64,
    /// When the first was recorded.
    pub first: Option<Timestamp>,
    /// When the last was recorded.
    pub last: Option<Timestamp>,
}

/// What a log takes on disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Segments, signed head, checkpoints and keys: what nothing else can replace.
    pub log: u64,
    /// The index, which follows from them.
    pub index: u64,
}

impl Snapshot {
    /// Counts what is in the log. The closure is told how many events are done.
    ///
    /// # Errors
    /// The first event whose bytes are damaged.
    pub fn stat(&self, mut progress: impl FnMut(u64)) -> Result<Stat, StoreError> {
        let counted = in_order(&self.segments, 0, self.end, |chunk| {
            let mut counting = Counting::default();
            let counted = chunk.iter().try_for_each(|(at, leaf)| counting.count(at, leaf));
            let hashes: Vec<Hash> = chunk.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
            counted.map(|()| (counting, hashes))
        });
        let (mut all, mut tree) = (Counting::default(), Frontier::new());
        for chunk in counted {
            let (counting, hashes) = chunk??;
            all.add(counting);
            hashes.into_iter().for_each(|leaf| tree.push(leaf));
            progress(tree.size());
        }
        Ok(all.finish(&tree))
    }

    /// What the log takes on disk. Files that come and go meanwhile may be missed.
    #[must_use]
    pub fn space(&self) -> Space {
        let index = space(&self.layout.index());
        Space { log: space(&self.layout.log).saturating_sub(index), index }
    }
}

/// What all files in a folder and below take on disk, in bytes; none when it is not there.
#[must_use]
pub fn space(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => space(&entry.path()),
        // The unit of `blocks` is 512 bytes, whatever the file system's is.
        Ok(found) => found.blocks() * 512,
        Err(_) => 0,
    });
    sizes.sum()
}

#[derive(Default)]
struct Counting {
    streams: HashSet<String>,
    kinds: BTreeMap<&'static str, u64>,
    unread: u64,
    evidence: HashMap<Sha256Digest, u64>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Counting {
    fn count(&mut self, position: u64, leaf: &[u8]) -> Result<(), StoreError> {
        let recorded = match schema::decode(position, leaf) {
            Ok(recorded) => recorded,
            Err(StoreError::NewerEvent { .. }) => {
                self.unread += 1;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        *self.kinds.entry(recorded.event.name()).or_default() += 1;
        self.evidence.extend(recorded.event.evidence().iter().map(|it| (it.sha256, it.bytes)));
        self.first.get_or_insert(recorded.at);
        self.last = Some(recorded.at);
        if !self.streams.contains(&recorded.stream) {
            self.streams.insert(recorded.stream);
        }
        Ok(())
    }

    /// Adds what was counted behind this.
    fn add(&mut self, next: Self) {
        for (kind, count) in next.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.streams.extend(next.streams);
        self.evidence.extend(next.evidence);
        self.unread += next.unread;
        self.first = self.first.or(next.first);
        self.last = next.last.or(self.last);
    }

    fn finish(self, tree: &Frontier) -> Stat {
        Stat {
            events: tree.size(),
            root: tree.root(),
            streams: self.streams.len() as u64,
            kinds: self.kinds,
            unread: self.unread,
            evidence: self.evidence.len() as u64,
            evidence_bytes: self.evidence.values().sum(),
            first: self.first,
            last: self.last,
        }
    }
}
