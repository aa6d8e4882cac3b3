//! Files and folders for the owner alone, whole or not there, and safe on disk with their names.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::StoreError;

/// Creates a folder that only its owner may read, safe on disk with its name. The name of one that
/// is there is made safe too: whoever created it may have been killed before that.
///
/// # Errors
/// What the system said.
pub fn private_folder(folder: &Path) -> Result<(), StoreError> {
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        if !parent.is_dir() {
            private_folder(parent)?;
        }
        // Recursive only for this: another process may create it at the same time.
        let created = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
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

/// Puts a small file in place, for its owner alone, whole or not at all, safe on disk when it returns.
///
/// # Errors
/// What the system said; a file of that name is as it was then.
pub fn put_bytes(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
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
