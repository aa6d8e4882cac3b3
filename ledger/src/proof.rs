//! Roots and proofs of any size, made from tiles.

use crate::hash::Hash;
use crate::subtree::{Span, TreeError, roots};
use crate::tile::TileSource;

/// The RFC 6962 root of the first `size` leaves.
///
/// # Errors
/// [`TreeError`] when a tile is missing or has the wrong width.
pub fn root<S: TileSource + ?Sized>(source: &S, size: u64) -> Result<Hash, TreeError<S::Error>> {
    let all = Span { begin: 0, end: size };
    roots(source, size, &[all]).map(|roots| roots[0])
}

/// The inclusion proof of leaf `index` in the tree of the first `size` leaves
/// (RFC 9162 §2.1.3.1): the siblings on the way up, the leaf's own sibling first.
///
/// # Errors
/// [`TreeError::NoSuchLeaf`] if `index` is not below `size`; otherwise what the tiles cause.
pub fn inclusion<S: TileSource + ?Sized>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    if index >= size {
        return Err(TreeError::NoSuchLeaf { index, size });
    }
    let mut siblings = Vec::new();
    let mut tree = Span { begin: 0, end: size };
    while tree.end - tree.begin > 1 {
        let (left, right) = split(tree);
        let (own, sibling) = if index < left.end { (left, right) } else { (right, left) };
        siblings.push(sibling);
        tree = own;
    }
    siblings.reverse();
    roots(source, size, &siblings)
}

/// The proof that the first `old` leaves are the beginning of the first `new` ones
/// (RFC 9162 §2.1.4.1). Empty for equal sizes and for the empty tree.
///
/// # Errors
/// [`TreeError::NotOlder`] if `old` is above `new`; otherwise what the tiles cause.
pub fn consistency<S: TileSource + ?Sized>(
    source: &S,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    if old > new {
        return Err(TreeError::NotOlder { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut spans = Vec::new();
    let mut tree = Span { begin: 0, end: new };
    while tree.end > old {
        let (left, right) = split(tree);
        let (within, other) = if old <= left.end { (left, right) } else { (right, left) };
        spans.push(other);
        tree = within;
    }
    // The old tree itself is known to the reader when it is one complete subtree.
    if tree.begin > 0 {
        spans.push(tree);
    }
    spans.reverse();
    roots(source, new, &spans)
}

/// Splits more than one leaf at the largest power of two below their number (RFC 6962 §2.1).
fn split(tree: Span) -> (Span, Span) {
    let half = 1 << (tree.end - tree.begin - 1).ilog2();
    let middle = tree.begin + half;
    (Span { end: middle, ..tree }, Span { begin: middle, ..tree })
}
