//! The mathematics of a log that nobody has to take on faith. No file, no clock, no other room.
//!
//! Read in this order: hashes, the growing tree, its tiles, proofs and their verification, keys,
//! signed notes, checkpoints, the bundles that an outsider checks, and last the envelopes around
//! statements that are made from a log.

mod frontier;
mod hash;

mod builder;
mod entries;
mod memory;
mod tile;
mod tile_path;
mod tile_tree;

mod proof;
mod subtree;
mod verify;

mod key;
mod signer;
mod verifier;

mod checkpoint;
mod note;
mod signature;
mod tlog_proof;

pub mod bundle;

pub mod dsse;

pub use builder::Builder;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use entries::{EntriesError, append_entry, parse_entries};
pub use frontier::Frontier;
pub use hash::{HASH_BYTES, Hash, InvalidHash, empty_root, leaf_hash, node_hash};
pub use key::{KeyError, LONGEST_NAME};
pub use memory::MemoryTiles;
pub use note::{LONGEST_NOTE, MOST_SIGNATURES, Note, NoteError};
pub use proof::{consistency, inclusion, root};
pub use signature::Signature;
pub use signer::Signer;
pub use subtree::TreeError;
pub use tile::{TILE_WIDTH, Tile, TileId, TileSource};
pub use tile_path::{EntriesId, InvalidPath};
pub use tile_tree::TileTree;
pub use tlog_proof::{InvalidTlogProof, TlogProof};
pub use verifier::Verifier;
pub use verify::{LONGEST_PROOF, ProofError, verify_consistency, verify_inclusion};
