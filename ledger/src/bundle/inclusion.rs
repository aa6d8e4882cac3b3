//! One event is in the log.

use std::io;

use serde::{Deserialize, Serialize};

use crate::bundle::error::BundleError;
use crate::bundle::report::{Report, State};
use crate::bundle::signed::Signed;
use crate::bundle::{FORMAT, Kind, LARGEST_LEAF};
use crate::hash::{Hash, leaf_hash};
use crate::note::Note;
use crate::verifier::Verifier;
use crate::verify::verify_inclusion;

/// An event, its proof, and the signed checkpoint that the proof leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    portolan: Kind,
    format: u32,
    index: u64,
    leaf: String,
    proof: Vec<Hash>,
    checkpoint: Note,
    keys: Vec<Verifier>,
}

impl Inclusion {
    /// The event `leaf` at position `index`; the proof is of the size of the checkpoint. The keys
    /// are those that the log has signed with, for the reader to compare.
    #[must_use]
    pub fn new(
        index: u64,
        leaf: String,
        proof: Vec<Hash>,
        checkpoint: Note,
        keys: Vec<Verifier>,
    ) -> Self {
        let (portolan, format) = (Kind::Inclusion, FORMAT);
        Self { portolan, format, index, leaf, proof, checkpoint, keys }
    }

    /// Writes the bundle: one line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: impl io::Write) -> io::Result<()> {
        super::write::line(to, self)
    }

    pub(crate) fn check(self, trusted: &[Verifier]) -> Result<Report, BundleError> {
        let signed = Signed::check(&self.checkpoint, &self.keys, trusted)?;
        let state = State::from(&signed.checkpoint);
        let (position, bytes) = (self.index, self.leaf.len());
        if bytes > LARGEST_LEAF {
            return Err(BundleError::LeafTooLarge { position, bytes });
        }
        let leaf = leaf_hash(self.leaf.as_bytes());
        verify_inclusion(&leaf, self.index, state.size, &self.proof, &state.root)?;
        Ok(Report {
            index: Some(self.index),
            leaf: Some(self.leaf),
            events: 1,
            ..Report::of(Kind::Inclusion, signed)
        })
    }
}
