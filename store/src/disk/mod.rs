//! The log on disk.
//!
//! Segments are the log: append-only files of checksummed records, synced before an append is
//! acknowledged. The signed head says how far the log is known to reach. sled is the index behind
//! them: it follows from the segments and may be deleted at any time.

mod appending;
mod block;
mod checkpoints;
mod chunk;
mod commit;
mod early;
mod event_log;
mod export;
mod finding;
mod guard;
mod import;
mod index;
mod indexer;
mod keys;
mod layout;
mod log;
mod open_segment;
mod opening;
mod proofs;
mod proving;
mod reader;
mod record;
mod rotation;
mod sealed_segment;
mod sealing;
mod segment_table;
mod segments;
mod settings;
mod shared;
mod snapshot;
mod stat;
mod stream_reader;
mod streams;
mod tiles;
mod tree;
mod verify;
mod writer;

pub use early::import_early;
pub use export::Exported;
pub use import::import;
pub use log::DiskLog;
pub use proving::Proven;
pub use settings::{Mended, NewKey, Settings};
pub use snapshot::Snapshot;
pub use stat::{Space, Stat, space};
pub use tiles::Published;
pub use verify::{Findings, MOST_PROBLEMS, Part, Problem, Scope};
