//! The secret half of a key.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use crate::key::{ED25519, KeyError, hex, parts};
use crate::verifier::Verifier;

/// Every secret key begins so, to be found by scanners and by the eye.
const SECRET: &str = "PRIVATE+KEY+";

/// The secret half of a key: signs. Wiped from memory when dropped, never shown by `Debug`.
pub struct Signer {
    key: SigningKey,
    verifier: Verifier,
}

impl Signer {
    /// The key of this name and of 32 random bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// Reads what [`Signer::encode`] writes, without surrounding white space.
    ///
    /// # Errors
    /// [`KeyError`], which never repeats the text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix(SECRET).ok_or(KeyError::Secret)?;
        let parts = parts(text, KeyError::Secret)?;
        let signer = Self::from_seed(parts.name, &parts.bytes)?;
        if hex(signer.verifier.key_id()) == parts.id { Ok(signer) } else { Err(KeyError::Id) }
    }

    /// THE SECRET KEY as text, for a file that only its owner can read. Wiped when dropped.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([ED25519; 33]);
        bytes[1..].copy_from_slice(self.key.as_bytes());
        let mut buffer = Zeroizing::new([0; 44]);
        let seed = Base64::encode(&*bytes, &mut *buffer).unwrap_or_default();
        // Sized beforehand: growing would leave a copy behind.
        let length = SECRET.len() + self.verifier.name().len() + 10 + seed.len();
        let mut text = Zeroizing::new(String::with_capacity(length));
        let id = hex(self.verifier.key_id());
        for part in [SECRET, self.verifier.name(), "+", &id, "+", seed] {
            text.push_str(part);
        }
        text
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The 64 bytes of the signature of a message.
    pub(crate) fn signature(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer(secret of {})", self.verifier)
    }
}
