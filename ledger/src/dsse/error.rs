//! Why an envelope proves nothing, or cannot be made.

use super::{LARGEST_ENVELOPE, MOST_ENVELOPE_SIGNATURES};

/// Why bytes are no envelope, cannot become one, or are not signed by who should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DsseError {
    /// Too long to be looked at.
    #[error("the envelope has {0} bytes; at most {LARGEST_ENVELOPE} are read")]
    TooLong(usize),
    /// No JSON, or not with the fields of an envelope.
    #[error("not a DSSE envelope: {0}")]
    Json(String),
    /// A part that is not base64.
    #[error("the {0} of the envelope is not base64: it was altered or damaged")]
    Base64(&'static str),
    /// The payload does not say what it is.
    #[error("the envelope does not say of which type its payload is")]
    PayloadType,
    /// The payload to be signed ends like a signed note does.
    #[error("a payload to be signed must not end in a newline, as signed notes do")]
    Newline,
    /// No signature.
    #[error("the envelope has no signature")]
    Unsigned,
    /// More signatures than are looked at.
    #[error("the envelope has more than {MOST_ENVELOPE_SIGNATURES} signatures")]
    TooManySignatures,
    /// It names a known key, whose signature is not there.
    #[error("the signature of {0} does not fit the payload: the envelope was altered")]
    BadSignature(String),
    /// Nobody known has signed.
    #[error("the envelope is signed by {signed}, by none of the keys accepted here: {accepted}")]
    Stranger {
        /// What the signatures call their keys.
        signed: String,
        /// The names and ids of the keys that would do.
        accepted: String,
    },
}
