//! One process owns a store. The lock is held by the kernel; the file says who holds it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::StoreError;

/// The lock on a store; let go when dropped, also by a crash.
#[derive(Debug)]
pub(crate) struct Owner {
    _file: File,
}

impl Owner {
    /// Takes the lock, or says which process holds it.
    pub(crate) fn take(store: &Path) -> Result<Self, StoreError> {
        let path = store.join("owner");
        let io = |error| StoreError::io("cannot open", &path, error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(io)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut owner = String::new();
            let read = (&mut file).take(32).read_to_string(&mut owner);
            let known = read.is_ok() && !owner.trim().is_empty();
            let owner = if known { owner.trim().to_owned() } else { "unknown".to_owned() };
            return Err(StoreError::InUse { path: store.to_owned(), owner });
        }
        let io = |error| StoreError::io("cannot write", &path, error);
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}
