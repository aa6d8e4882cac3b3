//! What was checked, in plain fields.

use serde::Serialize;

use crate::bundle::Kind;
use crate::bundle::signed::Signed;
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::verifier::Verifier;

/// What a bundle has proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the bundle is.
    pub kind: Kind,
    /// Name of the log.
    pub origin: String,
    /// Whether a trusted key vouches for all of it. If not, it is only consistent in itself:
    /// compare `signers` with the keys that the operator of the log has published.
    pub trusted: bool,
    /// The keys that have signed the checkpoint, as texts to compare.
    pub signers: Vec<Verifier>,
    /// State of the log that the bundle speaks of.
    pub state: State,
    /// Consistency: the older state that is its beginning.
    pub older: Option<State>,
    /// Inclusion: position of the event.
    pub index: Option<u64>,
    /// Inclusion: the event.
    pub leaf: Option<String>,
    /// How many events were read and hashed.
    pub events: u64,
    /// How many signed checkpoints were found right.
    pub checkpoints: u64,
    /// Export: how often the log has changed its key.
    pub key_changes: u64,
    /// Export: positions of the key changes that the key before has not signed, as when it was
    /// lost. Keys before the last of them prove nothing about what follows.
    pub unproven_key_changes: Vec<u64>,
    /// Export: how many pieces of evidence were handed on. The tree does not cover them but for
    /// the digests within events.
    pub evidence: u64,
}

/// Size and root of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct State {
    /// How many events.
    pub size: u64,
    /// RFC 6962 root over them; base64 in JSON, as in the checkpoint.
    pub root: Hash,
}

impl From<&Checkpoint> for State {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self { size: checkpoint.size(), root: checkpoint.root() }
    }
}

impl Report {
    /// What a signed checkpoint says; the rest is filled in by who knows more.
    pub(crate) fn of(kind: Kind, signed: Signed) -> Self {
        Self {
            kind,
            origin: signed.checkpoint.origin().to_owned(),
            trusted: signed.trusted,
            state: State::from(&signed.checkpoint),
            signers: signed.signers,
            older: None,
            index: None,
            leaf: None,
            events: 0,
            checkpoints: 1,
            key_changes: 0,
            unproven_key_changes: Vec::new(),
            evidence: 0,
        }
    }
}
