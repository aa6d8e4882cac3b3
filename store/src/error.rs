//! What can go wrong with a store, in the user's words.

use std::path::PathBuf;

use crate::Expected;

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
    /// A stored event was written by a newer version.
    #[error(
        "event {position} {what}: use the portolan version that wrote it, or a newer one; \
         the log is as it was"
    )]
    NewerEvent {
        /// Where.
        position: u64,
        /// What is not known about it.
        what: String,
    },
    /// A file was written by a newer version.
    #[error(
        "{} has format {found}, this version reads up to {known}: \
         use the portolan version that wrote it, or a newer one", path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// The stream has moved on.
    #[error(
        "stream {stream} is at version {actual}, and it was to be {expected}: \
         read it again and decide anew"
    )]
    WrongVersion {
        /// Which stream.
        stream: String,
        /// Where the caller expected it.
        expected: Expected,
        /// The version it has.
        actual: u64,
    },
    /// The same command id came with other events.
    #[error("command {0} was recorded before with other events: it is not the same request")]
    OtherEvents(uuid::Uuid),
    /// An event has no spelling in JSON. No event known today can cause it.
    #[error("an event cannot be written as JSON: {0}: nothing was recorded")]
    Unspellable(String),
    /// The store was written before the log had segments.
    #[error(
        "the store {} was written by an early version of portolan: \
         move it aside, then: portolan --store NEW log import OLD", .0.display()
    )]
    OldStore(PathBuf),
    /// The log is shorter than was acknowledged.
    #[error(
        "the log ends after {have} events, but {promised} were recorded: its end was lost or \
         removed. Restore the segments from a backup; until then the rest can be read and exported"
    )]
    TailLost {
        /// How many there are.
        have: u64,
        /// How many were acknowledged.
        promised: u64,
    },
    /// The index is not usable.
    #[error("the log's index is not usable: {0}. It is made anew by: portolan log repair")]
    Index(String),
    /// The index could not be written behind the log.
    #[error(
        "the index behind the log could not be written: {0}. Nothing more is recorded until the \
         store is opened again; nothing that was recorded is lost"
    )]
    Behind(String),
    /// The tree is not what it should be.
    #[error("the log's Merkle tree is not what it should be: {0}")]
    Tree(String),
    /// A tile beyond the log.
    #[error("there is no tile {} in this log", .0.path())]
    NoTile(ledger::TileId),
    /// A signed statement cannot be relied on.
    #[error("the checkpoint {} cannot be relied on: {why}", path.display())]
    Checkpoint {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A key cannot be used.
    #[error("the key {} cannot be used: {why}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// Why. Never a part of a secret.
        why: String,
    },
    /// The secret key is not there.
    #[error(
        "the key to sign with is not in {}: put it back, or go on with a new one: \
         portolan log keygen", .0.display()
    )]
    NoKey(PathBuf),
    /// A statement that cannot be signed.
    #[error("the statement cannot be signed: {0}")]
    Envelope(#[from] ledger::dsse::DsseError),
    /// There is a log already where one is to be imported.
    #[error("there is a log in {} already: an import needs a store of its own", .0.display())]
    NotEmpty(PathBuf),
    /// A file to import is not what it says.
    #[error("the export cannot be imported: {0}. No event was taken over")]
    Import(String),
    /// A projection claims to have seen more than there is.
    #[error("a projection at position {position} is ahead of the log, which ends at {head}")]
    Ahead {
        /// How far the projection says it is.
        position: u64,
        /// Where the log ends.
        head: u64,
    },
    /// Only the log itself records that.
    #[error("a change of the log's key is recorded by `portolan log keygen` alone")]
    Reserved,
    /// The key was this log's before.
    #[error("this key is or was a key of this log already: make a new one")]
    KnownKey,
    /// An event is too large.
    #[error("an event of {bytes} bytes is larger than {most}: keep large facts as evidence")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// Largest allowed.
        most: usize,
    },
    /// A piece of evidence is too large.
    #[error("evidence of {bytes} bytes is larger than {most}: keep a part of it, or its digest")]
    BlobTooLarge {
        /// Its size.
        bytes: usize,
        /// Largest allowed.
        most: usize,
    },
    /// An address of evidence that is not understood.
    #[error("evidence cannot be kept at {url}: {why}")]
    BlobPlace {
        /// The address.
        url: String,
        /// Why not, or how it is written.
        why: String,
    },
    /// A blob is not there.
    #[error("evidence {0} is missing")]
    BlobMissing(domain::ids::Sha256Digest),
    /// A blob does not have the bytes its address promises.
    #[error("evidence {0} is damaged: its bytes have another digest")]
    BlobDamaged(domain::ids::Sha256Digest),
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        // sled itself shows only how an error of the system is made up.
        let system =
            if let sled::Error::Io(error) = &error { Some(error.to_string()) } else { None };
        Self::Index(system.unwrap_or_else(|| error.to_string()))
    }
}

impl StoreError {
    /// Wraps a system error with what was tried and where.
    pub(crate) fn io(what: &'static str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }
}
