//! Letters that only their reader can open: OpenPGP around a whole letter (RFC 3156, RFC 9580), by rPGP.

mod certificate;
mod sealing;
mod signer;
mod standing;

use std::fmt;

use zeroize::Zeroizing;

pub use certificate::Certificate;
pub(crate) use sealing::Sealed;
pub use sealing::Sealing;
pub use signer::Signer;

/// How a letter is kept from others on its way.
#[derive(Debug, Clone, Copy)]
pub enum Protection<'a> {
    /// As far as the connections are encrypted.
    None,
    /// Encrypted to its reader, and signed by us if there is a key.
    OpenPgp(Sealing<'a>),
}

/// 32 bytes that nobody can guess, drawn where randomness may be drawn.
///
/// What is used is derived from these bytes and from the letter: the same seed for another letter gives other keys.
pub struct Seed(Zeroizing<[u8; 32]>);

impl From<[u8; 32]> for Seed {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seed(…)")
    }
}

/// Why nothing can be encrypted to a certificate, or signed with a key, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not OpenPGP, or damaged.
    #[error(
        "this is not an OpenPGP certificate that can be read ({0}): export it anew, `gpg --armor --export`"
    )]
    Unreadable(String),
    /// More than one, or too large to be one.
    #[error("the file holds {0}: give it one certificate alone")]
    NotOne(&'static str),
    /// A secret key where a certificate belongs.
    #[error(
        "the file holds a SECRET key: whoever sent it should revoke it, and send its public half (`gpg --export`)"
    )]
    Secret,
    /// Without a valid word of its own owner.
    #[error("the certificate does not vouch for itself{0}: ask for a new export")]
    NotBound(&'static str),
    /// Past its date.
    #[error("the certificate expired on {0}: ask its owner to extend it, and to export it again")]
    Expired(String),
    /// Withdrawn by its owner.
    #[error("the certificate is revoked: ask its owner for the new one")]
    Revoked,
    /// Made of what can be broken.
    #[error("the certificate is too weak ({0}): ask its owner for a new key, such as Curve25519")]
    Weak(String),
    /// Of another day.
    #[error("the certificate is not valid yet: it was made on {0}; is a clock wrong?")]
    NotYet(String),
    /// For signatures only.
    #[error(
        "the certificate has no key for encryption that is in force{0}: ask its owner to add one"
    )]
    NoEncryptionKey(String),
    /// Not for signatures.
    #[error(
        "the key has no part that signs and is in force{0}: make one for signing, `gpg --quick-generate-key … ed25519 sign`"
    )]
    NoSigningKey(String),
    /// The wrong passphrase, or none.
    #[error("the signing key does not open: is its passphrase right?")]
    Locked,
    /// The library refused.
    #[error("OpenPGP refused: {0}")]
    Refused(String),
}
