//! What the statement in a bundle says, as far as it is held against the other files.

use serde::Deserialize;

/// The part of an in-toto test result that is looked at.
#[derive(Deserialize)]
pub(super) struct Statement {
    subject: Vec<Resource>,
    predicate: Predicate,
}

#[derive(Deserialize)]
struct Predicate {
    result: String,
    configuration: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    digest: Digest,
    annotations: Option<Annotations>,
}

#[derive(Deserialize)]
struct Digest {
    sha256: String,
}

/// What is said about the campaign.
#[derive(Deserialize)]
pub(super) struct Annotations {
    pub(super) campaign: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) first_position: Option<u64>,
    pub(super) last_position: Option<u64>,
}

impl Statement {
    /// The digest of the one subject, hexadecimal.
    pub(super) fn subject(&self) -> Option<&str> {
        match self.subject.as_slice() {
            [only] => Some(&only.digest.sha256),
            _ => None,
        }
    }

    /// `PASSED`, `WARNED` or `FAILED`.
    pub(super) fn result(&self) -> &str {
        &self.predicate.result
    }

    /// What is said about the campaign.
    pub(super) fn campaign(&self) -> Option<&Annotations> {
        let mut told = self.predicate.configuration.iter().filter_map(|it| it.annotations.as_ref());
        told.find(|it| it.first_position.is_some())
    }
}
