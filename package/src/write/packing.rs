//! Disks on their way into a package: packed, or taken as they are; either way with their digests.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use tempfile::TempDir;

use super::unless::Unless;
use super::{Order, STEP, WriteError, at};
use crate::contents::DiskFacts;
use crate::descriptor::OutDisk;
use crate::digest::Digest;
use crate::hashing::{Hashed, Hashing};
use crate::recognise::{Foreign, disk_facts, foreign};
use crate::vmdk;

/// Where a packed disk lies until the package is put together.
pub(super) struct Packed {
    pub(super) from: PathBuf,
    pub(super) out: OutDisk,
    pub(super) digest: Digest,
    /// Whether it was made here, and may be moved.
    pub(super) own: bool,
}

/// Packs a disk, or takes it as it is; either way with its digest.
pub(super) fn pack(
    stop: &AtomicBool,
    order: &Order,
    path: &Path,
    (name, work): (&str, &TempDir),
) -> Result<Packed, WriteError> {
    let failed = at(path.to_owned());
    let mut file = File::open(path).map_err(&failed)?;
    match foreign(&file).map_err(&failed)? {
        Foreign::Vmdk => taken(stop, order, path, (name, &file)),
        Foreign::Other(format) => {
            Err(WriteError::Format { path: path.to_owned(), format: format.to_owned() })
        }
        Foreign::Raw => {
            let bytes = file.seek(SeekFrom::End(0)).map_err(&failed)?;
            let to = work.path().join(name);
            let out = File::create(&to).map_err(at(to.clone()))?;
            let mut out = Hashed::new(
                BufWriter::with_capacity(STEP, Unless { stop, inner: out }),
                order.algorithm,
            );
            let summary =
                vmdk::write(&file, bytes, name, order.threads, &mut out).map_err(&failed)?;
            let digest = out.finish();
            let out = OutDisk {
                file: name.to_owned(),
                file_bytes: summary.file_bytes,
                capacity_bytes: summary.capacity_bytes,
            };
            Ok(Packed { from: to, out, digest, own: true })
        }
    }
}

/// A VMDK that was packed elsewhere: it is walked, so that none is passed on whose markers tell that it is damaged.
fn taken(
    stop: &AtomicBool,
    order: &Order,
    path: &Path,
    (name, file): (&str, &File),
) -> Result<Packed, WriteError> {
    let failed = at(path.to_owned());
    let reader = BufReader::with_capacity(STEP, Unless { stop, inner: file });
    let mut reader = Hashing::new(reader, Some(order.algorithm));
    let facts = disk_facts(&mut reader).map_err(&failed)?;
    let wrong =
        |format: &str| WriteError::Format { path: path.to_owned(), format: format.to_owned() };
    let capacity_bytes = match facts {
        DiskFacts::Vmdk(found) if found.header.stream => found.capacity_bytes(),
        DiskFacts::Vmdk(_) => return Err(wrong("a sparse VMDK that is not streamOptimized")),
        DiskFacts::Damaged(words) => return Err(wrong(&format!("a damaged VMDK ({words})"))),
        DiskFacts::Other(format) => return Err(wrong(format)),
    };
    io::copy(&mut BufReader::with_capacity(STEP, &mut reader), &mut io::sink()).map_err(&failed)?;
    let digest = reader.finish().ok_or_else(|| failed(io::ErrorKind::Other.into()))?;
    let file_bytes = file.metadata().map_err(&failed)?.len();
    let out = OutDisk { file: name.to_owned(), file_bytes, capacity_bytes };
    Ok(Packed { from: path.to_owned(), out, digest, own: false })
}
