//! The growing tree: roots, tiles, and being restored.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use ledger::{Builder, Hash, TILE_WIDTH, TileId, TileSource, TileTree, TreeError, leaf_hash, root};
use proptest::prelude::*;

use crate::support::{leaf, plain_root, tree};

fn grown(size: u64) -> Builder {
    let mut builder = Builder::new();
    for position in 0..size {
        builder.push(leaf_hash(&leaf(position)));
    }
    builder
}

#[test]
fn roots_of_all_sizes_follow_the_rfc() {
    let (mut builder, mut leaves) = (Builder::new(), Vec::new());
    let all = tree(600);
    for position in 0..=600 {
        assert_eq!(builder.size(), position);
        let expected = plain_root(&leaves);
        assert_eq!(builder.root(), expected, "size {position}");
        if position <= all.size() {
            assert_eq!(root(&all, position).unwrap(), expected, "size {position} from tiles");
        }
        leaves.push(leaf_hash(&leaf(position)));
        builder.push(leaf_hash(&leaf(position)));
    }
}

#[test]
fn full_tiles_are_handed_out_once_and_in_order() {
    let size = 256 * 256 + 256 + 3;
    let mut builder = Builder::new();
    let mut full = BTreeMap::new();
    for position in 0..size {
        let tiles = builder.push(leaf_hash(&leaf(position)));
        assert!(tiles.is_sorted_by_key(|tile| tile.id.level));
        for tile in tiles {
            assert!(tile.id.is_full() && tile.hashes.len() == TILE_WIDTH);
            assert_eq!((position + 1) % (256 << (8 * tile.id.level)), 0);
            assert!(full.insert((tile.id.level, tile.id.index), tile.hashes).is_none());
        }
    }
    let all = tree(size);
    assert_eq!(full.len(), 257 + 1);
    for ((level, index), hashes) in full {
        let id = TileId { level, index, width: 256 };
        assert_eq!(all.tile(id).unwrap(), hashes);
    }
    let partial: Vec<_> = builder.partials().map(|(id, hashes)| (id, hashes.len())).collect();
    let id = |level, index, width| (TileId { level, index, width }, usize::from(width));
    assert_eq!(partial, [id(0, 257, 3), id(1, 1, 1), id(2, 0, 1)]);
}

/// The example of c2sp.org/tlog-tiles: 273 full tiles of level 0, then 112, 17 and 1 hashes.
#[test]
fn the_partial_tiles_of_70000_leaves_are_those_of_the_specification() {
    let partials: Vec<_> = TileId::partials(70_000).map(|it| it.path()).collect();
    assert_eq!(partials, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let exactly_one: Vec<_> = TileId::partials(256).map(|it| it.path()).collect();
    assert_eq!(exactly_one, ["tile/1/000.p/1"]);
    assert_eq!(TileId::holding(0, 255, 256).unwrap().path(), "tile/0/000");
    assert_eq!(TileId::holding(1, 1, 256), None);
    assert_eq!(TileId::partials(0).count(), 0);
    assert_eq!(TileId::partials(u64::MAX).count(), 8);
}

/// Serves only what a builder holds: anything else is an error.
struct OnlyPartials(Builder);

impl TileSource for OnlyPartials {
    type Error = TileId;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, TileId> {
        self.0.tile(id).map(<[Hash]>::to_vec).ok_or(id)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_restored_builder_is_the_builder(size in 0_u64..70_000, more in 0_u64..300) {
        let mut builder = grown(size);
        let mut restored = Builder::restore(&OnlyPartials(builder.clone()), size).unwrap();
        for position in size..size + more {
            let leaf = leaf_hash(&leaf(position));
            prop_assert_eq!(restored.push(leaf), builder.push(leaf));
        }
        prop_assert_eq!(restored.root(), builder.root());
        prop_assert_eq!(restored.size(), builder.size());
        prop_assert!(restored.partials().eq(builder.partials()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_partial_tiles_are_enough_for_the_root(size in 0_u64..3_000) {
        let builder = grown(size);
        let expected = builder.root();
        prop_assert_eq!(root(&OnlyPartials(builder), size).unwrap(), expected);
    }

    #[test]
    fn a_tile_tree_knows_every_complete_subtree(width in 1_usize..=256) {
        let leaves: Vec<_> = (0..width as u64).map(|it| leaf_hash(&leaf(it))).collect();
        let tree = TileTree::new(leaves.clone());
        for height in 0..=8 {
            let length = 1 << height;
            for (index, subtree) in leaves.chunks_exact(length).enumerate() {
                prop_assert_eq!(tree.subtree(height, index), Some(plain_root(subtree)));
            }
            prop_assert_eq!(tree.subtree(height, width / length), None);
        }
    }
}

/// A source whose tiles have another width than asked for.
struct Liar(usize);

impl TileSource for Liar {
    type Error = Infallible;

    fn tile(&self, _id: TileId) -> Result<Vec<Hash>, Infallible> {
        Ok(vec![leaf_hash(b""); self.0])
    }

    fn tree(&self, _id: TileId) -> Option<Arc<TileTree>> {
        Some(Arc::new(TileTree::new(vec![leaf_hash(b""); 2])))
    }
}

#[test]
fn tiles_of_the_wrong_width_are_refused() {
    for found in [0, 4, 6, 256, 300] {
        let error = root(&Liar(found), 5).unwrap_err();
        let id = TileId { level: 0, index: 0, width: 5 };
        assert_eq!(error, TreeError::WrongWidth { id, found });
        assert_eq!(Builder::restore(&Liar(found), 5).unwrap_err(), error);
    }
    assert_eq!(root(&Liar(0), 0).unwrap(), ledger::empty_root());
}
