//! An older state of the log is the beginning of a newer one.

use std::io;

use serde::{Deserialize, Serialize};

use crate::bundle::error::BundleError;
use crate::bundle::report::{Report, State};
use crate::bundle::signed::Signed;
use crate::bundle::{FORMAT, Kind};
use crate::hash::Hash;
use crate::note::Note;
use crate::verifier::Verifier;
use crate::verify::verify_consistency;

/// Two signed checkpoints and the proof that nothing before the older one was altered since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    portolan: Kind,
    format: u32,
    old: Note,
    new: Note,
    proof: Vec<Hash>,
    keys: Vec<Verifier>,
}

impl Consistency {
    /// The proof is between the sizes of the checkpoints. The keys are those that the log has
    /// signed with, for the reader to compare.
    #[must_use]
    pub fn new(old: Note, new: Note, proof: Vec<Hash>, keys: Vec<Verifier>) -> Self {
        Self { portolan: Kind::Consistency, format: FORMAT, old, new, proof, keys }
    }

    /// Writes the bundle: one line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: impl io::Write) -> io::Result<()> {
        super::write::line(to, self)
    }

    pub(crate) fn check(self, trusted: &[Verifier]) -> Result<Report, BundleError> {
        let old = Signed::check(&self.old, &self.keys, trusted)?;
        let new = Signed::check(&self.new, &self.keys, trusted)?;
        let (older, state) = (State::from(&old.checkpoint), State::from(&new.checkpoint));
        let (found, expected) = (old.checkpoint.origin(), new.checkpoint.origin());
        if found != expected {
            let (found, expected) = (found.to_owned(), expected.to_owned());
            return Err(BundleError::OtherLog { size: older.size, found, expected });
        }
        verify_consistency(older.size, &older.root, state.size, &state.root, &self.proof)?;
        let mut report = Report::of(Kind::Consistency, new);
        let more = old.signers.into_iter().filter(|it| !report.signers.contains(it));
        report.signers.extend(more.collect::<Vec<_>>());
        Ok(Report { older: Some(older), checkpoints: 2, ..report })
    }
}
