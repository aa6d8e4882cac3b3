//! Tiles: the tree cut into blocks of 256 hashes, as <https://c2sp.org/tlog-tiles> lays it out.

use std::sync::Arc;

use crate::hash::Hash;
use crate::tile_tree::TileTree;

/// How many hashes a full tile has.
pub const TILE_WIDTH: usize = 256;

/// Levels of tiles between one tile and the next: `2^8 = 256` hashes become one.
pub(crate) const TILE_HEIGHT: u32 = 8;

/// Which hashes of the tree: `width` hashes of level `level` from `index * 256` on.
///
/// A hash of level 0 is a leaf hash; a hash of level L is the root of a full tile of level L-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 to 7: a tree of 64-bit size has no higher tile.
    pub level: u8,
    /// Position of the tile within its level.
    pub index: u64,
    /// 1 to 256 hashes; less than 256 is a partial tile at the right edge.
    pub width: u16,
}

/// A tile with its hashes; there are `id.width` of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which tile.
    pub id: TileId,
    /// The hashes from left to right.
    pub hashes: Vec<Hash>,
}

/// Where tiles are read from.
pub trait TileSource {
    /// Why a tile cannot be read.
    type Error;

    /// The first `id.width` hashes of a tile, exactly. A source that holds the tile wider than
    /// asked for returns the beginning: a tile only ever grows to the right.
    ///
    /// # Errors
    /// Whatever hinders the source.
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, Self::Error>;

    /// The same tile with its inner nodes, if the source happens to keep it; it may be wider
    /// than asked for. Saves up to 247 hashes for each tile of a proof.
    fn tree(&self, _id: TileId) -> Option<Arc<TileTree>> {
        None
    }
}

impl TileId {
    /// Whether the tile has all its 256 hashes.
    #[must_use]
    pub fn is_full(self) -> bool {
        usize::from(self.width) == TILE_WIDTH
    }

    /// The tile of `level` that holds the hash at `position` of that level, as wide as it is in a
    /// tree of `size` leaves; nothing if the tree has no such hash yet.
    #[must_use]
    pub fn holding(level: u8, position: u64, size: u64) -> Option<Self> {
        let hashes = hashes_of_level(level, size);
        let index = position >> TILE_HEIGHT;
        let begin = index << TILE_HEIGHT;
        let width = u16::try_from(hashes.checked_sub(begin)?.min(TILE_WIDTH as u64)).ok()?;
        (position < hashes).then_some(Self { level, index, width })
    }

    /// The partial tiles of a tree of `size` leaves, lowest level first: at most one a level.
    pub fn partials(size: u64) -> impl Iterator<Item = Self> {
        (0..8).filter_map(move |level| {
            let hashes = hashes_of_level(level, size);
            let partial = Self::holding(level, hashes.checked_sub(1)?, size)?;
            (!partial.is_full()).then_some(partial)
        })
    }
}

/// How many hashes a level has in a tree of `size` leaves: only full tiles rise.
fn hashes_of_level(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0)
}
