//! 256 random bits that somebody shows to prove who they are.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::ids::Sha256Digest;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};

use crate::settings::Random;

/// How many letters it has in base64url.
const LETTERS: usize = 43;

/// 256 random bits. It is shown as `BASE64URL(32 bytes)` once, to whoever is to keep it; here only its
/// digest is kept.
#[derive(Debug)]
pub struct Secret(SecretBox<[u8; 32]>);

impl Secret {
    /// A new one; none when the system gives no random numbers.
    #[must_use]
    pub fn new(random: &Random) -> Option<Self> {
        random().map(|bits| Self(SecretBox::new(Box::new(bits))))
    }

    /// Out of the letters in which it was shown; none when they are not such letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = [0; 32];
        if text.len() != LETTERS {
            return None;
        }
        Base64UrlUnpadded::decode(text, &mut bits).ok()?;
        Some(Self(SecretBox::new(Box::new(bits))))
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(self.0.expose_secret())
    }

    /// Its letters, for whoever is to keep it.
    #[must_use]
    pub fn letters(&self) -> SecretString {
        Base64UrlUnpadded::encode_string(self.0.expose_secret()).into()
    }
}

impl From<[u8; 32]> for Secret {
    fn from(bits: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bits)))
    }
}
