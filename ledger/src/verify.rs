//! Verification of proofs, word for word after RFC 9162 §2.1.3.2 and §2.1.4.2. It shares nothing
//! with the making of proofs but the hash.

use crate::hash::{Hash, empty_root, node_hash};

/// Longest proof looked at. A tree of 64-bit size needs no more.
pub const LONGEST_PROOF: usize = 64;

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf lies outside the tree.
    #[error("a tree of {size} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// Position of the leaf.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The tree called old is the larger one.
    #[error("a tree of {old} leaves is no older state of a tree of {new} leaves")]
    NotOlder {
        /// Size of the tree called old.
        old: u64,
        /// Size of the tree called new.
        new: u64,
    },
    /// The number of hashes does not fit the sizes.
    #[error("the proof has {found} hashes, which does not fit the size of the tree")]
    WrongLength {
        /// How many hashes the proof has.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {computed}, the checkpoint says {claimed}")]
    OtherRoot {
        /// What the leaf and the proof hash to.
        computed: Hash,
        /// What the checkpoint says.
        claimed: Hash,
    },
}

/// Checks that the leaf with this hash is at `index` of the tree with this size and root.
///
/// # Errors
/// [`ProofError`]: the proof proves nothing.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut computed = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength { found: proof.len() });
        }
        if node & 1 == 1 || node == last {
            computed = node_hash(sibling, &computed);
            climb_to_right_child(&mut node, &mut last);
        } else {
            computed = node_hash(&computed, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::WrongLength { found: proof.len() });
    }
    same(computed, root)
}

/// Checks that the tree of size `old` is the beginning of the tree of size `new`.
///
/// The empty tree is the beginning of every tree; that proof is empty and shows nothing.
///
/// # Errors
/// [`ProofError`]: the proof proves nothing.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::NotOlder { old, new });
    }
    let needs_none = old == 0 || old == new;
    if needs_none != proof.is_empty() || proof.len() > LONGEST_PROOF {
        return Err(ProofError::WrongLength { found: proof.len() });
    }
    if old == new {
        return same(*old_root, new_root);
    }
    if old == 0 {
        return same(empty_root(), old_root);
    }
    let (old_computed, new_computed) = climb_both(old, new, old_root, proof)?;
    same(old_computed, old_root)?;
    same(new_computed, new_root)
}

/// The old and the new root that the proof leads to, for `0 < old < new` and a proof not empty.
fn climb_both(
    old: u64,
    new: u64,
    old_root: &Hash,
    proof: &[Hash],
) -> Result<(Hash, Hash), ProofError> {
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    let (start, rest) = match proof.split_first() {
        // A complete old tree is its own first hash; the proof leaves it out.
        _ if old.is_power_of_two() => (old_root, proof),
        Some(split) => split,
        None => return Err(wrong_length),
    };
    let (mut node, mut last) = (old - 1, new - 1);
    let complete = node.trailing_ones();
    (node, last) = (node >> complete, last >> complete);
    let (mut old_computed, mut new_computed) = (*start, *start);
    for sibling in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            old_computed = node_hash(sibling, &old_computed);
            new_computed = node_hash(sibling, &new_computed);
            climb_to_right_child(&mut node, &mut last);
        } else {
            new_computed = node_hash(&new_computed, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 { Ok((old_computed, new_computed)) } else { Err(wrong_length) }
}

/// The last node of a level that has no sibling rises unchanged until it is a right child.
fn climb_to_right_child(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        (*node, *last) = (*node >> 1, *last >> 1);
    }
}

fn same(computed: Hash, claimed: &Hash) -> Result<(), ProofError> {
    if computed == *claimed {
        Ok(())
    } else {
        Err(ProofError::OtherRoot { computed, claimed: *claimed })
    }
}
