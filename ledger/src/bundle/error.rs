//! Why a bundle proves nothing: what is wrong, where, and what to do.

use crate::bundle::chain_error::ChainError;
use crate::bundle::{FORMAT, LARGEST_LEAF};
use crate::checkpoint::CheckpointError;
use crate::hash::Hash;
use crate::note::NoteError;
use crate::verify::ProofError;

/// Why a bundle is refused. Lines are counted from 1, positions of events from 0.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file cannot be read.
    #[error("cannot read the bundle")]
    Read(#[from] std::io::Error),
    /// Something else.
    #[error(
        "not a bundle: the first line does not begin with {{\"portolan\":\"…\"; decompress the \
         file first if it is compressed"
    )]
    NotABundle,
    /// A proof in the common form without the hash of what it is about.
    #[error(
        "the proof has no leaf hash in its extra data: it cannot be checked without the event; get \
         it again where you got this one"
    )]
    NoLeaf,
    /// A proof in the common form, and no key to hold it against.
    #[error("the proof names no keys: give the log's public key with --key")]
    NoKey,
    /// A kind that is not known.
    #[error("line 1: unknown kind of bundle {0:?}; a newer portolan may know it")]
    UnknownKind(String),
    /// A format that is not known.
    #[error(
        "line 1: the bundle has format {found}, this program reads format {FORMAT}; use the \
         portolan that wrote it, or a newer one"
    )]
    OtherFormat {
        /// The format of the bundle.
        found: u32,
    },
    /// Bad JSON, or a part of it that is not what it should be.
    #[error("line {line}: {source}; the bundle was altered or damaged, get it again")]
    Json {
        /// Line of the file.
        line: u64,
        /// What and in which column. Its own line number is that within the line.
        source: serde_json::Error,
    },
    /// A line that is not read to its end.
    #[error("line {line} is longer than the {limit} bytes allowed there")]
    LineTooLong {
        /// Line of the file.
        line: u64,
        /// Most bytes read.
        limit: usize,
    },
    /// The file ends without a newline.
    #[error("line {line} is cut off: the bundle is incomplete, get it again")]
    CutOff {
        /// Line of the file.
        line: u64,
    },
    /// Less events than announced.
    #[error("the bundle ends after {found} of {expected} events: it is incomplete, get it again")]
    EventsMissing {
        /// Events announced in the header.
        expected: u64,
        /// Events found.
        found: u64,
    },
    /// More lines than belong to the bundle.
    #[error("line {line}: nothing may follow here")]
    Trailing {
        /// Line of the file.
        line: u64,
    },
    /// An event that no log holds.
    #[error(
        "the event at position {position} has {bytes} bytes; a log holds at most {LARGEST_LEAF} \
         each"
    )]
    LeafTooLarge {
        /// Position in the log.
        position: u64,
        /// Length in bytes.
        bytes: usize,
    },
    /// A signed note that is wrong, or not signed by who should.
    #[error("the checkpoint of size {size}: {source}")]
    Signature {
        /// Size of the log according to the checkpoint.
        size: u64,
        /// What is wrong with the note.
        source: NoteError,
    },
    /// A signed note that is no checkpoint.
    #[error("a checkpoint of the bundle is none: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Signed, but not by a key that the reader trusts.
    #[error(
        "the checkpoint of size {size} is signed by {signers}, not by a trusted key; if the log \
         has changed its key, check an export, which proves the change, then trust the new key \
         too"
    )]
    Untrusted {
        /// Size of the log according to the checkpoint.
        size: u64,
        /// Who has signed: names and ids.
        signers: String,
    },
    /// Signed for another log.
    #[error("the checkpoint of size {size} is of the log {found:?}, not of {expected:?}")]
    OtherLog {
        /// Size of the log according to the checkpoint.
        size: u64,
        /// The origin in the checkpoint.
        found: String,
        /// The origin wanted: of the other checkpoints, or the name of the key.
        expected: String,
    },
    /// The older checkpoints are not sorted, or lie beyond the export.
    #[error(
        "line 1: checkpoint {number} has size {size}; sizes must rise and stay within {events} \
         events"
    )]
    Order {
        /// Counted from 0 within `checkpoints`.
        number: usize,
        /// Its size.
        size: u64,
        /// How many events the export has.
        events: u64,
    },
    /// A proof that does not lead to the root.
    #[error("{0}: the bundle was altered, or it was made from another log")]
    Proof(#[from] ProofError),
    /// The events are not those that were signed.
    #[error(
        "the first {size} events have root {computed}, the signed checkpoint says {claimed}: an \
         event from position {since} to {} was altered, added or removed",
        size.saturating_sub(1)
    )]
    OtherRoot {
        /// Size of the checkpoint.
        size: u64,
        /// Everything before this position agrees with a signed checkpoint.
        since: u64,
        /// Root over the events of the bundle.
        computed: Hash,
        /// Root according to the checkpoint.
        claimed: Hash,
    },
    /// The keys do not follow from each other.
    #[error("the chain of keys is broken: {0}")]
    Chain(#[from] ChainError),
    /// The visitor of an export refuses.
    #[error("line {line}: {reason}")]
    Visitor {
        /// Line of the file.
        line: u64,
        /// In the visitor's words.
        reason: String,
    },
}
