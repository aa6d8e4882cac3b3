//! The log through the front door: a small store, the same each time, and what a person sees of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../bench.rs"]
mod bench;
#[path = "../called.rs"]
mod called;
mod checkpoints;
mod exports;
mod fixture;
mod hostile;
mod keys;
mod looking;
mod proofs;
mod tiles;
mod verifying;
mod whole_life;
