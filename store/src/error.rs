//! What can go wrong with a store, in the user's words.

use std::path::PathBuf;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process owns it.
    #[error(
        "the store {} is in use by process {owner}: wait for it to end, or stop it, \
         or name another store with --store", path.display()
    )]
    InUse {
        /// Which store.
        path: PathBuf,
        /// The owner's process id, or `unknown`.
        owner: String,
    },
    /// There is no store there.
    #[error(
        "there is no store at {}: run `portolan run` first, or name another with --store",
        .0.display()
    )]
    Missing(PathBuf),
    /// A file could not be read or written.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// sled said no.
    #[error("the log's storage engine failed: {0}")]
    Engine(#[from] sled::Error),
    /// An earlier append did not reach the disk.
    #[error(
        "the disk did not take an earlier event: nothing more is recorded. Free space or mend the disk, then start again"
    )]
    Broken,
    /// A stored event cannot be read.
    #[error("event {position} cannot be read: {why}")]
    Damaged {
        /// Where.
        position: u64,
        /// Why.
        why: String,
    },
    /// The store was written by a newer version.
    #[error(
        "the store's format is {found}, this version reads up to {known}: \
         use the portolan version that wrote it, or a newer one"
    )]
    Newer {
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// The stream has moved on.
    #[error(
        "stream {stream} is at version {actual}, not {expected}: read it again and decide anew"
    )]
    WrongVersion {
        /// Which stream.
        stream: String,
        /// The version the caller decided on.
        expected: u64,
        /// The version it has.
        actual: u64,
    },
    /// The same command id came with other events.
    #[error("command {0} was recorded before with other events: it is not the same request")]
    OtherEvents(uuid::Uuid),
    /// An event is too large.
    #[error("an event of {bytes} bytes is larger than {most}: keep large facts as evidence")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// Largest allowed.
        most: usize,
    },
    /// A blob is not there.
    #[error("evidence {0} is missing")]
    BlobMissing(domain::ids::Sha256Digest),
    /// A blob does not have the bytes its address promises.
    #[error("evidence {0} is damaged: its bytes have another digest")]
    BlobDamaged(domain::ids::Sha256Digest),
}

impl StoreError {
    /// Wraps a system error with what was tried and where.
    pub(crate) fn io(what: &'static str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }
}
