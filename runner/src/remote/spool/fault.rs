//! Why something could not be kept in a spool, or read from it.

use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be kept in a spool, or read from it.
#[derive(Debug, thiserror::Error)]
pub enum SpoolFault {
    /// It is full.
    #[error(
        "the spool {path} is full: it may hold {most} bytes. When the service is reached again: \
         portolan spool deliver, then portolan run --resume"
    )]
    Full {
        /// Which file.
        path: PathBuf,
        /// Most bytes it may hold.
        most: u64,
    },
    /// Another process has it.
    #[error("the spool {0} belongs to another run that is on its way")]
    InUse(PathBuf),
    /// It holds bytes that this program did not write.
    #[error("the spool {path} is damaged at byte {at}: keep it aside and ask for help")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where the first frame stands that is not whole.
        at: u64,
    },
    /// The system said no.
    #[error("the spool {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What the system said of this file.
pub(super) fn io_fault(path: &Path) -> impl Fn(io::Error) -> SpoolFault + '_ {
    |source| SpoolFault::Io { path: path.to_owned(), source }
}
