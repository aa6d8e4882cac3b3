//! Where notifications wait: a file in mbox form, or a Maildir.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use mail_parser::mailbox::mbox::MessageIterator;

use super::{Bounce, NOTIFICATION_BYTES, NotABounce, read};

/// As much of a mailbox as is read at once.
const MBOX_BYTES: u64 = 256 * 1024 * 1024;

/// What a message in a mailbox is.
#[derive(Debug)]
pub struct Found {
    /// Which one: a file of a Maildir, or the number of a message in an mbox, from 1.
    pub place: String,
    /// What it says, or why it says nothing about our letters.
    pub bounce: Result<Bounce, NotABounce>,
}

/// Why a mailbox cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Not there, not readable, or not in that form.
    #[error("cannot read {path}: {error}")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It would fill the memory.
    #[error("{0} is larger than {MBOX_BYTES} bytes: move old messages out of it")]
    TooLarge(PathBuf),
}

fn unread(path: &Path) -> impl Fn(io::Error) -> Unread {
    move |error| Unread::File { path: path.to_owned(), error }
}

/// Every message of a file in mbox form, in its order.
pub fn mbox(path: &Path) -> Result<Vec<Found>, Unread> {
    let file = File::open(path).map_err(unread(path))?;
    if file.metadata().map_err(unread(path))?.len() > MBOX_BYTES {
        return Err(Unread::TooLarge(path.to_owned()));
    }
    messages(BufReader::new(file.take(MBOX_BYTES))).map_err(unread(path))
}

/// Every message in mbox form, in its order.
pub fn messages(reader: impl BufRead) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for (index, message) in MessageIterator::new(reader).enumerate() {
        found.push(Found {
            place: format!("message {}", index + 1),
            bounce: read(message?.contents()),
        });
    }
    Ok(found)
}

/// Every message of a Maildir, new ones and old ones, in the order of their names. Nothing is moved or marked.
pub fn maildir(path: &Path) -> Result<Vec<Found>, Unread> {
    let mut files = Vec::new();
    for folder in ["new", "cur"].map(|it| path.join(it)) {
        for entry in std::fs::read_dir(&folder).map_err(unread(&folder))? {
            let entry = entry.map_err(unread(&folder))?;
            // Links are left alone: whoever delivers mail must not choose what is read.
            if entry.file_type().map_err(unread(&folder))?.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    files.into_iter().filter_map(|it| one(&it).transpose()).collect()
}

/// One file of a Maildir; none, if another program has moved it since.
fn one(path: &Path) -> Result<Option<Found>, Unread> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(unread(path))?,
    };
    let mut bytes = Vec::new();
    file.take(NOTIFICATION_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unread(path))?;
    let place = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(Found { place, bounce: read(&bytes) }))
}
