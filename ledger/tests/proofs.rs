//! Proofs: right ones pass, altered ones do not.

use ledger::{
    Hash, ProofError, TreeError, consistency, empty_root, inclusion, leaf_hash, node_hash, root,
    verify_consistency, verify_inclusion,
};
use proptest::prelude::*;

use crate::support::{leaf, tree};

/// Every way to alter a proof: a bit of each hash, hashes left out, doubled, swapped and added.
fn altered(proof: &[Hash], extra: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for position in 0..proof.len() {
        for bit in [0, 100, 255] {
            let mut bytes = proof[position].to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut flipped = proof.to_vec();
            flipped[position] = bytes.into();
            all.push(flipped);
        }
        let (before, after) = (&proof[..position], &proof[position..]);
        all.push([before, &after[1..]].concat());
        all.push([before, &after[..1], after].concat());
        if position > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(position - 1, position);
            all.push(swapped);
        }
    }
    for hash in extra {
        all.push([std::slice::from_ref(hash), proof].concat());
        all.push([proof, std::slice::from_ref(hash)].concat());
    }
    all.retain(|it| it != proof);
    all
}

#[test]
fn all_proofs_of_small_trees_pass() {
    let tree = tree(130);
    let roots: Vec<_> = (0..=130).map(|size| root(&tree, size).unwrap()).collect();
    for size in 1..=130 {
        for index in 0..size {
            let proof = inclusion(&tree, index, size).unwrap();
            let leaf = leaf_hash(&leaf(index));
            verify_inclusion(&leaf, index, size, &proof, &roots[size as usize]).unwrap();
        }
        for old in 0..=size {
            let proof = consistency(&tree, old, size).unwrap();
            let (old_root, new_root) = (&roots[old as usize], &roots[size as usize]);
            verify_consistency(old, old_root, size, new_root, &proof).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_altered_inclusion_proof_is_refused(size in 1_u64..2_000, at in any::<u64>()) {
        let (index, tree) = (at % size, tree(size));
        let (leaf, top) = (leaf_hash(&leaf(index)), tree.root());
        let proof = inclusion(&tree, index, size).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &top), Ok(()));
        for altered in altered(&proof, &[leaf, top, empty_root()]) {
            prop_assert!(verify_inclusion(&leaf, index, size, &altered, &top).is_err());
        }
        for other in [index + 1, index ^ 1, index ^ 2, index.wrapping_sub(1), size, at] {
            let result = verify_inclusion(&leaf, other, size, &proof, &top);
            prop_assert!(other == index || result.is_err(), "index {}", other);
        }
        prop_assert!(verify_inclusion(&top, index, size, &proof, &top).is_err() || size == 1);
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &empty_root()).is_err());
        let node = node_hash(&leaf, &leaf);
        prop_assert!(verify_inclusion(&node, index, size, &proof, &top).is_err());
    }

    #[test]
    fn an_altered_consistency_proof_is_refused(size in 2_u64..2_000, at in any::<u64>()) {
        let (old, tree) = (at % (size - 1) + 1, tree(size));
        let (old_root, top) = (root(&tree, old).unwrap(), tree.root());
        let proof = consistency(&tree, old, size).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, size, &top, &proof), Ok(()));
        for altered in altered(&proof, &[old_root, top, empty_root()]) {
            prop_assert!(verify_consistency(old, &old_root, size, &top, &altered).is_err());
        }
        let mut altered = old_root.to_bytes();
        altered[usize::try_from(at % 32).unwrap()] ^= 1;
        prop_assert!(verify_consistency(old, &altered.into(), size, &top, &proof).is_err());
        prop_assert!(verify_consistency(old, &top, size, &old_root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, size, &old_root, &proof).is_err());
        prop_assert!(verify_consistency(size, &old_root, old, &top, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, size, &top, &[]).is_err());
        prop_assert!(verify_consistency(0, &old_root, size, &top, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, old, &top, &proof).is_err());
    }

    /// Whatever comes in: an answer, no panic.
    #[test]
    fn arbitrary_proofs_do_not_panic(
        index in any::<u64>(),
        size in any::<u64>(),
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from), 0..80),
    ) {
        let leaf = leaf_hash(b"");
        let _ = verify_inclusion(&leaf, index, size, &proof, &leaf);
        let _ = verify_consistency(index, &leaf, size, &leaf, &proof);
        let _ = verify_consistency(u64::MAX, &leaf, u64::MAX, &leaf, &proof);
    }
}

/// On which side each sibling of an inclusion proof stands, from the root down.
fn inclusion_shape(index: u64, size: u64) -> Option<Vec<char>> {
    match size {
        _ if index >= size => None,
        1 => Some(vec![]),
        _ => {
            let half = size.next_power_of_two() / 2;
            let right = index >= half;
            let (index, size) = if right { (index - half, size - half) } else { (index, half) };
            let mut shape = inclusion_shape(index, size)?;
            shape.insert(0, if right { '<' } else { '>' });
            Some(shape)
        }
    }
}

/// The same for a consistency proof, with `=` or `+` for where it starts: at the old root itself,
/// or at a hash of its own.
fn consistency_shape(old: u64, new: u64, whole: bool) -> Vec<char> {
    if old == new {
        return vec![if whole { '=' } else { '+' }];
    }
    let half = new.next_power_of_two() / 2;
    let (side, mut shape) = if old <= half {
        ('>', consistency_shape(old, half, whole))
    } else {
        ('<', consistency_shape(old - half, new - half, false))
    };
    shape.insert(0, side);
    shape
}

/// A proof does not pin down positions and sizes beyond its shape; the signature does that for the
/// size. Every claim of another shape is refused.
#[test]
fn claims_of_another_shape_are_refused() {
    let tree = tree(13);
    for (index, size) in (1..=13).flat_map(|size| (0..size).map(move |index| (index, size))) {
        let (leaf, top) = (leaf_hash(&leaf(index)), root(&tree, size).unwrap());
        let proof = inclusion(&tree, index, size).unwrap();
        for (other_index, other_size) in (0..27).flat_map(|it| (0..27).map(move |size| (it, size)))
        {
            let result = verify_inclusion(&leaf, other_index, other_size, &proof, &top);
            let shape = inclusion_shape(other_index, other_size);
            assert_eq!(result.is_ok(), shape == inclusion_shape(index, size), "{result:?}");
        }
    }
}

#[test]
fn claims_of_another_consistency_are_refused() {
    let tree = tree(13);
    for (old, new) in (1..=13).flat_map(|new| (1..=new).map(move |old| (old, new))) {
        let (old_root, new_root) = (root(&tree, old).unwrap(), root(&tree, new).unwrap());
        let proof = consistency(&tree, old, new).unwrap();
        for (other_old, other_new) in (1..27).flat_map(|new| (1..=new).map(move |old| (old, new))) {
            let result = verify_consistency(other_old, &old_root, other_new, &new_root, &proof);
            let same =
                consistency_shape(other_old, other_new, true) == consistency_shape(old, new, true);
            assert_eq!(result.is_ok(), same, "{old} {new} as {other_old} {other_new}: {result:?}");
        }
    }
}

#[test]
fn what_cannot_be_proved_is_an_error() {
    let tree = tree(5);
    assert_eq!(inclusion(&tree, 5, 5), Err(TreeError::NoSuchLeaf { index: 5, size: 5 }));
    assert_eq!(inclusion(&tree, 0, 0), Err(TreeError::NoSuchLeaf { index: 0, size: 0 }));
    assert_eq!(consistency(&tree, 3, 2), Err(TreeError::NotOlder { old: 3, new: 2 }));
    // Sizes that the source does not have: its tiles are too narrow, however large the number.
    for size in [6, 300, 1 << 40, u64::MAX] {
        assert!(matches!(root(&tree, size), Err(TreeError::WrongWidth { .. })));
        assert!(matches!(inclusion(&tree, 1, size), Err(TreeError::WrongWidth { .. })));
    }
}

#[test]
fn the_empty_tree_is_the_beginning_of_every_tree_and_shows_nothing() {
    let tree = tree(3);
    let (empty, top) = (empty_root(), tree.root());
    assert_eq!(verify_consistency(0, &empty, 3, &top, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty, 0, &empty, &[]), Ok(()));
    assert!(verify_consistency(0, &top, 3, &top, &[]).is_err());
    let too_long = ProofError::WrongLength { found: 1 };
    assert_eq!(verify_consistency(0, &empty, 3, &top, &[top]), Err(too_long.clone()));
    assert_eq!(verify_consistency(3, &top, 3, &top, &[top]), Err(too_long));
}
