//! The small complete trees within one tile.

use crate::hash::{Hash, node_hash};
use crate::tile::TILE_WIDTH;

/// A tile and every inner node that its hashes complete: 16 KiB for a full tile. Proofs read it
/// without hashing; a store may keep the tiles that are asked for most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileTree {
    /// `rows[h]`: the roots of the complete subtrees of `2^h` hashes, from left to right.
    rows: Vec<Vec<Hash>>,
}

impl TileTree {
    /// Hashes all inner nodes once: at most 255. More than 256 hashes are no tile: the rest is
    /// left out.
    #[must_use]
    pub fn new(mut hashes: Vec<Hash>) -> Self {
        hashes.truncate(TILE_WIDTH);
        let mut rows = vec![hashes];
        while let Some(below) = rows.last().filter(|row| row.len() > 1) {
            let row = below.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            rows.push(row);
        }
        Self { rows }
    }

    /// How many hashes the tile has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.hashes().len()
    }

    /// The hashes of the tile.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        self.rows.first().map_or(&[], Vec::as_slice)
    }

    /// The root of the `index`-th complete subtree of `2^height` hashes, if the tile has it.
    #[must_use]
    pub fn subtree(&self, height: u32, index: usize) -> Option<Hash> {
        self.rows.get(height as usize)?.get(index).copied()
    }
}

/// What [`TileTree::subtree`] tells, hashed from the bare hashes of a tile.
pub(crate) fn subtree_of(hashes: &[Hash], height: u32, index: usize) -> Option<Hash> {
    let length = 1 << height;
    hashes.get(index * length..(index + 1) * length).map(perfect)
}

/// The root over a power of two of hashes (at least one). Halving needs no memory.
fn perfect(hashes: &[Hash]) -> Hash {
    if let [one] = hashes {
        return *one;
    }
    let (left, right) = hashes.split_at(hashes.len() / 2);
    node_hash(&perfect(left), &perfect(right))
}
