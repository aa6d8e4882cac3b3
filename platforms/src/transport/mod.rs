//! How a driver's calls reach a platform: by processes, into a transcript, or out of one.

mod call;
mod faults;
mod process;
mod recording;
mod replay;
mod secrets;
mod sparing;
mod transcript;

pub use call::{Answer, Arg, Call, EnvPiece, MOST_OUTPUT, MOST_PRINTED};
pub use faults::{Faulty, Trouble};
pub use process::Processes;
pub use recording::Recording;
pub use replay::Replay;
pub use secrets::{SHORTEST_SECRET, SecretFault, Secrets};
pub use sparing::{MOST_ALL, MOST_EACH, Sparing};
pub use transcript::{Entry, MOST_TRANSCRIPT, Origin, Transcript, TranscriptFault};

use std::time::Duration;

pub use crate::clock::Pending;

/// Runs calls. What a call costs, and whether anything is really run, is the transport's own business.
pub trait Transport: Send + Sync {
    /// Runs one call to its end, or until its time is over. Dropping the future ends what it started.
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>>;
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The program is not there, or may not be run.
    #[error("`{program}` could not be started: {why}. Is it installed?")]
    NotStarted {
        /// Its name.
        program: String,
        /// What the system says.
        why: String,
    },
    /// It took too long and was ended.
    #[error("`{program}` did not end within {limit:?} and was stopped")]
    TimedOut {
        /// Its name.
        program: String,
        /// How long it had.
        limit: Duration,
    },
    /// It printed on and on and was ended.
    #[error("`{program}` printed more than {} MiB and was stopped", MOST_PRINTED >> 20)]
    Endless {
        /// Its name.
        program: String,
    },
    /// It could not be waited for.
    #[error("`{program}` was lost: {why}")]
    Lost {
        /// Its name.
        program: String,
        /// What the system says.
        why: String,
    },
    /// A secret is not there.
    #[error("the secret `{0}` was not given")]
    NoSecret(String),
    /// A transcript has no answer to this.
    #[error("{0}")]
    NotInTranscript(String),
    /// What was answered could not be written down.
    #[error("the transcript cannot be written: {0}")]
    NotRecorded(String),
}
