//! Sessions that are over before their time: their owners signed out, or got another password. They
//! stand in one file, so that a service that starts again knows of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{AccountId, Sha256Digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{StoreError, private_folder, put_bytes};

use super::files;
use super::sessions::LONGEST;

/// Most sessions that are remembered; each stands for a person who signed out today.
const MOST: usize = 100_000;
/// Largest file that is read, in bytes: more than so many sessions take.
const LARGEST_FILE: u64 = 32 << 20;
/// The format of the file.
const FORMAT: u32 = 1;

/// Sessions that are over before their time.
#[derive(Debug)]
pub struct Ended {
    path: PathBuf,
    kept: Mutex<Kept>,
}

/// Why it is not known which sessions are over.
#[derive(Debug, thiserror::Error)]
pub enum NotEnded {
    /// The file is not what it should be.
    #[error(
        "{} cannot be read as sessions that have ended: {why}. Remove it together with session.key: \
         everybody signs in again",
        path.display()
    )]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    /// Each until it would have ended anyway.
    sessions: BTreeMap<Sha256Digest, Timestamp>,
    /// Of each account, all that began before.
    accounts: BTreeMap<AccountId, Timestamp>,
}

impl Ended {
    /// Those in this folder of the service.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn open(folder: &Path) -> Result<Self, NotEnded> {
        let path = folder.join("sessions.json");
        let kept = Mutex::new(read(&path)?);
        Ok(Self { path, kept })
    }

    /// Ends a session whose cookie may still be shown. It blocks until that is safe on disk, and is
    /// in force even when it cannot be written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn end(&self, session: Sha256Digest, now: Timestamp) -> Result<(), NotEnded> {
        let mut kept = self.kept();
        kept.forget(now);
        if kept.sessions.len() >= MOST {
            kept.sessions.pop_first();
        }
        let until = now.checked_add(LONGEST).unwrap_or(Timestamp::MAX);
        kept.sessions.insert(session, until);
        self.write(&kept)
    }

    /// Ends every session of an account that began before. It blocks until that is safe on disk.
    ///
    /// # Errors
    /// As [`Ended::end`].
    pub fn end_all(&self, account: &AccountId, now: Timestamp) -> Result<(), NotEnded> {
        let mut kept = self.kept();
        kept.forget(now);
        kept.accounts.insert(account.clone(), now);
        self.write(&kept)
    }

    /// Whether this session was ended: its name, whose it is, and when it began.
    pub(crate) fn has(&self, name: Sha256Digest, account: &AccountId, began: Timestamp) -> bool {
        let kept = self.kept();
        let is_void = kept.accounts.get(account).is_some_and(|end| began < *end);
        is_void || kept.sessions.contains_key(&name)
    }

    /// How many sessions are remembered by name.
    pub(crate) fn count(&self) -> usize {
        self.kept().sessions.len()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, kept: &Kept) -> Result<(), NotEnded> {
        let text = serde_json::to_vec(kept).map_err(|error| bad(&self.path, error))?;
        private_folder(self.path.parent().unwrap_or(Path::new(".")))?;
        Ok(put_bytes(&self.path, &text)?)
    }
}

impl Kept {
    /// Forgets what has ended by itself.
    fn forget(&mut self, now: Timestamp) {
        self.sessions.retain(|_, until| *until > now);
        self.accounts.retain(|_, end| now.duration_since(*end) < LONGEST);
    }
}

fn read(path: &Path) -> Result<Kept, NotEnded> {
    let Some(text) = files::read(path, LARGEST_FILE)? else {
        let (sessions, accounts) = (BTreeMap::new(), BTreeMap::new());
        return Ok(Kept { format: FORMAT, sessions, accounts });
    };
    let kept: Kept = serde_json::from_slice(&text).map_err(|error| bad(path, error))?;
    match kept.format {
        FORMAT => Ok(kept),
        other => Err(bad(path, format!("it has format {other}, this version reads {FORMAT}"))),
    }
}

fn bad(path: &Path, why: impl std::fmt::Display) -> NotEnded {
    NotEnded::File { path: path.to_owned(), why: why.to_string() }
}
