//! A reader's certificate: read, and held against the day before anything is encrypted to it.

use std::fmt;
use std::io::Cursor;

use jiff::Timestamp;
use pgp::composed::{PublicOrSecret, SignedPublicKey, SignedPublicSubKey};
use pgp::types::KeyDetails as _;

use super::{Unusable, standing};

/// As large as a file with one key may be.
const FILE_BYTES: usize = 1024 * 1024;

/// The public key of somebody we write to.
#[derive(Clone)]
pub struct Certificate {
    key: SignedPublicKey,
}

impl Certificate {
    /// Reads one certificate, armored or binary.
    pub fn read(bytes: &[u8]) -> Result<Self, Unusable> {
        match one_key(bytes)? {
            PublicOrSecret::Public(key) => Ok(Self { key }),
            PublicOrSecret::Secret(_) => Err(Unusable::Secret),
        }
    }

    /// Whether a letter of this time can be encrypted to it; if not, why.
    pub fn check(&self, at: Timestamp) -> Result<(), Unusable> {
        self.encryption_key(at).map(drop)
    }

    /// Its fingerprint in hex, for people to compare.
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.key.fingerprint())
    }

    /// The newest part in force that is for encryption.
    pub(crate) fn encryption_key(&self, at: Timestamp) -> Result<&SignedPublicSubKey, Unusable> {
        standing::primary(&self.key, at)?;
        let mut why = None;
        let mut found: Option<&SignedPublicSubKey> = None;
        for part in self.key.public_subkeys.iter().filter(|it| it.key.algorithm().can_encrypt()) {
            match standing::subkey(&self.key, part, at) {
                Ok(flags) if !flags.encrypt_comms() && !flags.encrypt_storage() => {}
                Ok(_) if found.is_some_and(|it| it.key.created_at() > part.key.created_at()) => {}
                Ok(_) => found = Some(part),
                Err(reason) => why = Some(reason),
            }
        }
        found.ok_or_else(|| Unusable::NoEncryptionKey(because(why)))
    }
}

/// ` (why)`, of the last part that came close.
pub(crate) fn because(why: Option<Unusable>) -> String {
    why.map(|it| format!(" ({})", it.to_string().split(':').next().unwrap_or_default()))
        .unwrap_or_default()
}

/// The one key of a file.
pub(crate) fn one_key(bytes: &[u8]) -> Result<PublicOrSecret, Unusable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unusable::NotOne("more than a mebibyte"));
    }
    let (mut keys, _) = PublicOrSecret::from_reader_many_buf(Cursor::new(bytes))
        .map_err(|it| Unusable::Unreadable(it.to_string()))?;
    let first = keys.next().ok_or_else(|| Unusable::Unreadable("nothing in it".to_owned()))?;
    let first = first.map_err(|it| Unusable::Unreadable(it.to_string()))?;
    if keys.next().is_some() {
        return Err(Unusable::NotOne("more than one key"));
    }
    Ok(first)
}

impl fmt::Debug for Certificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Certificate(…)") // names and addresses are in it
    }
}
