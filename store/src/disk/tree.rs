//! The Merkle tree over the log: its right edge in memory, the leaf hashes beside the leaves in the
//! segments, and the full tiles above them in the index.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ledger::{Builder, Hash, TILE_WIDTH, Tile, TileId, TileSource, TileTree, TreeError};

use super::chunk::TILE;
use super::index::{Index, disagrees};
use super::segments::Segments;
use crate::StoreError;

/// Tiles kept with their inner nodes: 16 KiB each.
const KEPT: usize = 256;

/// The tree of one log.
#[derive(Debug)]
pub(super) struct Tree {
    index: Arc<Index>,
    segments: Arc<Segments>,
    edge: RwLock<Edge>,
    /// By tile; a partial tile of some width never changes either.
    kept: Mutex<VecDeque<(TileId, Arc<TileTree>)>>,
}

#[derive(Debug)]
struct Edge {
    builder: Builder,
    /// Full tiles above the leaves that the index does not hold yet.
    fresh: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl Tree {
    /// The tree over the first `size` events, as the index holds it.
    pub(super) fn restore(
        index: Arc<Index>,
        segments: Arc<Segments>,
        size: u64,
    ) -> Result<Self, StoreError> {
        let stored = Stored { index: &index, segments: &segments };
        let builder = Builder::restore(&stored, size).map_err(unread)?;
        let edge = RwLock::new(Edge { builder, fresh: BTreeMap::new() });
        Ok(Self { index, segments, edge, kept: Mutex::default() })
    }

    /// Lets the tree cover the events up to here, at most one tile more than now. Returns how many
    /// it covers.
    pub(super) fn grow(&self, upto: u64) -> Result<u64, StoreError> {
        let (size, _) = self.top();
        let end = upto.min((size / TILE + 1) * TILE);
        let hashes = self.segments.hashes(size..end)?;
        Ok(self.add(hashes))
    }

    /// Adds the hashes of the next leaves; returns how many leaves the tree covers.
    pub(super) fn add(&self, hashes: Vec<Hash>) -> u64 {
        let mut edge = self.edge.write().unwrap_or_else(PoisonError::into_inner);
        for hash in hashes {
            let full = edge.builder.push(hash).into_iter().filter(|tile| tile.id.level > 0);
            edge.fresh.extend(full.map(|Tile { id, hashes }| ((id.level, id.index), hashes)));
        }
        edge.builder.size()
    }

    /// How many events the tree covers, and its root.
    pub(super) fn top(&self) -> (u64, Hash) {
        let edge = self.edge.read().unwrap_or_else(PoisonError::into_inner);
        (edge.builder.size(), edge.builder.root())
    }

    /// How many events the tree covers.
    pub(super) fn size(&self) -> u64 {
        self.edge.read().unwrap_or_else(PoisonError::into_inner).builder.size()
    }

    /// The root over the first `size` events.
    pub(super) fn root(&self, size: u64) -> Result<Hash, StoreError> {
        ledger::root(self, size).map_err(unread)
    }

    /// Full tiles that the index does not hold yet.
    pub(super) fn fresh(&self) -> BTreeMap<(u8, u64), Vec<Hash>> {
        self.edge.read().unwrap_or_else(PoisonError::into_inner).fresh.clone()
    }

    /// The index holds these tiles now.
    pub(super) fn settled(&self, tiles: &BTreeMap<(u8, u64), Vec<Hash>>) {
        let mut edge = self.edge.write().unwrap_or_else(PoisonError::into_inner);
        edge.fresh.retain(|key, _| !tiles.contains_key(key));
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(TileId, Arc<TileTree>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TileSource for Tree {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let edge = self.edge.read().unwrap_or_else(PoisonError::into_inner);
        let near = edge.builder.tile(id).map(<[Hash]>::to_vec);
        let near = near.or_else(|| edge.fresh.get(&(id.level, id.index)).cloned());
        let size = edge.builder.size();
        drop(edge);
        let tile = match near {
            Some(tile) => Some(tile),
            None if id.level == 0 => {
                let leaves = leaves_of(id).filter(|leaves| leaves.end <= size);
                leaves.map(|leaves| self.segments.hashes(leaves)).transpose()?
            }
            None => self.index.tile(id)?,
        };
        let mut tile = tile.ok_or(StoreError::NoTile(id))?;
        if id.width == 0 || tile.len() < usize::from(id.width) {
            return Err(StoreError::NoTile(id));
        }
        tile.truncate(id.width.into());
        Ok(tile)
    }

    /// Keeps the tiles above the leaves that were asked for last: every proof needs some of them.
    fn tree(&self, id: TileId) -> Option<Arc<TileTree>> {
        if id.level == 0 {
            return None;
        }
        if let Some((_, tree)) = self.kept().iter().find(|(known, _)| *known == id) {
            return Some(Arc::clone(tree));
        }
        let tree = Arc::new(TileTree::new(self.tile(id).ok()?));
        let mut kept = self.kept();
        kept.push_front((id, Arc::clone(&tree)));
        kept.truncate(KEPT);
        Some(tree)
    }
}

/// The leaves whose hashes a tile of level 0 holds.
fn leaves_of(id: TileId) -> Option<Range<u64>> {
    let first = id.index.checked_mul(TILE).filter(|_| u64::from(id.width) <= TILE)?;
    Some(first..first.checked_add(id.width.into())?)
}

/// The partial tiles of a tree, from the full tiles below them.
struct Stored<'a> {
    index: &'a Index,
    segments: &'a Segments,
}

impl TileSource for Stored<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let wanted = leaves_of(id).ok_or(StoreError::NoTile(id))?;
        match id.level.checked_sub(1) {
            None => self.segments.hashes(wanted),
            Some(below) => wanted.map(|index| self.root(below, index)).collect(),
        }
    }
}

impl Stored<'_> {
    /// The root of a full tile.
    fn root(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        let id = TileId { level, index, width: TILE_WIDTH as u16 };
        let hashes = match level {
            0 => self.tile(id)?,
            _ => self.index.tile(id)?.ok_or_else(disagrees)?,
        };
        TileTree::new(hashes).subtree(8, 0).ok_or_else(disagrees)
    }
}

/// What hinders the mathematics, as an error of the store.
pub(crate) fn unread(error: TreeError<StoreError>) -> StoreError {
    match error {
        TreeError::Source(error) => error,
        error @ (TreeError::NoSuchLeaf { .. }
        | TreeError::NotOlder { .. }
        | TreeError::WrongWidth { .. }) => StoreError::Tree(error.to_string()),
    }
}
