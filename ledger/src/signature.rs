//! One signature line of a note.

use std::fmt;

use base64ct::{Base64, Encoding as _};

use crate::key::{check_name, hex};
use crate::signer::Signer;
use crate::verifier::Verifier;

/// A signature line begins with an em dash (U+2014) and a space.
pub(crate) const DASH: &str = "— ";

/// Who claims to have signed, and the bytes that shall prove it. The algorithm is unknown unless
/// the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    key_id: [u8; 4],
    bytes: Vec<u8>,
}

impl Signature {
    /// Signs a text.
    pub(crate) fn of(text: &str, signer: &Signer) -> Self {
        let verifier = signer.verifier();
        let bytes = signer.signature(text.as_bytes()).to_vec();
        Self { name: verifier.name().to_owned(), key_id: verifier.key_id(), bytes }
    }

    /// Reads `NAME base64(key id || signature)`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.split_once(' ')?;
        check_name(name).ok()?;
        let decoded = Base64::decode_vec(base64).ok()?;
        let (key_id, bytes) = decoded.split_first_chunk()?;
        let signature = Self { name: name.to_owned(), key_id: *key_id, bytes: bytes.to_vec() };
        (!bytes.is_empty()).then_some(signature)
    }

    /// The name of the key that claims to have signed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that claims to have signed.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// The signature without the key id.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the line names this key, by name and id. It does not prove anything.
    #[must_use]
    pub fn claims(&self, key: &Verifier) -> bool {
        self.name == key.name() && self.key_id == key.key_id()
    }

    /// Name and id, as messages name a key: `NAME+ID`.
    #[must_use]
    pub fn signer(&self) -> String {
        format!("{}+{}", self.name, hex(self.key_id))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = [&self.key_id[..], &self.bytes].concat();
        write!(f, "{DASH}{} {}", self.name, Base64::encode_string(&signed))
    }
}
