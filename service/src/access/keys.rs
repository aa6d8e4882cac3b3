//! The key of the service: made at the first start, kept in one file, and never used itself, but to
//! derive one key for each purpose.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use actix_web::cookie::Key;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;
use store::{StoreError, private_folder, put_bytes};

use crate::settings::Random;

/// The keys that the service works with.
pub struct Keys {
    cookies: Key,
    links: SecretBox<[u8; 32]>,
}

/// Why the service has no key.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is there, and it is not a key.
    #[error(
        "{} is not the key of a service: it has {found} bytes instead of 32. Remove it, and a new \
         one is made: everybody signs in again, and links to vendors have to be given anew",
        path.display()
    )]
    Size {
        /// Which file.
        path: PathBuf,
        /// How many bytes it has.
        found: usize,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NotRandom,
}

impl Keys {
    /// The keys of the service that keeps its own in this folder; made when there are none.
    ///
    /// # Errors
    /// When the key cannot be read, or a new one cannot be kept.
    pub fn open(folder: &Path, random: &Random) -> Result<Self, NoKey> {
        let path = folder.join("session.key");
        let master = match fs::read(&path) {
            Ok(bytes) => {
                let found = bytes.len();
                <[u8; 32]>::try_from(bytes).map_err(|_| NoKey::Size { path, found })?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let master = random().ok_or(NoKey::NotRandom)?;
                private_folder(folder)?;
                put_bytes(&path, &master)?;
                master
            }
            Err(source) => {
                return Err(StoreError::Io { what: "cannot read", path, source }.into());
            }
        };
        Ok(Self::of(&master))
    }

    fn of(master: &[u8; 32]) -> Self {
        let mut cookies = [0; 64];
        cookies[..32].copy_from_slice(&mac(master, &[b"portolan cookies, signing"]));
        cookies[32..].copy_from_slice(&mac(master, &[b"portolan cookies, encryption"]));
        let links = mac(master, &[b"portolan links to vendors"]);
        Self { cookies: Key::from(&cookies), links: SecretBox::new(Box::new(links)) }
    }

    /// What cookies are encrypted with.
    pub(crate) fn cookies(&self) -> Key {
        self.cookies.clone()
    }

    /// The signature of a link over these words.
    pub(crate) fn sign_link(&self, words: &[&[u8]]) -> [u8; 32] {
        mac(self.links.expose_secret(), words)
    }
}

/// HMAC-SHA256 over words, each behind its length, so that no two lists of words are the same bytes.
fn mac(key: &[u8; 32], words: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    for word in words {
        mac.update(&(word.len() as u64).to_be_bytes());
        mac.update(word);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}
