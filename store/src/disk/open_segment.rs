//! A segment that is not sealed yet: records one behind the other, and where each leaf stands.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use ledger::{Hash, leaf_hash};

use super::chunk::{Chunk, TILE};
use super::record::{HEADER, Header, MAGIC, Place};
use crate::StoreError;
use crate::files::{private_file, sync_folder};

/// An append-only file of records.
#[derive(Debug)]
pub(super) struct OpenSegment {
    path: PathBuf,
    file: File,
    first: u64,
    places: RwLock<Vec<Place>>,
    /// The hashes of its leaves, as far as they were needed yet.
    hashes: RwLock<Vec<Hash>>,
}

/// What reading a segment from its beginning found.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) segment: OpenSegment,
    /// Length of the intact part, in bytes.
    pub(super) intact: u64,
    /// Length of the file, in bytes.
    pub(super) length: u64,
    /// How many events were safe on disk, as far as any intact record says, also one that stands
    /// behind a damaged one.
    pub(super) durable: u64,
}

impl OpenSegment {
    /// Begins a new segment at this position; its name is safe on disk when this returns.
    pub(super) fn create(folder: &Path, first: u64) -> Result<Self, StoreError> {
        let path = folder.join(format!("{first:020}.log"));
        let file = private_file(&path)?;
        sync_folder(folder)?;
        Ok(Self { path, file, first, places: RwLock::default(), hashes: RwLock::default() })
    }

    /// Reads a segment as far as it is intact.
    pub(super) fn scan(path: &Path, first: u64, writable: bool) -> Result<Scanned, StoreError> {
        let io = |what| move |error| StoreError::io(what, path, error);
        let mut options = File::options();
        let file = options.read(true).write(writable).open(path).map_err(io("cannot open"))?;
        let bytes = std::fs::read(path).map_err(io("cannot read"))?;
        let mut places = Vec::new();
        let (mut at, mut durable) = (0, 0);
        while let Some(header) = Header::read(&bytes[at..]) {
            let record = &bytes[at..];
            let Some(leaves) = header.leaves(record, at as u64) else { break };
            if header.first != first + places.len() as u64 {
                break;
            }
            durable = header.durable;
            places.extend(leaves);
            at += header.record_len();
        }
        let durable = durable.max(promised(&bytes[at..]));
        let leaf = |place: &Place| &bytes[place.offset as usize..][..place.length as usize];
        // Whoever appends needs the hashes for proofs; whoever only looks does not.
        let hashes = if writable {
            places.iter().map(|place| leaf_hash(leaf(place))).collect()
        } else {
            Vec::new()
        };
        let (places, hashes) = (RwLock::new(places), RwLock::new(hashes));
        let segment = Self { path: path.to_owned(), file, first, places, hashes };
        Ok(Scanned { segment, intact: at as u64, length: bytes.len() as u64, durable })
    }

    /// Cuts off what stands behind the intact part: it was never acknowledged.
    pub(super) fn cut(&self, intact: u64) -> Result<(), StoreError> {
        let cut = self.file.set_len(intact).and_then(|()| self.file.sync_all());
        cut.map_err(|error| StoreError::io("cannot cut the torn end of", &self.path, error))
    }

    /// Writes the intact part again and syncs it. After a sync that failed, a kernel may hold pages
    /// for written that are not: writing them once more leaves no doubt.
    pub(super) fn rewrite(&self, intact: u64) -> Result<(), StoreError> {
        let mut bytes = vec![0; usize::try_from(intact).unwrap_or(0)];
        let read = self.file.read_exact_at(&mut bytes, 0);
        read.map_err(|error| StoreError::io("cannot read", &self.path, error))?;
        self.write(0, &bytes)
    }

    /// Writes records at the end of the intact part and syncs them: one write, one sync.
    pub(super) fn write(&self, at: u64, records: &[u8]) -> Result<(), StoreError> {
        let io = |what| move |error| StoreError::io(what, &self.path, error);
        self.file.write_all_at(records, at).map_err(io("cannot write"))?;
        self.file.sync_data().map_err(io("cannot sync"))
    }

    /// Makes leaves visible to readers: where they stand, in order.
    pub(super) fn publish(&self, leaves: &[Place]) {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        places.extend(leaves);
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many events it holds.
    pub(super) fn count(&self) -> u64 {
        self.places.read().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// The hashes of these leaves. Those that follow on the ones known already are known from now
    /// on.
    pub(super) fn hashes(&self, chunk: &Chunk) -> Vec<Hash> {
        let first = usize::try_from(chunk.first - self.first).unwrap_or(usize::MAX);
        let range = first..first.saturating_add(chunk.leaves.len());
        let known = self.hashes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(hashes) = known.get(range.clone()) {
            return hashes.to_vec();
        }
        drop(known);
        let hashes: Vec<Hash> = chunk.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
        let mut known = self.hashes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(new) = known.len().checked_sub(range.start).and_then(|it| hashes.get(it..)) {
            known.extend(new);
        }
        hashes
    }

    /// The leaves that lie in the same tile as this position.
    pub(super) fn tile(&self, position: u64) -> Result<Chunk, StoreError> {
        let start = self.first.max(position / TILE * TILE);
        let most = TILE - start % TILE;
        self.chunk(start - self.first, usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// The leaves from one index on, at most so many.
    pub(super) fn chunk(&self, from: u64, most: usize) -> Result<Chunk, StoreError> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        let from_index = usize::try_from(from).unwrap_or(usize::MAX).min(places.len());
        let wanted: Vec<Place> = places[from_index..].iter().take(most).copied().collect();
        drop(places);
        let (Some(head), Some(last)) = (wanted.first(), wanted.last()) else {
            return Ok(Chunk::default());
        };
        let start = u64::from(head.offset);
        let length = u64::from(last.offset) + u64::from(last.length) - start;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let read = self.file.read_exact_at(&mut bytes, start);
        read.map_err(|error| StoreError::io("cannot read", &self.path, error))?;
        let mut leaves = Vec::with_capacity(wanted.len());
        for (place, position) in wanted.iter().zip(self.first + from..) {
            let within = Place { offset: place.offset - head.offset, ..*place };
            let why = || StoreError::Damaged {
                position,
                why: format!("{}, at byte {}: it was altered", self.path.display(), place.offset),
            };
            within.within(&bytes).ok_or_else(why)?;
            let at = within.offset as usize;
            leaves.push(at..at + within.length as usize);
        }
        Ok(Chunk { first: self.first + from, bytes, leaves })
    }
}

/// How many events were safe on disk, as any intact header in these bytes says.
fn promised(bytes: &[u8]) -> u64 {
    let starts =
        (0..bytes.len().saturating_sub(HEADER - 1)).filter(|at| bytes[*at..][..4] == MAGIC);
    starts.filter_map(|at| Header::read(&bytes[at..])).map(|it| it.durable).max().unwrap_or(0)
}
