//! Opening a log: what is on disk is checked, mended where that loses nothing, and refused where
//! it would.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ledger::{Checkpoint, Signer, Verifier, empty_root};

use super::checkpoints;
use super::index::Index;
use super::indexer::catch_up;
use super::keys::Keys;
use super::layout::{FORMAT, Layout, private_folder, put_bytes, sweep};
use super::open_segment::OpenSegment;
use super::segments::{Opened, Segments};
use super::streams::Streams;
use super::tree::Tree;
use super::{Mended, NewKey, Settings};
use crate::StoreError;

/// What a log is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To append and to read.
    Use,
    /// To make the index anew, and a head that cannot be read.
    Repair,
    /// To change the key; the present one may be lost.
    Keygen,
}

/// A log that was found in order.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) keys: Keys,
    pub(super) segments: Arc<Segments>,
    pub(super) active: Arc<OpenSegment>,
    /// Length of the active segment, in bytes.
    pub(super) at: u64,
    pub(super) end: u64,
    /// How many events the signed head on disk covers.
    pub(super) promised: u64,
    pub(super) indexed: Indexed,
    pub(super) mended: Mended,
}

/// The parts that follow from the segments.
#[derive(Debug)]
pub(super) struct Indexed {
    pub(super) index: Arc<Index>,
    pub(super) tree: Tree,
    pub(super) streams: Streams,
}

/// Creates an empty log with its first key.
pub(super) fn create(layout: &Layout, key: &NewKey) -> Result<(), StoreError> {
    if fs::read_dir(layout.segments()).is_ok_and(|mut entries| entries.next().is_some()) {
        let why = format!("segments are there, but {} is not", layout.format().display());
        return Err(StoreError::Damaged { position: 0, why });
    }
    let signer = signer(layout, key)?;
    for folder in [&layout.log, &layout.segments(), &layout.checkpoints()] {
        private_folder(folder)?;
    }
    let note = Checkpoint::new(&key.origin, 0, empty_root())
        .map_err(|error| error.to_string())
        .and_then(|head| head.sign(&[&signer]).map_err(|error| error.to_string()))
        .map_err(StoreError::Tree)?;
    Keys::create(layout, signer)?;
    checkpoints::put_head(layout, &note)?;
    put_bytes(&layout.format(), FORMAT.as_bytes())
}

pub(super) fn signer(layout: &Layout, key: &NewKey) -> Result<Signer, StoreError> {
    let signer = Signer::from_seed(&key.origin, &key.seed);
    signer.map_err(|error| StoreError::Key { path: layout.keys(), why: error.to_string() })
}

/// Checks everything that is on disk and gets it ready.
pub(super) fn find(
    layout: &Layout,
    settings: &Settings,
    purpose: Purpose,
) -> Result<Found, StoreError> {
    layout.check_format()?;
    for folder in [&layout.log, &layout.segments(), &layout.checkpoints(), &layout.keys()] {
        sweep(folder)?;
    }
    let keys = Keys::open(layout)?;
    if keys.signer.is_none() && purpose == Purpose::Use {
        return Err(StoreError::NoKey(layout.keys()));
    }
    let Opened { segments, end, damage, last, .. } = Segments::open(&layout.segments(), true)?;
    if let Some(damage) = damage {
        return Err(damage);
    }
    let promised = promised(layout, &keys.verifiers, purpose)?;
    if let Some(head) = promised.as_ref().filter(|head| head.size() > end) {
        return Err(StoreError::TailLost { have: end, promised: head.size() });
    }
    let segments = Arc::new(segments);
    let mut mended = Mended::default();
    let clean = promised.as_ref().is_some_and(|head| head.size() == end);
    let (active, at) = match last {
        Some((segment, intact, length)) => {
            mended.torn_bytes = length - intact;
            if length > intact {
                segment.cut(intact)?;
            }
            if !clean {
                segment.rewrite(intact)?;
            }
            (segment, intact)
        }
        None => (segments.begin(end)?, 0),
    };
    let what = Wanted { layout, settings, segments: &segments, end, promised: promised.as_ref() };
    let indexed = what.indexed(purpose, &mut mended)?;
    let promised = promised.map_or(0, |head| head.size());
    Ok(Found { keys, segments, active, at, end, promised, indexed, mended })
}

/// What the signed head promises; nothing when it cannot be read and that is to be mended.
fn promised(
    layout: &Layout,
    verifiers: &[Verifier],
    purpose: Purpose,
) -> Result<Option<Checkpoint>, StoreError> {
    let path = layout.head();
    let head = checkpoints::head(layout)
        .and_then(|note| checkpoints::signed(Path::new(&path), &note, verifiers));
    match head {
        Err(_) if purpose == Purpose::Repair => {
            let kept = checkpoints::kept(layout)?;
            let last = kept.last().map(|note| checkpoints::signed(&path, note, verifiers));
            last.transpose()
        }
        head => head.map(Some),
    }
}

/// What the index must agree with.
struct Wanted<'a> {
    layout: &'a Layout,
    settings: &'a Settings,
    segments: &'a Arc<Segments>,
    end: u64,
    promised: Option<&'a Checkpoint>,
}

impl Wanted<'_> {
    /// The index as it is, or made anew when it does not agree with the segments.
    fn indexed(&self, purpose: Purpose, mended: &mut Mended) -> Result<Indexed, StoreError> {
        let why = match purpose {
            Purpose::Repair => "asked for".to_owned(),
            Purpose::Use | Purpose::Keygen => match self.open() {
                Ok(indexed) => return Ok(indexed),
                Err(
                    error @ (StoreError::Index(_) | StoreError::Engine(_) | StoreError::Tree(_)),
                ) => error.to_string(),
                Err(error) => return Err(error),
            },
        };
        let folder = self.layout.index();
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io("cannot remove", &folder, error));
            }
            _ => mended.index_made_anew = Some(why),
        }
        self.open().map_err(|error| {
            // The index is new: it is the segments that are not what was promised.
            if let StoreError::Index(why) = error { StoreError::Tree(why) } else { error }
        })
    }

    fn open(&self) -> Result<Indexed, StoreError> {
        let folder = self.layout.index();
        private_folder(&folder)?;
        let cache = self.settings.cache_bytes;
        let index = Arc::new(Index::open(&folder, cache / 2)?);
        let covers = index.covers()?.ok_or_else(|| disagree("its shape is of another version"))?;
        if covers > self.end {
            return Err(StoreError::TailLost { have: self.end, promised: covers });
        }
        let (ordinals, events) = index.totals()?;
        if events != covers {
            return Err(disagree("its streams do not add up to what it covers"));
        }
        let tree = Tree::restore(Arc::clone(&index), Arc::clone(self.segments), covers)?;
        // A command takes up to 64 bytes in memory: half of the other half.
        let commands = usize::try_from(cache / 128).unwrap_or(usize::MAX);
        let mut streams = Streams::new(ordinals, commands);
        catch_up(&index, self.segments, &tree, &mut streams, self.end)?;
        match self.promised {
            Some(head) if tree.root(head.size())? != head.root() => {
                Err(disagree("the tree is not the one that was signed"))
            }
            _ => Ok(Indexed { index, tree, streams }),
        }
    }
}

fn disagree(why: &str) -> StoreError {
    StoreError::Index(why.to_owned())
}
