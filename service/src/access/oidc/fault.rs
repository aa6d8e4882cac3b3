//! Why nobody can sign in at another's door, or somebody could not.

/// Why nobody can sign in there, or somebody could not.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The address of the door is not right.
    #[error("{0}: an issuer is an https:// address, or an http:// one on this machine")]
    Issuer(String),
    /// No calls can be made.
    #[error("cannot make calls: {0}")]
    Caller(String),
    /// The door does not answer as it should.
    #[error("{issuer} does not answer as it should: {why}")]
    Down {
        /// Which.
        issuer: String,
        /// Why.
        why: String,
    },
    /// What it says about somebody is not to be believed.
    #[error("what {issuer} says cannot be believed: {why}")]
    NotBelieved {
        /// Who says it.
        issuer: String,
        /// Why.
        why: String,
    },
}

/// An error and its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        words = format!("{words}: {it}");
        cause = it.source();
    }
    words
}
