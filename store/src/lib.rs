//! The log: an append-only store of events, verifiable by an outsider, and evidence blobs beside it.
//!
//! Nothing here knows what an event means, and nothing here can change or remove one.

mod blobs;
mod disk;
mod error;
mod event_log;
mod files;
mod memory;
mod owner;
pub mod schema;
mod skippable;

pub use blobs::Blobs;
pub use disk::{
    DiskLog, Exported, Findings, MOST_PROBLEMS, Mended, NewKey, Part, Problem, Proven, Published,
    Scope, Settings, Snapshot, Space, Stat, import, import_early, space,
};
pub use error::StoreError;
pub use event_log::{
    Append, Direction, EventLog, Events, Expected, LARGEST_LEAF, LARGEST_STATE, LOG_STREAM, Leaves,
    Progress,
};
pub use files::{private_folder, put_bytes};
pub use memory::MemoryLog;
