//! A checkpoint together with who has signed it.

use crate::bundle::chain_error::check_number;
use crate::bundle::error::BundleError;
use crate::checkpoint::Checkpoint;
use crate::note::{Note, NoteError};
use crate::verifier::Verifier;

/// A checkpoint whose signatures were checked.
pub(crate) struct Signed {
    pub(crate) checkpoint: Checkpoint,
    /// At least one; each bears the name of the log.
    pub(crate) signers: Vec<Verifier>,
    /// Whether one of them is trusted.
    pub(crate) trusted: bool,
}

impl Signed {
    /// Checks a checkpoint against the keys that the bundle names and those that are trusted.
    /// If any are trusted, one of those must have signed.
    pub(crate) fn check(
        note: &Note,
        keys: &[Verifier],
        trusted: &[Verifier],
    ) -> Result<Self, BundleError> {
        let checkpoint: Checkpoint = note.text().parse()?;
        let size = checkpoint.size();
        check_number(keys.len())?;
        let known = [trusted, keys].concat();
        let signers = signers(note, &known, size)?;
        if let Some(stranger) = signers.iter().find(|it| it.name() != checkpoint.origin()) {
            let expected = stranger.name().to_owned();
            return Err(BundleError::OtherLog {
                size,
                found: checkpoint.origin().to_owned(),
                expected,
            });
        }
        let is_trusted = signers.iter().any(|it| trusted.contains(it));
        if !trusted.is_empty() && !is_trusted {
            return Err(BundleError::Untrusted { size, signers: labels(&signers) });
        }
        Ok(Self { checkpoint, signers, trusted: is_trusted })
    }
}

/// Who of the known keys has signed the checkpoint of this size.
pub(crate) fn signers(
    note: &Note,
    known: &[Verifier],
    size: u64,
) -> Result<Vec<Verifier>, BundleError> {
    let signers = note.verify(known);
    let signers = signers.map_err(|source: NoteError| BundleError::Signature { size, source })?;
    Ok(signers.into_iter().cloned().collect())
}

/// Names and ids for a message.
pub(crate) fn labels(keys: &[Verifier]) -> String {
    keys.iter().map(Verifier::label).collect::<Vec<_>>().join(", ")
}
