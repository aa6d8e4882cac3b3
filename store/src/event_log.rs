//! What every log can do: the boundary above which nobody knows where events are kept.

use domain::event::{Event, Recorded};
use jiff::Timestamp;
use ledger::{Hash, Note, TileId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::StoreError;

/// An append-only log of events.
///
/// Positions and stream versions have no gaps; a decision is recorded whole or not at all; an
/// acknowledged event is never lost, changed or removed. Calls block: callers that must not block
/// make them on a thread of their own.
pub trait EventLog: std::fmt::Debug + Send + Sync {
    /// Appends decisions, each whole or not at all, and waits until all are safe on disk.
    ///
    /// The answers are in the order of the decisions. A command that was recorded in the same
    /// stream before is answered with what was recorded then.
    ///
    /// # Errors
    /// [`StoreError::WrongVersion`] when the stream is not where the decision expects it,
    /// [`StoreError::OtherEvents`] when the command was recorded with other events; neither touches
    /// the other decisions. When the disk did not take a write, the log is broken: it refuses
    /// everything until it is opened again.
    fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Vec<Recorded>, StoreError>>;

    /// Appends one decision; see [`EventLog::append_all`].
    ///
    /// # Errors
    /// As there.
    fn append(&self, append: Append) -> Result<Vec<Recorded>, StoreError> {
        self.append_all(vec![append]).pop().unwrap_or(Err(StoreError::Broken))
    }

    /// What a command caused in a stream, if it was recorded.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn recorded_for(
        &self,
        stream: &str,
        command: Uuid,
    ) -> Result<Option<Vec<Recorded>>, StoreError>;

    /// Events from a position on, in order, up to the head as it is when the reading begins; or
    /// backward from that position to the first. What cannot be read is one error; reading ends
    /// there.
    fn read(&self, from: u64, direction: Direction) -> Events<'_>;

    /// The events of one stream from a version on, as [`EventLog::read`].
    fn read_stream(&self, stream: &str, from: u64, direction: Direction) -> Events<'_>;

    /// How many events are safe; the position the next one gets.
    fn head(&self) -> u64;

    /// Tells when the head moves. A slow listener never holds up an append: it sees the newest
    /// head and reads what it missed.
    fn tail(&self) -> watch::Receiver<u64>;

    /// The stored bytes of the events from a position on, up to the head: the leaves of the tree.
    fn leaves(&self, from: u64) -> Leaves<'_>;

    /// The hashes of a tile of the Merkle tree (C2SP tlog-tiles).
    ///
    /// # Errors
    /// When the tile does not lie below the head, or cannot be read.
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError>;

    /// Signs the tree over everything recorded so far, and keeps that.
    ///
    /// # Errors
    /// When there is no key to sign with, or the disk does not take it.
    fn checkpoint(&self) -> Result<Note, StoreError>;

    /// Every checkpoint that was kept, smallest tree first.
    ///
    /// # Errors
    /// When one cannot be read.
    fn checkpoints(&self) -> Result<Vec<Note>, StoreError>;

    /// How far a projection is, if it has ever been saved.
    ///
    /// # Errors
    /// When it cannot be read.
    fn progress(&self, projection: &str) -> Result<Option<Progress>, StoreError>;

    /// Saves how far a projection is. It may be lost: then the projection begins anew.
    ///
    /// # Errors
    /// [`StoreError::Ahead`] when it is ahead of the log; or the disk does not take it.
    fn save_progress(&self, projection: &str, progress: Progress) -> Result<(), StoreError>;
}

/// Events on their way to a reader.
pub type Events<'a> = Box<dyn Iterator<Item = Result<Recorded, StoreError>> + Send + 'a>;

/// Stored bytes on their way to a reader, with their positions.
pub type Leaves<'a> = Box<dyn Iterator<Item = Result<(u64, Vec<u8>), StoreError>> + Send + 'a>;

/// What to append: the events of one decision, together or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    /// The stream they belong to.
    pub stream: String,
    /// Where that stream must be.
    pub expected: Expected,
    /// The command that caused them.
    pub command: Uuid,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub events: Vec<Event>,
}

/// The stream of what concerns the log itself; only the log appends to it.
pub const LOG_STREAM: &str = "log";

impl Append {
    /// Refuses what only the log itself may record.
    pub(crate) fn check_reserved(&self) -> Result<(), StoreError> {
        let change = |event: &Event| matches!(event, Event::KeyChanged(_));
        let reserved = self.stream == LOG_STREAM || self.events.iter().any(change);
        if reserved { Err(StoreError::Reserved) } else { Ok(()) }
    }
}

/// Where a stream must be for a decision to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anywhere.
    Any,
    /// It must not exist.
    NoStream,
    /// It must exist.
    Exists,
    /// It must have exactly this many events.
    Exact(u64),
}

impl Expected {
    /// Whether a stream of so many events is where it must be.
    #[must_use]
    pub fn holds(self, actual: u64) -> bool {
        match self {
            Expected::Any => true,
            Expected::NoStream => actual == 0,
            Expected::Exists => actual > 0,
            Expected::Exact(version) => actual == version,
        }
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expected::Any => f.write_str("at any version"),
            Expected::NoStream => f.write_str("not there"),
            Expected::Exists => f.write_str("there"),
            Expected::Exact(version) => write!(f, "at version {version}"),
        }
    }
}

/// Which way to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From old to new.
    Forward,
    /// From new to old.
    Backward,
}

/// How far a projection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many events it has seen: the position it goes on from.
    pub position: u64,
    /// Its state then, as it wrote it; at most [`LARGEST_STATE`] bytes.
    pub state: Vec<u8>,
}

/// Largest state of a projection that is saved, in bytes.
pub const LARGEST_STATE: usize = 60 * 1024;

/// Largest stored event, in bytes.
pub use ledger::bundle::LARGEST_LEAF;
