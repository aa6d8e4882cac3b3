//! Passwords of local accounts: Argon2id hashes in one file, which is read anew at each sign-in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use domain::ids::AccountId;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::{StoreError, private_folder, put_bytes};

use super::ended::{Ended, NotEnded};
use super::files;
use crate::settings::Random;

/// Shortest password, in characters.
pub(crate) const SHORTEST_PASSWORD: usize = 12;
/// Longest password, in bytes.
pub(crate) const LONGEST_PASSWORD: usize = 1024;
/// Largest file of passwords, in bytes: some ten thousand accounts.
const LARGEST_FILE: u64 = 2 << 20;
/// The format of the file.
const FORMAT: u32 = 1;
/// Most memory that a hash may ask for, in KiB; Argon2's own default is 19 MiB.
const MOST_MEMORY: u32 = 256 << 10;
/// Most passes over it that a hash may ask for.
const MOST_PASSES: u32 = 16;

/// The passwords of local accounts.
#[derive(Debug)]
pub struct Passwords {
    path: PathBuf,
    /// What an unknown account's password is compared with: the same work, and never right.
    nobody: String,
    writing: Mutex<()>,
}

/// Why a password was not set, or could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum BadPassword {
    /// It is too short or too long.
    #[error(
        "a password has {SHORTEST_PASSWORD} characters or more, and at most {LONGEST_PASSWORD} bytes"
    )]
    Length,
    /// It could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The file is not what it should be.
    #[error("{} cannot be read as passwords: {why}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was set, and who has signed in with the one before could not be signed out.
    #[error("the password is set, but sessions that began before may go on: {0}")]
    Sessions(#[from] NotEnded),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NotRandom,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    accounts: BTreeMap<AccountId, String>,
}

impl Passwords {
    /// The passwords in this folder of the service.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn open(folder: &Path, random: &Random) -> Result<Self, BadPassword> {
        let bits = random().ok_or(BadPassword::NotRandom)?;
        let nobody = hash(&bits[..], &bits[..16])?;
        let path = folder.join("passwords.json");
        let passwords = Self { path, nobody, writing: Mutex::default() };
        passwords.read()?;
        Ok(passwords)
    }

    /// Whether this is the password of this account. An account without one costs the same work.
    /// It blocks for some tens of milliseconds and takes 19 MiB.
    ///
    /// # Errors
    /// When the passwords cannot be read.
    pub fn is_right(&self, account: &str, password: &SecretString) -> Result<bool, BadPassword> {
        let kept = self.read()?;
        let account = account.parse::<AccountId>().ok();
        let known = account.and_then(|it| kept.accounts.get(&it).cloned());
        let parsed = PasswordHash::new(known.as_deref().unwrap_or(&self.nobody));
        let parsed = parsed.map_err(|error| self.bad(error))?;
        if !is_bearable(&parsed) {
            return Err(self.bad("a hash is not Argon2id, or asks for too much work"));
        }
        let password = password.expose_secret().as_bytes();
        let password = password.get(..LONGEST_PASSWORD + 1).unwrap_or(password);
        let is_right = Argon2::default().verify_password(password, &parsed).is_ok();
        Ok(is_right && known.is_some())
    }

    /// Sets the password of an account, in place of the one before.
    ///
    /// # Errors
    /// When it is no fit password, or the file cannot be written.
    pub fn set(
        &self,
        account: &AccountId,
        password: &SecretString,
        random: &Random,
    ) -> Result<(), BadPassword> {
        let text = password.expose_secret();
        if text.chars().count() < SHORTEST_PASSWORD || text.len() > LONGEST_PASSWORD {
            return Err(BadPassword::Length);
        }
        let salt = random().ok_or(BadPassword::NotRandom)?;
        let hash = hash(text.as_bytes(), &salt[..16])?;
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = self.read()?;
        kept.accounts.insert(account.clone(), hash);
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| self.bad(error))?;
        if text.len() as u64 > LARGEST_FILE {
            return Err(self.bad("it holds too many accounts"));
        }
        private_folder(self.path.parent().unwrap_or(Path::new(".")))?;
        Ok(put_bytes(&self.path, &text)?)
    }

    fn read(&self) -> Result<Kept, BadPassword> {
        let Some(text) = files::read(&self.path, LARGEST_FILE)? else {
            return Ok(Kept { format: FORMAT, accounts: BTreeMap::new() });
        };
        let kept: Kept = serde_json::from_slice(&text).map_err(|error| self.bad(error))?;
        match kept.format {
            FORMAT => Ok(kept),
            other => Err(self.bad(format!("it has format {other}, this version reads {FORMAT}"))),
        }
    }

    fn bad(&self, why: impl std::fmt::Display) -> BadPassword {
        BadPassword::File { path: self.path.clone(), why: why.to_string() }
    }
}

/// Gives an account another password, and ends its sessions: whoever knew the one before is out.
///
/// # Errors
/// When it is no fit password, or one of the files cannot be written.
pub fn change_password(
    (passwords, ended): (&Passwords, &Ended),
    account: &AccountId,
    password: &SecretString,
    (random, now): (&Random, Timestamp),
) -> Result<(), BadPassword> {
    passwords.set(account, password, random)?;
    Ok(ended.end_all(account, now)?)
}

/// The Argon2id hash of a password with this salt, as a PHC string.
fn hash(password: &[u8], salt: &[u8]) -> Result<String, BadPassword> {
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password, salt);
    Ok(hash.map_err(|error| BadPassword::Hash(error.to_string()))?.to_string())
}

/// Whether checking a password against it takes no more than a service can bear: the file may have
/// been written by others.
fn is_bearable(hash: &PasswordHash) -> bool {
    let at_most = |name: &str, most| hash.params.get_decimal(name).is_some_and(|it| it <= most);
    at_most("m", MOST_MEMORY) && at_most("t", MOST_PASSES) && at_most("p", MOST_PASSES)
}
