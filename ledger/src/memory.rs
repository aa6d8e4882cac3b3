//! All tiles of a tree in memory.

use std::convert::Infallible;

use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, TileId, TileSource};

/// A tree with every hash that stands in a tile: 32 bytes and a little for each leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryTiles {
    frontier: Frontier,
    /// `levels[l]`: all hashes of level l, from left to right.
    levels: Vec<Vec<Hash>>,
}

impl MemoryTiles {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let Self { frontier, levels } = self;
        frontier.push_seeing(leaf, |height, node| {
            if height % TILE_HEIGHT == 0 {
                let level = (height / TILE_HEIGHT) as usize;
                levels.resize_with(levels.len().max(level + 1), Vec::new);
                levels[level].push(*node);
            }
        });
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The RFC 6962 root of the whole tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }
}

impl TileSource for MemoryTiles {
    /// A tile beyond the tree is empty, which every reader notices by its width.
    type Error = Infallible;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, Infallible> {
        let all = self.levels.get(usize::from(id.level)).map_or(&[][..], Vec::as_slice);
        let begin = usize::try_from(id.index).ok().and_then(|it| it.checked_mul(TILE_WIDTH));
        let begin = begin.unwrap_or(usize::MAX);
        let end = begin.saturating_add(id.width.into());
        Ok(all.get(begin..end).unwrap_or_default().to_vec())
    }
}
