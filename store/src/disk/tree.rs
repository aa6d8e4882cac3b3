//! The Merkle tree over the log: its right edge in memory, its full tiles in the index.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ledger::{Builder, Hash, Tile, TileId, TileSource, TileTree, TreeError, leaf_hash};

use super::index::{Index, disagrees};
use super::segments::Segments;
use crate::StoreError;

/// Tiles kept with their inner nodes: 16 KiB each.
const KEPT: usize = 256;

/// The tree of one log.
#[derive(Debug)]
pub(super) struct Tree {
    index: Arc<Index>,
    edge: RwLock<Edge>,
    kept: Mutex<VecDeque<(u8, u64, Arc<TileTree>)>>,
}

#[derive(Debug)]
struct Edge {
    builder: Builder,
    /// Full tiles that the index does not hold yet.
    fresh: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl Tree {
    /// The tree over the first `size` events, as the index holds it.
    pub(super) fn restore(
        index: Arc<Index>,
        segments: &Segments,
        size: u64,
    ) -> Result<Self, StoreError> {
        let stored = Stored { index: &index, segments, size };
        let builder = Builder::restore(&stored, size).map_err(unread)?;
        let edge = RwLock::new(Edge { builder, fresh: BTreeMap::new() });
        Ok(Self { index, edge, kept: Mutex::default() })
    }

    /// Adds leaves in order.
    pub(super) fn grow<'a>(&self, leaves: impl Iterator<Item = &'a [u8]>) {
        let hashes: Vec<Hash> = leaves.map(leaf_hash).collect();
        let mut edge = self.edge.write().unwrap_or_else(PoisonError::into_inner);
        for hash in hashes {
            for Tile { id, hashes } in edge.builder.push(hash) {
                edge.fresh.insert((id.level, id.index), hashes);
            }
        }
    }

    /// How many events the tree covers, and its root.
    pub(super) fn top(&self) -> (u64, Hash) {
        let edge = self.edge.read().unwrap_or_else(PoisonError::into_inner);
        (edge.builder.size(), edge.builder.root())
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

    fn kept(&self) -> MutexGuard<'_, VecDeque<(u8, u64, Arc<TileTree>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TileSource for Tree {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let edge = self.edge.read().unwrap_or_else(PoisonError::into_inner);
        let near = edge.builder.tile(id).map(<[Hash]>::to_vec);
        let near = near.or_else(|| edge.fresh.get(&(id.level, id.index)).cloned());
        drop(edge);
        let tile = match near {
            Some(tile) => Some(tile),
            None => self.index.tile(id)?,
        };
        let mut tile = tile.ok_or(StoreError::NoTile(id))?;
        if tile.len() < usize::from(id.width) {
            return Err(StoreError::NoTile(id));
        }
        tile.truncate(id.width.into());
        Ok(tile)
    }

    /// Keeps the full tiles above the leaves, of which every proof needs some, and the leaf tiles
    /// that were asked for last.
    fn tree(&self, id: TileId) -> Option<Arc<TileTree>> {
        let known = |kept: &VecDeque<(u8, u64, Arc<TileTree>)>| {
            let mut kept = kept.iter();
            kept.find(|(level, index, _)| (*level, *index) == (id.level, id.index))
                .map(|(_, _, tree)| Arc::clone(tree))
        };
        if id.level == 0 || !id.is_full() {
            return None;
        }
        if let Some(tree) = known(&self.kept()) {
            return Some(tree);
        }
        let tree = Arc::new(TileTree::new(self.tile(id).ok()?));
        let mut kept = self.kept();
        kept.push_front((id.level, id.index, Arc::clone(&tree)));
        kept.truncate(KEPT);
        Some(tree)
    }
}

/// The partial tiles of a tree of this size, from the full tiles below them.
struct Stored<'a> {
    index: &'a Index,
    segments: &'a Segments,
    size: u64,
}

impl TileSource for Stored<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let first = id.index * 256;
        let wanted = first..first + u64::from(id.width);
        let Some(below) = id.level.checked_sub(1) else {
            return wanted.map(|position| self.leaf(position)).collect();
        };
        let root = |index| {
            let id = TileId { level: below, index, width: 256 };
            let hashes = self.index.tile(id)?.ok_or_else(disagrees)?;
            TileTree::new(hashes).subtree(8, 0).ok_or_else(disagrees)
        };
        wanted.map(root).collect()
    }
}

impl Stored<'_> {
    fn leaf(&self, position: u64) -> Result<Hash, StoreError> {
        let chunk = self.segments.chunk(position)?.filter(|_| position < self.size);
        let hash = chunk.as_ref().and_then(|it| it.leaf(position)).map(leaf_hash);
        hash.ok_or_else(disagrees)
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
