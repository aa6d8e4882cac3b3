//! The segments of a log: read by position, added to at the end, sealed one by one.

use std::collections::VecDeque;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ledger::Hash;

use super::chunk::{Chunk, TILE};
use super::open_segment::OpenSegment;
use super::sealed_segment::SealedSegment;
use crate::StoreError;

/// One segment, in either form.
#[derive(Debug, Clone)]
pub(super) enum Segment {
    /// Not sealed yet.
    Open(Arc<OpenSegment>),
    /// Complete and compressed.
    Sealed(Arc<SealedSegment>),
}

impl Segment {
    fn first(&self) -> u64 {
        match self {
            Segment::Open(segment) => segment.first(),
            Segment::Sealed(segment) => segment.first(),
        }
    }

    fn end(&self) -> u64 {
        match self {
            Segment::Open(segment) => segment.first() + segment.count(),
            Segment::Sealed(segment) => segment.first() + segment.count(),
        }
    }
}

/// Every segment of a log, in order.
#[derive(Debug)]
pub(crate) struct Segments {
    folder: PathBuf,
    list: RwLock<Vec<Segment>>,
    /// Blocks unpacked last.
    recent: Mutex<VecDeque<Chunk>>,
}

/// Blocks kept unpacked for single reads: at most 15 MiB each, mostly a few hundred KiB.
const RECENT: usize = 8;

impl Segments {
    /// No segment yet.
    pub(super) fn none(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), list: RwLock::default(), recent: Mutex::default() }
    }

    /// Adds a segment behind the others.
    pub(super) fn push(&self, segment: Segment) {
        self.list.write().unwrap_or_else(PoisonError::into_inner).push(segment);
    }

    /// The leaves at and behind a position, as they are stored together; `None` at the end.
    pub(crate) fn chunk(&self, position: u64) -> Result<Option<Chunk>, StoreError> {
        let Some(segment) = self.holding(position) else { return Ok(None) };
        let line = position - segment.first();
        let chunk = match segment {
            Segment::Sealed(segment) => segment.chunk(line)?,
            Segment::Open(segment) => segment.tile(position)?,
        };
        Ok(Some(chunk).filter(|it| position < it.end()))
    }

    /// The range cut where tiles end: pieces that are mostly stored as one.
    pub(super) fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
        let mut start = range.start;
        std::iter::from_fn(move || {
            let end = range.end.min((start / TILE).saturating_add(1).saturating_mul(TILE));
            let piece = std::mem::replace(&mut start, end)..end;
            (!piece.is_empty()).then_some(piece)
        })
    }

    /// Exactly the leaves of a range, however they are stored, up to the first that cannot be read;
    /// and why that is.
    pub(super) fn span(&self, range: &Range<u64>) -> (Chunk, Option<StoreError>) {
        let mut whole = Chunk { first: range.start, ..Chunk::default() };
        while whole.end() < range.end {
            match self.joining(whole.end(), range.end) {
                Ok(next) if whole.leaves.is_empty() => whole = next,
                Ok(next) => whole.extend(&next),
                Err(error) => return (whole, Some(error)),
            }
        }
        (whole, None)
    }

    /// The leaves from a position on, at least one.
    fn joining(&self, position: u64, end: u64) -> Result<Chunk, StoreError> {
        let mut chunk = self.chunk(position)?.unwrap_or_default();
        chunk.clip(&(position..end));
        if chunk.first == position && !chunk.leaves.is_empty() {
            return Ok(chunk);
        }
        Err(StoreError::Damaged { position, why: "no segment holds it".to_owned() })
    }

    /// One leaf. Blocks that were unpacked for leaves before are kept for a while.
    pub(super) fn leaf(&self, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(segment) = self.holding(position) else { return Ok(None) };
        let segment = match segment {
            Segment::Sealed(segment) => segment,
            Segment::Open(segment) => {
                let chunk = segment.chunk(position - segment.first(), 1)?;
                return Ok(chunk.leaf(position).map(<[u8]>::to_vec));
            }
        };
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = recent.iter().find_map(|chunk| chunk.leaf(position)) {
            return Ok(Some(leaf.to_vec()));
        }
        let chunk = segment.chunk(position - segment.first())?;
        let leaf = chunk.leaf(position).map(<[u8]>::to_vec);
        recent.push_front(chunk);
        recent.truncate(RECENT);
        Ok(leaf)
    }

    /// The hashes of the leaves in a range, as far as there are that many.
    pub(super) fn hashes(&self, range: Range<u64>) -> Result<Vec<Hash>, StoreError> {
        let mut hashes = Vec::new();
        let mut position = range.start;
        while position < range.end
            && let Some(segment) = self.holding(position)
        {
            let (first, found) = match segment {
                Segment::Sealed(segment) => {
                    let (line, found) = segment.hashes(position - segment.first())?;
                    (segment.first() + line, found)
                }
                Segment::Open(segment) => {
                    let chunk = segment.tile(position)?;
                    (chunk.first, segment.hashes(&chunk))
                }
            };
            let end = range.end.min(first + found.len() as u64);
            if end <= position {
                break;
            }
            let index = |position: u64| usize::try_from(position - first).unwrap_or(usize::MAX);
            hashes.extend(&found[index(position)..index(end)]);
            position = end;
        }
        Ok(hashes)
    }

    /// The segment that holds a position.
    fn holding(&self, position: u64) -> Option<Segment> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let behind = list.partition_point(|segment| segment.first() <= position);
        let found = behind.checked_sub(1).map(|at| list[at].clone());
        found.filter(|segment| position < segment.end())
    }

    /// Adds a new, empty segment at the end.
    pub(super) fn begin(&self, first: u64) -> Result<Arc<OpenSegment>, StoreError> {
        let segment = Arc::new(OpenSegment::create(&self.folder, first)?);
        self.push(Segment::Open(Arc::clone(&segment)));
        Ok(segment)
    }

    /// Seals one segment; readers change over to the sealed form, then the open one is removed.
    pub(super) fn seal(&self, segment: &OpenSegment) -> Result<(), StoreError> {
        let sealed = Arc::new(SealedSegment::seal(&self.folder, segment)?);
        if sealed.count() != segment.count() {
            let why = format!("{} could not be sealed whole", segment.path().display());
            return Err(StoreError::Damaged { position: segment.first(), why });
        }
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        for known in list.iter_mut().filter(|known| known.first() == segment.first()) {
            *known = Segment::Sealed(Arc::clone(&sealed));
        }
        drop(list);
        let path = segment.path();
        fs::remove_file(path).map_err(|error| StoreError::io("cannot remove", path, error))
    }

    /// Every segment that could be sealed: all but the last.
    pub(super) fn unsealed(&self) -> Vec<Arc<OpenSegment>> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let open = |segment: &Segment| match segment {
            Segment::Open(segment) => Some(Arc::clone(segment)),
            Segment::Sealed(_) => None,
        };
        list.iter().rev().skip(1).filter_map(open).collect()
    }

    /// What is damaged of that which follows from the lines of sealed segments.
    pub(super) fn blemishes(&self) -> Vec<String> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner).clone();
        let blemish = |segment: Segment| match segment {
            Segment::Sealed(segment) => segment.blemish(),
            Segment::Open(_) => None,
        };
        list.into_iter().filter_map(blemish).collect()
    }

    /// How many segments there are, and how many of them are sealed.
    pub(crate) fn count(&self) -> (usize, usize) {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        (list.len(), list.iter().filter(|it| matches!(it, Segment::Sealed(_))).count())
    }
}
