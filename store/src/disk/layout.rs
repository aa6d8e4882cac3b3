//! Where the files of a log are, and how one is written so that it is whole or not there.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
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

/// Creates a folder that only its owner may read, safe on disk with its name. The name of one that
/// is there is made safe too: whoever created it may have been killed before that.
pub(crate) fn private_folder(folder: &Path) -> Result<(), StoreError> {
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        if !parent.is_dir() {
            private_folder(parent)?;
        }
        let created = fs::DirBuilder::new().mode(0o700).create(folder);
        created.map_err(|error| StoreError::io("cannot create", folder, error))?;
    }
    sync_folder(parent)
}

/// Makes the names in a folder safe on disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| StoreError::io("cannot sync", folder, error))
}

/// Creates a new file that only its owner may read.
pub(crate) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options.open(path).map_err(|error| StoreError::io("cannot create", path, error))
}

/// Ending of a file that is not whole yet.
const UNFINISHED: &str = "unfinished";

/// Puts a file in place, whole or not at all, safe on disk when it returns. A file of that name is
/// replaced.
pub(crate) fn put_in_place(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(UNFINISHED);
    let unfinished = path.with_file_name(name);
    let io = |what| move |error| StoreError::io(what, path, error);
    let _ = fs::remove_file(&unfinished);
    let mut file = private_file(&unfinished)?;
    let written = write(&mut file)
        .and_then(|()| file.sync_all().map_err(io("cannot sync")))
        .and_then(|()| fs::rename(&unfinished, path).map_err(io("cannot rename")));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.and_then(|()| sync_folder(path.parent().unwrap_or(Path::new("."))))
}

/// Puts a small file in place.
pub(crate) fn put_bytes(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    put_in_place(path, |file| {
        file.write_all(bytes).map_err(|error| StoreError::io("cannot write", path, error))
    })
}

/// Removes what a stopped process left half-written in a folder.
pub(crate) fn sweep(folder: &Path) -> Result<(), StoreError> {
    let entries = fs::read_dir(folder).map_err(|e| StoreError::io("cannot list", folder, e))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == UNFINISHED) {
            fs::remove_file(&path).map_err(|e| StoreError::io("cannot remove", &path, e))?;
        }
    }
    Ok(())
}
