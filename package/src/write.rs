//! Writes a package: disks packed in parallel, the descriptor, the manifest; into a folder or an OVA, whole or not
//! at all.

mod packing;
mod parts;
mod unless;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::descriptor::{self, Machine, OutDisk, Version};
use crate::digest::Algorithm;
use crate::name::is_inside;
use packing::pack;
use parts::Parts;

/// Bytes written at once.
const STEP: usize = 1 << 20;

/// What shall be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The machine; its disks are filled in.
    pub machine: Machine,
    /// Raw disks, or VMDKs that are streamOptimized already, which are taken as they are.
    pub disks: Vec<PathBuf>,
    /// Which OVF.
    pub version: Version,
    /// What the manifest is made with.
    pub algorithm: Algorithm,
    /// Threads that pack.
    pub threads: usize,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its disks.
    pub disks: Vec<OutDisk>,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Why a package was not written. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody asked for that.
    #[error("stopped before the package was whole; nothing was written")]
    Stopped,
    /// Something is there already.
    #[error("{} is there already: remove it, or choose another name", .0.display())]
    Exists(PathBuf),
    /// Its name cannot be that of files in a package.
    #[error("{:?} cannot name a package's files: use letters, digits and dots", .0)]
    Name(String),
    /// A disk is in a format that is not read.
    #[error("{} is {format}: unpack it if it is packed, and convert it first, qemu-img convert -O raw", .path.display())]
    Format {
        /// The disk.
        path: PathBuf,
        /// Its format.
        format: String,
    },
    /// A file cannot be read or written.
    #[error("{}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes a package; into one file if the name ends with `.ova`, else into a folder.
///
/// # Errors
/// Something is there already, a disk cannot be read or has another format, or writing fails.
pub fn write(order: &Order, out: &Path) -> Result<Written, WriteError> {
    write_unless(&AtomicBool::new(false), order, out)
}

/// Writes a package, unless it is stopped before it is whole.
///
/// # Errors
/// Those of [`write()`]; or it was stopped.
pub fn write_unless(stop: &AtomicBool, order: &Order, out: &Path) -> Result<Written, WriteError> {
    let written = whole_or_not(stop, order, out);
    // What is interrupted fails as a read or a write would.
    let was_stopped = |it: &WriteError| matches!(it, WriteError::Io { .. }) && stop.load(Relaxed);
    written.map_err(|it| if was_stopped(&it) { WriteError::Stopped } else { it })
}

fn whole_or_not(stop: &AtomicBool, order: &Order, out: &Path) -> Result<Written, WriteError> {
    if out.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(out.to_owned()));
    }
    let is_ova = out.extension().is_some_and(|it| it.eq_ignore_ascii_case("ova"));
    let stem = if is_ova { out.file_stem() } else { out.file_name() };
    let stem = stem.unwrap_or_default().to_string_lossy().into_owned();
    if !is_inside(&stem) || stem.len() > 80 {
        return Err(WriteError::Name(stem));
    }
    let io_at = |path: &Path| at(path.to_owned());
    let parent = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Beside the result, which is then a matter of one renaming; gone whatever happens.
    let work = tempfile::Builder::new().prefix(".portolan-ovf-").tempdir_in(parent);
    let work = work.map_err(io_at(parent))?;
    let mut packed = Vec::new();
    for (number, disk) in (1..).zip(&order.disks) {
        let name = format!("{stem}-disk{number}.vmdk");
        packed.push(pack(stop, order, disk, (&name, &work))?);
    }
    let mut machine = order.machine.clone();
    machine.disks = packed.iter().map(|it| it.out.clone()).collect();
    let text = descriptor::write(&machine, &order.version).map_err(io_at(out))?;
    let parts = Parts::new(&stem, text, order.algorithm, packed);
    let whole = work.path().join("package");
    if is_ova {
        parts.archive(stop, &whole).map_err(io_at(out))?;
    } else {
        parts.folder(stop, &whole).map_err(io_at(out))?;
    }
    if stop.load(Relaxed) {
        return Err(WriteError::Stopped);
    }
    fs::rename(&whole, out).map_err(io_at(out))?;
    File::open(parent).and_then(|it| it.sync_all()).map_err(io_at(parent))?;
    Ok(Written { bytes: parts.bytes(), disks: machine.disks })
}

fn at(path: PathBuf) -> impl Fn(io::Error) -> WriteError {
    move |source| WriteError::Io { path: path.clone(), source }
}
