//! Evidence blobs: files named by the SHA-256 of their bytes, written once, verified on read.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use domain::ids::Sha256Digest;

use crate::StoreError;
use crate::log::private_folder;

/// A folder of blobs.
#[derive(Debug)]
pub(crate) struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    pub(crate) fn open(store: &Path) -> Result<Self, StoreError> {
        let folder = store.join("evidence");
        private_folder(&folder)?;
        Ok(Self { folder })
    }

    /// Whether nothing was ever kept.
    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(&self.folder).map_or(true, |mut entries| entries.next().is_none())
    }

    /// Keeps these bytes; safe on disk when it returns. Bytes that are there already cost nothing.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Sha256Digest, StoreError> {
        let digest = Sha256Digest::of(bytes);
        let path = self.path(digest);
        // A blob that is there but damaged is written again.
        if self.get(digest).is_ok() {
            return Ok(digest);
        }
        let folder = path.parent().unwrap_or(&self.folder);
        let io = |error| StoreError::io("cannot write", &path, error);
        if !folder.is_dir() {
            private_folder(folder)?;
            sync_folder(&self.folder).map_err(io)?;
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(io)?;
        file.write_all(bytes).map_err(io)?;
        file.as_file().sync_data().map_err(io)?;
        file.persist(&path).map_err(|error| io(error.error))?;
        sync_folder(folder).map_err(io)?;
        Ok(digest)
    }

    /// The bytes of this address.
    pub(crate) fn get(&self, digest: Sha256Digest) -> Result<Vec<u8>, StoreError> {
        let path = self.path(digest);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::BlobMissing(digest));
            }
            read => read.map_err(|error| StoreError::io("cannot read", &path, error))?,
        };
        if Sha256Digest::of(&bytes) == digest {
            Ok(bytes)
        } else {
            Err(StoreError::BlobDamaged(digest))
        }
    }

    fn path(&self, digest: Sha256Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(name)
    }
}

/// Makes the names in a folder safe on disk.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
