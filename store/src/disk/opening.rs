//! Opening a log: what is on disk is checked, mended where that loses nothing, and refused where
//! it would.

use std::fs;
use std::sync::Arc;

use ledger::{Checkpoint, Signer, Verifier, empty_root};

use super::checkpoints;
use super::finding::Opened;
use super::index::Index;
use super::indexer::Behind;
use super::keys::Keys;
use super::layout::{FORMAT, Layout};
use super::open_segment::OpenSegment;
use super::segments::Segments;
use super::streams::Streams;
use super::tree::Tree;
use super::{Mended, NewKey, Settings};
use crate::StoreError;
use crate::files::{private_folder, put_bytes, sweep, sync_folder};

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
    for folder in &layout.folders() {
        sweep(folder)?;
        // What is found here is relied on from now on: a process that was killed may have put a
        // file in place without making its name safe.
        private_folder(folder)?;
        sync_folder(folder)?;
    }
    let keys = Keys::open(layout)?;
    if keys.signer.is_none() && purpose == Purpose::Use {
        return Err(StoreError::NoKey(layout.keys()));
    }
    let Opened { segments, end, damage, last, .. } = Opened::find(&layout.segments(), true)?;
    if let Some(damage) = damage {
        return Err(damage);
    }
    let mut mended = Mended::default();
    let Promises { head, newest } = promises(layout, &keys, purpose, &mut mended)?;
    // Every witness is asked before anything is cut off.
    let index = open_index(layout, settings);
    let indexed = index.as_ref().ok().and_then(|index| index.covers().ok().flatten());
    let promised = [&head, &newest].into_iter().flatten().map(Checkpoint::size).chain(indexed);
    if let Some(promised) = promised.max().filter(|promised| *promised > end) {
        return Err(StoreError::TailLost { have: end, promised });
    }
    let segments = Arc::new(segments);
    let clean = head.as_ref().is_some_and(|head| head.size() == end);
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
    let signed = [&head, &newest].into_iter().flatten().cloned().collect();
    let staged = keys.staged()?;
    let vouched = keys.verifiers.iter().chain(staged.as_ref().map(Signer::verifier));
    let vouched = vouched.map(ToString::to_string).collect();
    let what = Wanted { layout, settings, segments: &segments, end, signed, keys: vouched };
    let indexed = what.indexed(purpose, index, &mut mended)?;
    let promised = head.map_or(0, |head| head.size());
    Ok(Found { keys, segments, active, at, end, promised, indexed, mended })
}

/// How far the log reached, as far as it was signed.
struct Promises {
    head: Option<Checkpoint>,
    /// The newest checkpoint that was kept.
    newest: Option<Checkpoint>,
}

/// Reads what was signed. A head that cannot be relied on is an error, unless it is to be mended.
fn promises(
    layout: &Layout,
    keys: &Keys,
    purpose: Purpose,
    mended: &mut Mended,
) -> Result<Promises, StoreError> {
    let newest = checkpoints::newest(layout)?;
    let newest = newest
        .map(|(path, note)| checkpoints::signed(&path, &note, &keys.verifiers))
        .transpose()?;
    // Whoever may write here may add a public key: only the key in force vouches for the head.
    let in_force = keys.signer.as_ref().map(Signer::verifier).or(keys.verifiers.last());
    let in_force: Vec<Verifier> = match keys.unrecorded()? {
        // A lost key was replaced, and nothing has been signed since.
        Some(_) => keys.verifiers.clone(),
        None => in_force.into_iter().cloned().collect(),
    };
    let head = checkpoints::head(layout)
        .and_then(|note| checkpoints::signed(&layout.head(), &note, &in_force));
    match head {
        Ok(head) => Ok(Promises { head: Some(head), newest }),
        Err(error) if purpose == Purpose::Repair => {
            let since = newest.as_ref().map_or(0, Checkpoint::size);
            mended.head_made_anew = Some(format!(
                "{error}. Nothing vouches for how many events were recorded after the first {since}"
            ));
            Ok(Promises { head: None, newest })
        }
        Err(error) => Err(error),
    }
}

fn open_index(layout: &Layout, settings: &Settings) -> Result<Index, StoreError> {
    let folder = layout.index();
    private_folder(&folder)?;
    Index::open(&folder, settings.cache_bytes / 2)
}

/// What the index must agree with.
struct Wanted<'a> {
    layout: &'a Layout,
    settings: &'a Settings,
    segments: &'a Arc<Segments>,
    end: u64,
    signed: Vec<Checkpoint>,
    /// The keys that a change may lead to, as text.
    keys: Vec<String>,
}

impl Wanted<'_> {
    /// The index as it is, or made anew when it does not agree with the segments.
    fn indexed(
        &self,
        purpose: Purpose,
        index: Result<Index, StoreError>,
        mended: &mut Mended,
    ) -> Result<Indexed, StoreError> {
        let why = match purpose {
            Purpose::Repair => {
                drop(index);
                "asked for".to_owned()
            }
            Purpose::Use | Purpose::Keygen => match index.and_then(|index| self.agree(index)) {
                Ok(indexed) => return Ok(indexed),
                Err(error @ (StoreError::Index(_) | StoreError::Tree(_))) => error.to_string(),
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
        let anew = open_index(self.layout, self.settings).and_then(|index| self.agree(index));
        anew.map_err(|error| {
            // The index is new: it is the segments that are not what was promised.
            if let StoreError::Index(why) = error { StoreError::Tree(why) } else { error }
        })
    }

    fn agree(&self, index: Index) -> Result<Indexed, StoreError> {
        let index = Arc::new(index);
        let covers = index.covers()?.ok_or_else(|| disagree("its shape is of another version"))?;
        let (ordinals, events) = index.totals()?;
        if events != covers {
            return Err(disagree("its streams do not add up to what it covers"));
        }
        let tree = Tree::restore(Arc::clone(&index), Arc::clone(self.segments), covers)?;
        // A command takes up to 64 bytes in memory: half of the other half.
        let commands = usize::try_from(self.settings.cache_bytes / 128).unwrap_or(usize::MAX);
        let mut streams = Streams::new(ordinals, commands);
        let (segments, keys) = (self.segments, &self.keys);
        let behind = Behind { index: &index, segments, tree: &tree, keys };
        behind.catch_up(&mut streams, self.end)?;
        for signed in &self.signed {
            if tree.root(signed.size())? != signed.root() {
                return Err(disagree("the tree is not the one that was signed"));
            }
        }
        Ok(Indexed { index, tree, streams })
    }
}

fn disagree(why: &str) -> StoreError {
    StoreError::Index(why.to_owned())
}
