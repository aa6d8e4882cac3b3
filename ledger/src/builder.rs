//! The tree while it grows: hands out full tiles, keeps the partial ones.

use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::subtree::{TreeError, check_width};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TileId, TileSource};
use crate::tile_tree::subtree_of;

/// An RFC 6962 tree that leaves are appended to. It holds the right edge only: at most 255 hashes
/// for each level of tiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Builder {
    frontier: Frontier,
    /// The partial tile of each level, from level 0 up; each shorter than a full tile.
    partials: Vec<Vec<Hash>>,
}

impl Builder {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of the first `size` leaves, from its partial tiles alone.
    ///
    /// # Errors
    /// [`TreeError`] when a partial tile is missing or has the wrong width.
    pub fn restore<S: TileSource + ?Sized>(
        source: &S,
        size: u64,
    ) -> Result<Self, TreeError<S::Error>> {
        let mut partials = vec![Vec::new(); levels(size)];
        for id in TileId::partials(size) {
            let hashes = source.tile(id).map_err(TreeError::Source)?;
            check_width(id, hashes.len())?;
            partials[usize::from(id.level)] = hashes;
        }
        let peaks = partials.iter().rev().flat_map(|partial| peaks_of(partial)).collect();
        Ok(Self { frontier: Frontier::from_peaks(size, peaks).unwrap_or_default(), partials })
    }

    /// Appends a leaf by its hash. Returns the tiles that became full with it, lowest level first:
    /// none, but for every 256th leaf. On average one node is hashed.
    pub fn push(&mut self, leaf: Hash) -> Vec<Tile> {
        let Self { frontier, partials } = self;
        let position = frontier.size();
        let mut full = Vec::new();
        frontier.push_seeing(leaf, |height, node| {
            if height % TILE_HEIGHT == 0 {
                let level = (height / TILE_HEIGHT) as u8; // at most 63 / 8
                full.extend(
                    add(partials, level, *node).map(|hashes| full_tile(level, position, hashes)),
                );
            }
        });
        full
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The RFC 6962 root. At most 63 nodes are hashed.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The hashes of the partial tile of a level: 0 to 255 of them.
    #[must_use]
    pub fn partial(&self, level: u8) -> &[Hash] {
        self.partials.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// All partial tiles that are not empty, lowest level first.
    pub fn partials(&self) -> impl Iterator<Item = (TileId, &[Hash])> {
        TileId::partials(self.size()).map(|id| (id, self.partial(id.level)))
    }

    /// The tile, if the builder holds all its hashes: they are in the partial tile of its level.
    #[must_use]
    pub fn tile(&self, id: TileId) -> Option<&[Hash]> {
        let held = TileId::partials(self.size()).find(|held| held.level == id.level)?;
        (held.index == id.index).then(|| self.partial(id.level).get(..id.width.into()))?
    }
}

/// Adds a hash to the partial tile of a level; takes the tile out when that fills it.
fn add(partials: &mut Vec<Vec<Hash>>, level: u8, hash: Hash) -> Option<Vec<Hash>> {
    let level = usize::from(level);
    if partials.len() <= level {
        partials.resize_with(level + 1, Vec::new);
    }
    let partial = &mut partials[level];
    if partial.is_empty() {
        partial.reserve_exact(TILE_WIDTH);
    }
    partial.push(hash);
    (partial.len() == TILE_WIDTH).then(|| std::mem::take(partial))
}

/// The tile of `level` that the leaf at `position` has filled.
fn full_tile(level: u8, position: u64, hashes: Vec<Hash>) -> Tile {
    let leaves_log2 = TILE_HEIGHT * (u32::from(level) + 1);
    let index = position.checked_shr(leaves_log2).unwrap_or(0);
    Tile { id: TileId { level, index, width: TILE_WIDTH as u16 }, hashes }
}

/// How many levels of tiles a tree of `size` leaves has.
fn levels(size: u64) -> usize {
    size.checked_ilog2().map_or(0, |log2| (log2 / TILE_HEIGHT) as usize + 1)
}

/// The roots of the complete subtrees that a partial tile falls into, largest first.
fn peaks_of(partial: &[Hash]) -> Vec<Hash> {
    let heights = (0..TILE_HEIGHT).rev().filter(|height| partial.len() >> height & 1 == 1);
    // The subtrees before one of height h are all larger: their hashes are a multiple of 2^(h+1).
    heights
        .filter_map(|height| subtree_of(partial, height, (partial.len() >> height) - 1))
        .collect()
}
