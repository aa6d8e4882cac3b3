//! Private letters to vendors, what the public is told beside them, and digests for teams.
//!
//! Read in this order: the guard (what the public is not told), excerpts of proofs.

pub mod guard;

pub mod excerpt;
