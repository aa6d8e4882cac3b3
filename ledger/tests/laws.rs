//! Laws of the ledger: published vectors, third-party implementations, and what must be refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bundles;
mod damage;
mod envelopes;
mod exports;
mod hostile;
mod notes;
mod oracles;
mod proofs;
mod rotation;
mod support;
mod tree;
mod vectors;
