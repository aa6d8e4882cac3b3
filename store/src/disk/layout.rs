//! Where the files of a log are, and which format they have.

use std::fs;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The folders and files of one log.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The folder of the log.
    pub(crate) log: PathBuf,
}

/// What the file `format` says.
///
/// - 1: events in sled alone; never had such a file
/// - 2: segments, signed head, sled as an index
pub(crate) const FORMAT: &str = "portolan log 2\n";

impl Layout {
    /// The log of the store in this folder.
    pub(crate) fn of(store: &Path) -> Self {
        Self { log: store.join("log") }
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.log.join("format")
    }

    pub(crate) fn head(&self) -> PathBuf {
        self.log.join("head")
    }

    pub(crate) fn segments(&self) -> PathBuf {
        self.log.join("segments")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.log.join("index")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.log.join("keys")
    }

    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.log.join("checkpoints")
    }

    /// The folders of a log.
    pub(crate) fn folders(&self) -> [PathBuf; 4] {
        [self.log.clone(), self.segments(), self.checkpoints(), self.keys()]
    }

    /// Whether there is a log at all.
    pub(crate) fn is_there(&self) -> bool {
        self.format().exists()
    }

    /// Checks that this version can read the log.
    pub(crate) fn check_format(&self) -> Result<(), StoreError> {
        let path = self.format();
        let text =
            fs::read_to_string(&path).map_err(|e| StoreError::io("cannot read", &path, e))?;
        if text == FORMAT {
            return Ok(());
        }
        let number = text.strip_prefix("portolan log ").map(str::trim).map(str::parse::<u32>);
        match number {
            Some(Ok(found)) if found > 2 => Err(StoreError::Newer { path, found, known: 2 }),
            _ => Err(StoreError::Damaged {
                position: 0,
                why: format!("{} does not say `{}`", path.display(), FORMAT.trim()),
            }),
        }
    }
}
