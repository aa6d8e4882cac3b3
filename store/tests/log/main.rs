//! What every log promises, and what the one on disk promises beyond that.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to panic")]

mod conformance;
mod disk;
mod early;
mod export;
mod fixture;
mod hostile;
mod keys;
mod snapshot;
mod verify;
