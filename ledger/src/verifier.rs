//! The public half of a key.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::key::{ED25519, KeyError, check_name, hex, key_id, parts};

/// The public half of a key: checks signatures. Its text form is
/// `NAME+ID+base64(0x01 || public key)`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Verifier {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
}

impl Verifier {
    pub(crate) fn new(name: &str, key: VerifyingKey) -> Result<Self, KeyError> {
        check_name(name)?;
        if key.is_weak() {
            return Err(KeyError::Point);
        }
        let key_id = key_id(name, key.as_bytes());
        Ok(Self { name: name.to_owned(), key_id, key })
    }

    /// Who signs; for a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of `SHA-256(name || "\n" || 0x01 || public key)`.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// Name and id, as messages name a key: `NAME+ID`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}+{}", self.name, hex(self.key_id))
    }

    /// Whether these 64 bytes are this key's signature of the message.
    #[must_use]
    pub fn verifies(&self, message: impl AsRef<[u8]>, signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|it| self.key.verify_strict(message.as_ref(), &it).is_ok())
    }
}

impl FromStr for Verifier {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let parts = parts(text, KeyError::Public)?;
        let key = VerifyingKey::from_bytes(&parts.bytes).map_err(|_| KeyError::Point)?;
        let verifier = Self::new(parts.name, key)?;
        if hex(verifier.key_id) == parts.id { Ok(verifier) } else { Err(KeyError::Id) }
    }
}

impl TryFrom<String> for Verifier {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<Verifier> for String {
    fn from(verifier: Verifier) -> Self {
        verifier.to_string()
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [ED25519; 33];
        bytes[1..].copy_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex(self.key_id), Base64::encode_string(&bytes))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({self})")
    }
}
