//! Our own key, by which a reader knows that a letter is ours.

use std::fmt;

use jiff::Timestamp;
use pgp::composed::{PublicOrSecret, SignedPublicKey, SignedSecretKey};
use pgp::types::{KeyDetails, Password, PublicParams, SigningKey};
use secrecy::{ExposeSecret as _, SecretString};

use super::certificate::{because, one_key};
use super::{Unusable, standing};

/// A secret key and the passphrase that opens it.
#[derive(Clone)]
pub struct Signer {
    key: SignedSecretKey,
    public: SignedPublicKey,
    passphrase: SecretString,
}

impl Signer {
    /// Reads one secret key, armored or binary. RSA is refused: its secret half must not be used with a library that
    /// takes longer for some numbers than for others (RUSTSEC-2023-0071).
    pub fn read(bytes: &[u8], passphrase: Option<SecretString>) -> Result<Self, Unusable> {
        let key = match one_key(bytes)? {
            PublicOrSecret::Secret(key) => key,
            PublicOrSecret::Public(_) => {
                return Err(Unusable::NoSigningKey(" (it is public)".to_owned()));
            }
        };
        let public = key.to_public_key();
        Ok(Self { key, public, passphrase: passphrase.unwrap_or_default() })
    }

    /// Whether a letter of this time can be signed with it; if not, why.
    pub fn check(&self, at: Timestamp) -> Result<(), Unusable> {
        let (_, opened) = self.signing_key(at)?;
        if opened { Ok(()) } else { Err(Unusable::Locked) }
    }

    /// Its fingerprint in hex.
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.public.fingerprint())
    }

    /// The part that signs, and whether the passphrase opens it.
    pub(crate) fn signing_key(&self, at: Timestamp) -> Result<(&dyn SigningKey, bool), Unusable> {
        let flags = standing::primary(&self.public, at)?;
        let password = self.password();
        let mut why = None;
        for secret in &self.key.secret_subkeys {
            match standing::subkey(&self.public, &secret.signed_public_key(), at) {
                Ok(flags) if flags.sign() && is_taken(&secret.key) => {
                    return Ok((&secret.key, secret.key.unlock(&password, |_, _| Ok(())).is_ok()));
                }
                Ok(_) => {}
                Err(reason) => why = Some(reason),
            }
        }
        if flags.sign() && is_taken(&self.key.primary_key) {
            let opened = self.key.primary_key.unlock(&password, |_, _| Ok(())).is_ok();
            return Ok((&self.key.primary_key, opened));
        }
        Err(Unusable::NoSigningKey(because(why)))
    }

    pub(crate) fn password(&self) -> Password {
        Password::from(self.passphrase.expose_secret())
    }
}

/// Kinds of keys whose signatures take the same time whatever the key.
fn is_taken(key: &impl KeyDetails) -> bool {
    let params = key.public_params();
    matches!(
        params,
        PublicParams::EdDSALegacy(_) | PublicParams::Ed25519(_) | PublicParams::ECDSA(_)
    )
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Signer(…)")
    }
}
