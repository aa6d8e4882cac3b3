//! Any part of a tree is put together from complete subtrees, and those stand in tiles.

use std::collections::BTreeMap;

use crate::frontier::join;
use crate::hash::Hash;
use crate::tile::{TILE_HEIGHT, TileId, TileSource};
use crate::tile_tree::subtree_of;

/// Why a root or a proof cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E> {
    /// There is no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}: the first is 0, the last is size - 1")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("a tree of {old} leaves is no older state of a tree of {new} leaves")]
    NotOlder {
        /// Size of the tree called old.
        old: u64,
        /// Size of the tree called new.
        new: u64,
    },
    /// The source gave a tile of another width.
    #[error("tile {} has {found} hashes instead of {}", .id.path(), .id.width)]
    WrongWidth {
        /// The tile asked for.
        id: TileId,
        /// How many hashes came.
        found: usize,
    },
    /// The source gave none.
    #[error(transparent)]
    Source(E),
}

/// A complete subtree: the leaves `index * 2^height` to `(index + 1) * 2^height - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Subtree {
    height: u32,
    index: u64,
}

/// Some leaves in a row, from `begin` to before `end`. In a proof `begin` is always a multiple of
/// the largest power of two in the length (RFC 6962 §2.1 splits only there).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

impl Span {
    /// The complete subtrees that the span falls into, largest first.
    fn subtrees(self) -> impl Iterator<Item = Subtree> {
        let mut begin = self.begin;
        std::iter::from_fn(move || {
            let height = (self.end - begin).checked_ilog2()?;
            let subtree = Subtree { height, index: begin >> height };
            begin += 1 << height;
            Some(subtree)
        })
    }
}

impl Subtree {
    /// The level of tiles it stands in and the position of its first hash there.
    fn place(self) -> (u8, u64) {
        let level = (self.height / TILE_HEIGHT) as u8; // at most 63 / 8
        (level, self.index << (self.height % TILE_HEIGHT))
    }

    /// Its height within its tile, and which of the subtrees of that height.
    fn within_tile(self) -> (u32, usize) {
        let height = self.height % TILE_HEIGHT;
        let in_tile = self.index & ((1 << (TILE_HEIGHT - height)) - 1);
        (height, in_tile as usize) // less than 256
    }
}

/// The root over each span of a tree of `size` leaves. Each tile is read once.
pub(crate) fn roots<S: TileSource + ?Sized>(
    source: &S,
    size: u64,
    spans: &[Span],
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    let mut wanted: BTreeMap<TileId, Vec<Subtree>> = BTreeMap::new();
    for subtree in spans.iter().flat_map(|span| span.subtrees()) {
        let (level, position) = subtree.place();
        let missing = TreeError::NoSuchLeaf { index: subtree.index << subtree.height, size };
        let id = TileId::holding(level, position, size).ok_or(missing)?;
        wanted.entry(id).or_default().push(subtree);
    }
    let mut known = BTreeMap::new();
    for (id, subtrees) in wanted {
        read(source, id, &subtrees, &mut known)?;
    }
    let hashes = |span: &Span| span.subtrees().filter_map(|it| known.get(&it).copied()).collect();
    Ok(spans.iter().map(hashes).map(|peaks: Vec<Hash>| join(&peaks)).collect())
}

/// Reads one tile and adds the roots of the wanted subtrees to those known.
fn read<S: TileSource + ?Sized>(
    source: &S,
    id: TileId,
    wanted: &[Subtree],
    known: &mut BTreeMap<Subtree, Hash>,
) -> Result<(), TreeError<S::Error>> {
    let kept = source.tree(id).filter(|tree| tree.width() >= id.width.into());
    let hashes = match &kept {
        Some(_) => Vec::new(),
        None => source.tile(id).map_err(TreeError::Source)?,
    };
    let found = kept.as_ref().map_or(hashes.len(), |_| id.width.into());
    check_width(id, found)?;
    for subtree in wanted {
        let (height, index) = subtree.within_tile();
        let root = match &kept {
            Some(tree) => tree.subtree(height, index),
            None => subtree_of(&hashes, height, index),
        };
        known.insert(*subtree, root.ok_or(TreeError::WrongWidth { id, found })?);
    }
    Ok(())
}

pub(crate) fn check_width<E>(id: TileId, found: usize) -> Result<(), TreeError<E>> {
    if found == usize::from(id.width) { Ok(()) } else { Err(TreeError::WrongWidth { id, found }) }
}
