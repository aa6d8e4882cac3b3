//! Signed statements about the tree: the head, and the checkpoints that are kept for ever.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ledger::{Checkpoint, LONGEST_NOTE, Note, Verifier};

use super::layout::Layout;
use crate::StoreError;
use crate::files::put_bytes;

/// Keeps a checkpoint under its size. What two keys have signed is not replaced by what one has;
/// another tree of the same size is never signed.
pub(super) fn keep(layout: &Layout, size: u64, note: &Note) -> Result<(), StoreError> {
    let path = layout.checkpoints().join(format!("{size:020}"));
    if !path.exists() {
        return put_bytes(&path, note.to_string().as_bytes());
    }
    if read(&path)?.text() == note.text() {
        return Ok(());
    }
    let why = "it says otherwise than the log: one of them was altered".to_owned();
    Err(StoreError::Checkpoint { path, why })
}

/// The newest checkpoint, and where it is.
pub(super) fn newest(layout: &Layout) -> Result<Option<(PathBuf, Note)>, StoreError> {
    let path = files(layout)?.pop();
    path.map(|path| read(&path).map(|note| (path, note))).transpose()
}

/// Every checkpoint, smallest tree first.
pub(crate) fn kept(layout: &Layout) -> Result<Vec<Note>, StoreError> {
    files(layout)?.iter().map(|path| read(path)).collect()
}

/// Where every checkpoint is, smallest tree first.
pub(crate) fn files(layout: &Layout) -> Result<Vec<PathBuf>, StoreError> {
    let folder = layout.checkpoints();
    let entries = fs::read_dir(&folder).map_err(|e| StoreError::io("cannot list", &folder, e))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    // A file of another name is not ours.
    let size = |name: &str| name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_digit());
    paths.retain(|path| path.file_name().and_then(|it| it.to_str()).is_some_and(size));
    paths.sort_unstable();
    Ok(paths)
}

/// The signed head.
pub(crate) fn head(layout: &Layout) -> Result<Note, StoreError> {
    read(&layout.head())
}

/// Puts a new signed head in place of the last.
pub(super) fn put_head(layout: &Layout, note: &Note) -> Result<(), StoreError> {
    put_bytes(&layout.head(), note.to_string().as_bytes())
}

/// What a signed note says of the tree, once one of these keys is found to have signed it.
pub(crate) fn signed(
    path: &Path,
    note: &Note,
    verifiers: &[Verifier],
) -> Result<Checkpoint, StoreError> {
    let bad = |why: String| StoreError::Checkpoint { path: path.to_owned(), why };
    note.verify(verifiers).map_err(|error| bad(error.to_string()))?;
    let checkpoint: Checkpoint =
        note.text().parse().map_err(|error: ledger::CheckpointError| bad(error.to_string()))?;
    match verifiers.first() {
        Some(first) if first.name() != checkpoint.origin() => {
            Err(bad(format!("it is of another log, {}", checkpoint.origin())))
        }
        _ => Ok(checkpoint),
    }
}

/// A signed note, as it stands in a file. Nothing is known to be true of it.
pub(crate) fn read(path: &Path) -> Result<Note, StoreError> {
    let mut text = Vec::new();
    let most = LONGEST_NOTE as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut text));
    read.map_err(|error| StoreError::io("cannot read", path, error))?;
    Note::try_from(text.as_slice())
        .map_err(|error| StoreError::Checkpoint { path: path.to_owned(), why: error.to_string() })
}
