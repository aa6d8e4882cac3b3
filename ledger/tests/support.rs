//! Trees and keys that the tests share.

use ledger::{Hash, MemoryTiles, Signer, leaf_hash};

/// Leaf data that is different for every position.
pub(crate) fn leaf(position: u64) -> Vec<u8> {
    format!("{{\"schema\":2,\"n\":{position}}}").into_bytes()
}

/// The tree of the first `size` such leaves.
pub(crate) fn tree(size: u64) -> MemoryTiles {
    let mut tree = MemoryTiles::new();
    for position in 0..size {
        tree.push(leaf_hash(&leaf(position)));
    }
    tree
}

/// RFC 6962 §2.1 word for word: the root over leaf hashes.
pub(crate) fn plain_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => ledger::empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            ledger::node_hash(&plain_root(left), &plain_root(right))
        }
    }
}

/// A key made of one repeated byte.
pub(crate) fn signer(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name, &[seed; 32]).unwrap()
}
