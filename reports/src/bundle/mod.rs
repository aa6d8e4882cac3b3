//! One offline file of a campaign: what is shown, in every format, with what proves it.
//!
//! Made here: the files that follow from a view, their sums, and the zip around them. Whoever has
//! the log adds signatures and proofs. The same files give the same bytes.

mod contents;
mod deciding;
mod readme;
mod sums;
mod unzipped;
mod zipped;

use std::collections::BTreeMap;

pub use contents::Unmade;
pub use deciding::deciding_events;
pub use sums::SumsProblem;
pub use unzipped::{LARGEST_BUNDLE, Misshapen};

/// The report, a page.
pub const REPORT: &str = "report.html";
/// One row a cell.
pub const CELLS: &str = "cells.csv";
/// One row a step; for operators.
pub const STEPS: &str = "steps.csv";
/// The matrices, which everything else is made from.
pub const MATRIX: &str = "matrix.json";
/// For CI services.
pub const JUNIT: &str = "junit.xml";
/// The statement about the matrices: in a signed envelope, or bare.
pub const STATEMENT: &str = "results.intoto.json";
/// For compliance tools.
pub const OSCAL: &str = "oscal.json";
/// For monitoring.
pub const METRICS: &str = "metrics.txt";
/// The shape of the matrices.
pub const MATRIX_SCHEMA: &str = "schemas/matrix-1.json";
/// The shape of `portolan explain --json`.
pub const EXPLAIN_SCHEMA: &str = "schemas/explain-1.json";
/// The signed state of the log that the proofs lead to.
pub const CHECKPOINT: &str = "checkpoint";
/// The public keys that the log has signed with, one a line.
pub const KEYS: &str = "keys.txt";
/// That the campaign's first event is in the log.
pub const FIRST: &str = "proofs/first.tlog-proof";
/// That the campaign's last event is in the log.
pub const LAST: &str = "proofs/last.tlog-proof";
/// What is what.
pub const README: &str = "README.txt";
/// The digests of all files but this and the next.
pub const SUMS: &str = "SHA256SUMS";
/// The digests in a signed envelope.
pub const SIGNED_SUMS: &str = "SHA256SUMS.dsse.json";

/// The name of the proof that an event decides a cell; for operators.
#[must_use]
pub fn event_proof(position: u64) -> String {
    format!("proofs/event-{position}.json")
}

/// The position that such a name is of.
#[must_use]
pub fn proven_event(name: &str) -> Option<u64> {
    let position = name.strip_prefix("proofs/event-")?.strip_suffix(".json")?.parse().ok()?;
    (event_proof(position) == name).then_some(position)
}

/// Files by their names, in the order of those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    /// Puts a file in, or another in its place.
    pub fn put(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), bytes.into());
    }

    /// The bytes of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Every file with its name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}
