//! The segments of a log: opened in order, checked against each other, read by position.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ledger::Hash;

use super::chunk::Chunk;
use super::open_segment::{OpenSegment, Scanned};
use super::sealed_segment::{self, BLOCK, SealedSegment};
use crate::StoreError;

/// One segment, in either form.
#[derive(Debug, Clone)]
enum Segment {
    Open(Arc<OpenSegment>),
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

/// What opening the segments found.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) segments: Segments,
    /// How many events are intact, without a gap, from the first on.
    pub(crate) end: u64,
    /// How many were safe on disk, as far as the segments themselves say.
    pub(crate) durable: u64,
    /// Why the segments cannot be read to their end, if so.
    pub(crate) damage: Option<StoreError>,
    /// The last segment, and how much of it is intact and how much there is, in bytes.
    pub(super) last: Option<(Arc<OpenSegment>, u64, u64)>,
}

/// The two files a segment may have.
#[derive(Debug, Default)]
struct Files {
    open: Option<PathBuf>,
    sealed: Option<PathBuf>,
}

impl Segments {
    /// Opens every segment in the folder as far as they are intact.
    ///
    /// # Errors
    /// When the folder or a file cannot be read at all.
    pub(crate) fn open(folder: &Path, writable: bool) -> Result<Opened, StoreError> {
        let mut opened = Opened {
            segments: Self {
                folder: folder.to_owned(),
                list: RwLock::default(),
                recent: Mutex::default(),
            },
            end: 0,
            durable: 0,
            damage: None,
            last: None,
        };
        let mut before = folder.to_owned();
        for (first, files) in list(folder)? {
            if first != opened.end {
                let why = format!(
                    "{} ends before it, and the next segment begins at {first}",
                    before.display()
                );
                opened.damage = Some(StoreError::Damaged { position: opened.end, why });
                opened.durable = opened.durable.max(first);
            }
            if opened.damage.is_some() {
                break;
            }
            before = files.sealed.clone().or_else(|| files.open.clone()).unwrap_or_default();
            opened.take(first, files, writable)?;
        }
        Ok(opened)
    }

    /// The leaves at and behind a position, as they are stored together; `None` at the end.
    pub(crate) fn chunk(&self, position: u64) -> Result<Option<Chunk>, StoreError> {
        let Some(segment) = self.holding(position) else { return Ok(None) };
        let line = position - segment.first();
        let chunk = match segment {
            Segment::Sealed(segment) => segment.chunk(line)?,
            Segment::Open(segment) => open_chunk(&segment, position)?,
        };
        Ok(Some(chunk).filter(|it| position < it.end()))
    }

    /// The range cut where tiles end: pieces that are mostly stored as one.
    pub(super) fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
        let mut start = range.start;
        std::iter::from_fn(move || {
            let end = range.end.min((start / BLOCK).saturating_add(1).saturating_mul(BLOCK));
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
                    let chunk = open_chunk(&segment, position)?;
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
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        list.push(Segment::Open(Arc::clone(&segment)));
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

impl Opened {
    fn take(&mut self, first: u64, files: Files, writable: bool) -> Result<(), StoreError> {
        self.last = None;
        let scanned = files.open.as_deref().map(|path| OpenSegment::scan(path, first, writable));
        let scanned = scanned.transpose()?;
        if let Some(path) = files.sealed {
            let sealed = match SealedSegment::open(&path, first) {
                Err(damage @ StoreError::Damaged { .. }) if scanned.is_none() => {
                    self.damage = Some(damage);
                    return Ok(());
                }
                sealed => sealed?,
            };
            let open = scanned.as_ref().map_or(0, |scanned| scanned.segment.count());
            // Where both are there, sealing was interrupted: it is done again from the open form.
            if sealed.count() > open {
                self.end = first + sealed.count();
                self.durable = self.durable.max(self.end);
                self.push(Segment::Sealed(Arc::new(sealed)));
                return Ok(());
            }
        }
        let Some(Scanned { segment, intact, length, durable }) = scanned else { return Ok(()) };
        let path = segment.path().to_owned();
        let segment = Arc::new(segment);
        self.end = first + segment.count();
        self.durable = self.durable.max(durable);
        if self.durable > self.end {
            self.damage = Some(StoreError::Damaged {
                position: self.end,
                why: format!("{}, at byte {intact}: its record is damaged", path.display()),
            });
        }
        self.push(Segment::Open(Arc::clone(&segment)));
        self.last = Some((segment, intact, length));
        Ok(())
    }

    fn push(&mut self, segment: Segment) {
        self.segments.list.get_mut().unwrap_or_else(PoisonError::into_inner).push(segment);
    }
}

/// The leaves of an open segment that lie in the same tile as this position.
fn open_chunk(segment: &OpenSegment, position: u64) -> Result<Chunk, StoreError> {
    let start = segment.first().max(position / BLOCK * BLOCK);
    let most = BLOCK - start % BLOCK;
    segment.chunk(start - segment.first(), usize::try_from(most).unwrap_or(usize::MAX))
}

/// The files of every segment, by first position.
fn list(folder: &Path) -> Result<BTreeMap<u64, Files>, StoreError> {
    let io = |error| StoreError::io("cannot list", folder, error);
    let mut found: BTreeMap<u64, Files> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((first, ending)) = name.split_once('.') else { continue };
        let Some(first) = first.parse().ok().filter(|_| first.len() == 20) else { continue };
        match ending {
            "log" => found.entry(first).or_default().open = Some(path),
            sealed_segment::ENDING => found.entry(first).or_default().sealed = Some(path),
            _ => {}
        }
    }
    Ok(found)
}
