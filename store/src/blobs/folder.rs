//! What object_store does not do for files: private modes, and names that are safe before it writes.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use domain::ids::Sha256Digest;

use crate::StoreError;
use crate::files::{private_folder, sync_folder};

/// The folder of all evidence, with one folder below for each first byte of a digest.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Folders that are there, private, and whose names are safe on disk.
    ready: Mutex<BTreeSet<PathBuf>>,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Result<Self, StoreError> {
        // Whoever only reads need not be able to write there.
        if !root.is_dir() {
            private_folder(root)?;
        }
        Ok(Self { root: root.to_owned(), ready: Mutex::default() })
    }

    /// Makes the folder of this digest, so that object_store does not: it knows no modes.
    pub(super) fn prepare(&self, digest: Sha256Digest) -> Result<(), StoreError> {
        let folder = self.of(digest);
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if !ready.contains(&folder) {
            private_folder(&self.root)?;
            private_folder(&folder)?;
            ready.insert(folder);
        }
        Ok(())
    }

    /// Makes the name of a piece that is there safe on disk.
    pub(super) fn settle(&self, digest: Sha256Digest) -> Result<(), StoreError> {
        sync_folder(&self.of(digest))
    }

    /// Takes a written file from everybody but its owner. Its folder is private already, so nobody
    /// could open it before.
    pub(super) fn make_private(&self, name: &str) -> Result<(), StoreError> {
        let path = self.root.join(name);
        fs::set_permissions(&path, Permissions::from_mode(0o600))
            .map_err(|error| StoreError::io("cannot make private", &path, error))
    }

    /// Removes what was being written when a process was killed.
    pub(super) fn sweep(&self) -> Result<u64, StoreError> {
        let mut swept = 0;
        for path in entries(&self.root)? {
            if path.is_dir() {
                for file in entries(&path)?.iter().filter(|path| is_half_written(path)) {
                    swept += remove(file)?;
                }
            } else if is_half_written(&path) {
                swept += remove(&path)?;
            }
        }
        Ok(swept)
    }

    fn of(&self, digest: Sha256Digest) -> PathBuf {
        self.root.join(&digest.to_string()[..2])
    }
}

/// object_store writes `name#1` beside `name`; the earlier store wrote `.tmp…`.
fn is_half_written(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |(_, number): (&str, &str)| {
        !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit())
    };
    name.starts_with(".tmp") || name.rsplit_once('#').is_some_and(numbered)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let paths = fs::read_dir(folder).and_then(|all| all.map(|it| it.map(|it| it.path())).collect());
    paths.map_err(|error: io::Error| StoreError::io("cannot list", folder, error))
}

fn remove(path: &Path) -> Result<u64, StoreError> {
    fs::remove_file(path).map_err(|error| StoreError::io("cannot remove", path, error))?;
    Ok(1)
}
