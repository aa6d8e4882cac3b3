//! Evidence: pieces named by the SHA-256 of their bytes, compressed, verified whenever they are read.
//!
//! ```text
//! evidence/ab/abcdef….zst   a zstd frame and its checksum, which `zstd -d` opens too
//! evidence/ab/abcdef…       as the earlier store left it: not compressed, still read
//! ```
//!
//! What is compressed does not enter the name: a piece keeps its name for ever, however it is stored.

mod folder;
mod packing;
#[cfg(feature = "s3")]
mod remote;
mod waiting;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::Sha256Digest;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetResult, ListResult, ObjectStore, PutOptions};

use crate::StoreError;
use folder::Folder;
use packing::{pack, unpack};
use waiting::{Waiting, io_error};

/// A place where evidence is kept.
///
/// Every method blocks until it is done. All may be called from any thread, also from a tokio
/// runtime's own, where they hold up that thread alone.
#[derive(Debug)]
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    waiting: Waiting,
    /// What errors call the place.
    root: PathBuf,
    /// Where pieces are files: what object_store does not do for them.
    folder: Option<Folder>,
    /// A write failed: what seems to be there may not be on disk, so it is written again.
    doubtful: AtomicBool,
}

impl Blobs {
    /// Largest piece of evidence, in bytes. It also bounds what reading one may take of memory.
    pub const LARGEST: usize = packing::LARGEST;

    /// The evidence in this folder, which is made when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the folder cannot be made or opened.
    pub fn local(folder: &Path) -> Result<Self, StoreError> {
        let own = Folder::open(folder)?;
        // With fsync, a put returns when the file, its name and every folder made for it are safe.
        let objects = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| StoreError::io("cannot open", folder, io_error(error)))?
            .with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            waiting: Waiting::Here,
            root: folder.to_owned(),
            folder: Some(own),
            doubtful: AtomicBool::new(false),
        })
    }

    /// Keeps these bytes; they are safe when it returns. Bytes that are there already are read, not
    /// written; where they are damaged they are written again.
    ///
    /// # Errors
    /// [`StoreError::BlobTooLarge`], or [`StoreError::Io`] with what the system said, for example
    /// that the disk is full; nothing is left behind then.
    pub fn put(&self, bytes: &[u8]) -> Result<Sha256Digest, StoreError> {
        if bytes.len() > Self::LARGEST {
            return Err(StoreError::BlobTooLarge { bytes: bytes.len(), most: Self::LARGEST });
        }
        let digest = Sha256Digest::of(bytes);
        if let Some(folder) = &self.folder {
            folder.prepare(digest)?;
        }
        if !self.doubtful.load(Ordering::Acquire) && self.get(digest).is_ok() {
            // Whoever wrote it may not have come to make its name safe.
            self.folder.as_ref().map_or(Ok(()), |folder| folder.settle(digest))?;
            return Ok(digest);
        }
        let written = self.write(digest, bytes);
        self.doubtful.fetch_or(written.is_err(), Ordering::AcqRel);
        written.map(|()| digest)
    }

    /// The bytes of this address, verified.
    ///
    /// # Errors
    /// [`StoreError::BlobMissing`], [`StoreError::BlobDamaged`] when what is there has other bytes,
    /// or [`StoreError::Io`] when it cannot be read.
    pub fn get(&self, digest: Sha256Digest) -> Result<Vec<u8>, StoreError> {
        let packed = self.read(digest, PACKED)?;
        let unpacked = packed.as_deref().and_then(unpack);
        if let Some(bytes) = unpacked.filter(|bytes| Sha256Digest::of(bytes) == digest) {
            return Ok(bytes);
        }
        match self.read(digest, PLAIN)? {
            Some(bytes) if Sha256Digest::of(&bytes) == digest => Ok(bytes),
            None if packed.is_none() => Err(StoreError::BlobMissing(digest)),
            Some(_) | None => Err(StoreError::BlobDamaged(digest)),
        }
    }

    /// The bytes of this address, verified, and compressed as [`Blobs::unpacked`] takes them: for an
    /// export.
    ///
    /// # Errors
    /// As [`Blobs::get`].
    pub fn packed(&self, digest: Sha256Digest) -> Result<Vec<u8>, StoreError> {
        let bytes = self.get(digest)?;
        pack(&bytes).map_err(|error| StoreError::io("cannot compress", &self.root, error))
    }

    /// Opens what [`Blobs::packed`] gave; none when it is damaged or larger than [`Blobs::LARGEST`].
    /// That the bytes are the right ones is for the caller to verify.
    #[must_use]
    pub fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
        unpack(packed)
    }

    /// Whether something is kept under this address. It is not verified.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the place cannot be asked.
    pub fn contains(&self, digest: Sha256Digest) -> Result<bool, StoreError> {
        Ok(self.look(digest, PACKED, true)?.is_some() || self.look(digest, PLAIN, true)?.is_some())
    }

    /// Whether nothing is kept here.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the place cannot be asked.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        for folder in self.list(None)?.common_prefixes {
            if !self.list(Some(folder))?.objects.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The addresses that begin with these hexadecimal digits, in order, at most so many. Nothing for
    /// less than two digits, or for what are none. Pieces are not verified.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the place cannot be asked.
    pub fn starting_with(
        &self,
        digits: &str,
        most: usize,
    ) -> Result<Vec<Sha256Digest>, StoreError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() < 2 || digits.len() > 64 || !digits.bytes().all(is_digit) {
            return Ok(Vec::new());
        }
        let folder = self.list(Some(ObjectPath::from(&digits[..2])))?;
        let names = folder.objects.iter().filter_map(|it| it.location.filename());
        let found = names.filter(|it| it.starts_with(digits));
        let parsed = found.filter_map(|it| it.strip_suffix(PACKED).unwrap_or(it).parse().ok());
        let found: BTreeSet<Sha256Digest> = parsed.collect();
        Ok(found.into_iter().take(most).collect())
    }

    /// Removes what a killed process left half written, and says how many files that were. Only for
    /// the store's owner, before its first [`Blobs::put`]: it cannot tell them from another's work.
    ///
    /// # Errors
    /// [`StoreError::Io`] when a folder cannot be read or a file not be removed.
    pub fn sweep(&self) -> Result<u64, StoreError> {
        self.folder.as_ref().map_or(Ok(0), Folder::sweep)
    }

    fn write(&self, digest: Sha256Digest, bytes: &[u8]) -> Result<(), StoreError> {
        let name = name(digest, PACKED);
        let failed = |error| StoreError::io("cannot write", &self.root.join(&name), error);
        let packed = pack(bytes).map_err(failed)?;
        let (objects, at) = (Arc::clone(&self.objects), ObjectPath::from(&*name));
        let put = async move { objects.put_opts(&at, packed.into(), PutOptions::default()).await };
        let put = self.waiting.wait(put).map_err(failed)?;
        put.map_err(io_error).map_err(failed)?;
        self.folder.as_ref().map_or(Ok(()), |folder| folder.make_private(&name))
    }

    /// The stored bytes of a piece in one of its two forms; none when it is not there.
    fn read(&self, digest: Sha256Digest, form: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(found) = self.look(digest, form, false)? else {
            return Ok(None);
        };
        if found.meta.size > packing::LARGEST_PACKED {
            return Err(StoreError::BlobDamaged(digest));
        }
        let path = self.root.join(name(digest, form));
        let read = self.waiting.wait(found.bytes()).and_then(|read| read.map_err(io_error));
        let bytes = read.map_err(|error| StoreError::io("cannot read", &path, error))?;
        Ok(Some(bytes.into()))
    }

    fn look(
        &self,
        digest: Sha256Digest,
        form: &str,
        head: bool,
    ) -> Result<Option<GetResult>, StoreError> {
        let name = name(digest, form);
        let (objects, at) = (Arc::clone(&self.objects), ObjectPath::from(&*name));
        let options = GetOptions { head, ..GetOptions::default() };
        let get = async move { objects.get_opts(&at, options).await };
        match self.waiting.wait(get) {
            Ok(Ok(found)) => Ok(Some(found)),
            Ok(Err(object_store::Error::NotFound { .. })) => Ok(None),
            Ok(Err(error)) => Err(io_error(error)),
            Err(error) => Err(error),
        }
        .map_err(|error| StoreError::io("cannot read", &self.root.join(&name), error))
    }

    fn list(&self, folder: Option<ObjectPath>) -> Result<ListResult, StoreError> {
        let objects = Arc::clone(&self.objects);
        let list = async move { objects.list_with_delimiter(folder.as_ref()).await };
        let list = self.waiting.wait(list).and_then(|list| list.map_err(io_error));
        list.map_err(|error| StoreError::io("cannot list", &self.root, error))
    }
}

/// How the name of a compressed piece ends.
const PACKED: &str = ".zst";
/// How the name of a piece of the earlier store ends.
const PLAIN: &str = "";

/// Where a piece is, below the place of all.
fn name(digest: Sha256Digest, form: &str) -> String {
    let digits = digest.to_string();
    format!("{}/{digits}{form}", &digits[..2])
}

#[cfg(test)]
mod tests;
