//! The log: an append-only store of events in sled, and evidence blobs beside it.
//!
//! Nothing here knows what an event means, and nothing here can change or remove one.

mod blobs;
mod error;
mod frame;
mod log;
mod owner;

pub use error::StoreError;
pub use log::{Append, Log};
