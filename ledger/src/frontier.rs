//! The right edge of a growing tree: enough to append and to know the root, and nothing else.

use crate::hash::{Hash, empty_root, node_hash};

/// The roots of the complete subtrees that a tree of `size` leaves falls into, largest first:
/// one for each 1 in the binary form of the size. At most 64 hashes however large the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier from its peaks, or nothing if their number does not fit the size.
    #[must_use]
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (size.count_ones() as usize == peaks.len()).then_some(Self { size, peaks })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf. On average one node is hashed.
    pub fn push(&mut self, leaf: Hash) {
        self.push_seeing(leaf, |_, _| {});
    }

    /// Appends a leaf and shows every node that became complete with it, the leaf first:
    /// its height above the leaves and its hash.
    pub fn push_seeing(&mut self, leaf: Hash, mut seen: impl FnMut(u32, &Hash)) {
        let mut node = leaf;
        seen(0, &node);
        for height in 1..=self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
                seen(height, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The RFC 6962 root of the tree of the current size. At most 63 nodes are hashed.
    #[must_use]
    pub fn root(&self) -> Hash {
        join(&self.peaks)
    }
}

/// The root over complete subtrees, largest first (RFC 6962 §2.1: the right part is joined first).
pub(crate) fn join(peaks: &[Hash]) -> Hash {
    peaks
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(empty_root)
}
