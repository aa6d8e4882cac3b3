//! Second opinions: ct-merkle, tlog_tiles and signed_note agree, and each side accepts the other.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use ledger::{
    Checkpoint, Hash, MemoryTiles, Note, Signer, TileId, TileSource, Verifier, consistency,
    inclusion, leaf_hash, root, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use sha2_for_ct_merkle::Sha256;
use tlog_tiles::tlog;

use crate::support::{leaf, signer, tree};

type CtTree = MemoryBackedTree<Sha256, Vec<u8>>;

fn ct_tree(size: u64) -> CtTree {
    let mut tree = CtTree::new();
    (0..size).for_each(|position| tree.push(leaf(position)));
    tree
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.to_bytes()).collect()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(32).map(|it| Hash::from(<[u8; 32]>::try_from(it).unwrap())).collect()
}

fn ours(proof: &[tlog::Hash]) -> Vec<Hash> {
    proof.iter().map(|hash| Hash::from(hash.0)).collect()
}

fn theirs(proof: &[Hash]) -> Vec<tlog::Hash> {
    proof.iter().map(|hash| tlog::Hash(hash.to_bytes())).collect()
}

/// Serves our tiles to tlog_tiles, which proves each against the root before it uses it.
struct Server<'a>(&'a MemoryTiles);

impl tlog_tiles::TileReader for Server<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile: &tlog_tiles::Tile| {
            let (level, index) = (tile.level(), tile.level_index());
            let id = TileId { level, index, width: u16::try_from(tile.width()).unwrap() };
            // Theirs names the height of a tile too: tile/8/0/001.
            assert_eq!(tile.path().replacen("/8", "", 1), id.path());
            bytes(&self.0.tile(id).unwrap())
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _tiles: &[tlog_tiles::Tile], _data: &[Vec<u8>]) {}
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ct_merkle_agrees(size in 1_u64..2_000, at in any::<u64>(), old in any::<u64>()) {
        let (index, old) = (at % size, old % size + 1);
        let (tree, other) = (tree(size), ct_tree(size));
        let other_root = other.root();
        let tree_root = root(&tree, size).unwrap();
        prop_assert_eq!(tree_root.as_ref(), other_root.as_bytes().as_slice());

        let proof = inclusion(&tree, index, size).unwrap();
        let other_proof = other.prove_inclusion(usize::try_from(index).unwrap());
        prop_assert_eq!(bytes(&proof), other_proof.as_bytes());
        let accepted = InclusionProof::<Sha256>::from_bytes(bytes(&proof));
        prop_assert!(other_root.verify_inclusion(&leaf(index), index, &accepted).is_ok());
        let proof = hashes(other_proof.as_bytes());
        prop_assert!(
            verify_inclusion(&leaf_hash(&leaf(index)), index, size, &proof, &tree_root).is_ok()
        );

        let proof = consistency(&tree, old, size).unwrap();
        let other_proof = other.prove_consistency(usize::try_from(size - old).unwrap());
        prop_assert_eq!(bytes(&proof), other_proof.as_bytes());
        let other_old_root = ct_tree(old).root();
        let accepted = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
        prop_assert!(other_root.verify_consistency(&other_old_root, &accepted).is_ok());
        let old_root = root(&tree, old).unwrap();
        let proof = hashes(other_proof.as_bytes());
        prop_assert!(verify_consistency(old, &old_root, size, &tree_root, &proof).is_ok());
    }

    #[test]
    fn tlog_tiles_agrees(size in 1_u64..2_000, at in any::<u64>(), old in any::<u64>()) {
        let (index, old) = (at % size, old % size + 1);
        let mut stored: Vec<tlog::Hash> = Vec::new();
        for position in 0..size {
            let (leaf, before) = (leaf(position), Stored(&stored));
            let more = tlog::stored_hashes(position, &leaf, &before).unwrap();
            stored.extend(more);
        }
        let stored = Stored(&stored);
        let (tree, tree_root) = (tree(size), root(&tree(size), size).unwrap());
        let their_root = tlog::Hash(tree_root.to_bytes());
        prop_assert_eq!(tlog::tree_hash(size, &stored).unwrap(), their_root);

        let proof = inclusion(&tree, index, size).unwrap();
        let their_proof = tlog::prove_record(size, index, &stored).unwrap();
        prop_assert_eq!(&proof, &ours(&their_proof));
        let record = tlog::record_hash(&leaf(index));
        tlog::check_record(&theirs(&proof), size, their_root, index, record).unwrap();

        let proof = consistency(&tree, old, size).unwrap();
        let their_proof = tlog::prove_tree(size, old, &stored).unwrap();
        prop_assert_eq!(&proof, &ours(&their_proof));
        let old_root = tlog::tree_hash(old, &stored).unwrap();
        tlog::check_tree(&theirs(&proof), size, their_root, old, old_root).unwrap();

        let server = Server(&tree);
        let reader = tlog_tiles::TileHashReader::new(size, their_root, &server);
        prop_assert_eq!(tlog::tree_hash(old, &reader).unwrap(), old_root);
        let proof_from_tiles = tlog::prove_record(size, index, &reader).unwrap();
        prop_assert_eq!(ours(&proof_from_tiles), inclusion(&tree, index, size).unwrap());
    }

    #[test]
    fn signed_note_agrees(
        seed in any::<u8>(),
        name in "[a-zA-Zäß0-9./-]{1,40}",
        text in "[ -~\nßø]{0,99}",
    ) {
        let text = text + "\n";
        let signer = signer(&name, seed);
        let secret = signed_note::StandardSigner::new(&signer.encode()).unwrap();
        let public = signed_note::StandardVerifier::new(&signer.verifier().to_string()).unwrap();
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&secret]).unwrap();
        let ours = Note::sign(text, &[&signer]).unwrap();
        prop_assert_eq!(ours.to_string().into_bytes(), theirs.to_bytes());

        let known = signed_note::VerifierList::new(vec![Box::new(public)]);
        let read = signed_note::Note::from_bytes(ours.to_string().as_bytes()).unwrap();
        prop_assert_eq!(read.verify(&known).unwrap().0.len(), 1);
        let read = Note::try_from(&*theirs.to_bytes()).unwrap();
        let known = [signer.verifier().clone()];
        prop_assert_eq!(read.verify(&known).unwrap(), [signer.verifier()]);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn signed_note_parses_what_we_parse(
        note in "([ab\n]{0,6}\n)?\n?(— [a+ ]{1,2} ([AQgw]{4}){0,3}([AQgw]{2}==)?\n){0,3}",
    ) {
        let read: Result<Note, _> = note.parse();
        let theirs = signed_note::Note::from_bytes(note.as_bytes());
        prop_assert_eq!(read.is_ok(), theirs.is_ok(), "{:?} {:?}", read, theirs);
    }

    #[test]
    fn tlog_tiles_parses_what_we_parse(
        origin in "(a|b c|é|)\n?",
        size in "(0|7|07|-7|18446744073709551615|18446744073709551616|)\n",
        root in "(A{43}=|A{42}B=|A{44}|)\n",
        more in "((x|y z|)\n){0,2}\n?",
    ) {
        let text = [origin, size, root, more].concat();
        let read: Result<Checkpoint, _> = text.parse();
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes());
        prop_assert_eq!(read.is_ok(), theirs.is_ok(), "{:?} {:?}", read, theirs);
        if let (Ok(read), Ok(theirs)) = (read, theirs) {
            prop_assert_eq!(read.origin(), theirs.origin());
            prop_assert_eq!(read.size(), theirs.size());
            prop_assert_eq!(read.root().to_bytes(), theirs.hash().0);
            prop_assert_eq!(read.to_string().into_bytes(), theirs.to_bytes());
        }
    }
}

/// Keys that signed_note has made are ours too.
#[test]
fn keys_made_elsewhere_are_read() {
    let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let ours = Signer::parse(secret).unwrap();
    let theirs = signed_note::StandardSigner::new(secret).unwrap();
    let id = u32::from_be_bytes(ours.verifier().key_id());
    assert_eq!(signed_note::Signer::key_id(&theirs), id);
    assert_eq!(ours.verifier().to_string().parse::<Verifier>(), Ok(ours.verifier().clone()));
}

/// The hashes as tlog_tiles stores them.
struct Stored<'a>(&'a [tlog::Hash]);

impl tlog::HashReader for Stored<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes.iter().map(|&index| self.0[usize::try_from(index).unwrap()]).collect())
    }
}
