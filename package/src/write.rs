//! Writes a package: disks packed in parallel, the descriptor, the manifest; into a folder or an OVA, whole or not
//! at all.

use std::fs::{self, File, Permissions};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tempfile::TempDir;

use crate::contents::DiskFacts;
use crate::descriptor::{self, Machine, OutDisk, Version};
use crate::digest::{Algorithm, Digest, Hash, Hashing};
use crate::name::is_inside;
use crate::ova::Archive;
use crate::recognise::{Foreign, disk_facts, foreign};
use crate::{manifest, vmdk};

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

/// Where a packed disk lies until the package is put together.
struct Packed {
    from: PathBuf,
    out: OutDisk,
    digest: Digest,
    /// Whether it was made here, and may be moved.
    own: bool,
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

/// Packs a disk, or takes it as it is; either way with its digest.
fn pack(
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
            let mut out = Sum::new(
                BufWriter::with_capacity(STEP, Unless { stop, inner: out }),
                order.algorithm,
            );
            let summary =
                vmdk::write(&file, bytes, name, order.threads, &mut out).map_err(&failed)?;
            let digest = out.hash.finish();
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

/// All files of a package, before they are put together.
struct Parts {
    /// Descriptor and manifest, with their names.
    texts: [(String, Vec<u8>); 2],
    disks: Vec<Packed>,
}

impl Parts {
    fn new(stem: &str, text: Vec<u8>, algorithm: Algorithm, disks: Vec<Packed>) -> Self {
        let file = format!("{stem}.ovf");
        let digest = Digest::of(algorithm, &text);
        let listed = disks.iter().map(|it| (it.out.file.as_str(), &it.digest));
        let sums = manifest::write([(file.as_str(), &digest)].into_iter().chain(listed));
        Self { texts: [(file, text), (format!("{stem}.mf"), sums.into_bytes())], disks }
    }

    fn bytes(&self) -> u64 {
        let texts: u64 = self.texts.iter().map(|(_, it)| it.len() as u64).sum();
        texts + self.disks.iter().map(|it| it.out.file_bytes).sum::<u64>()
    }

    fn archive(&self, stop: &AtomicBool, to: &Path) -> io::Result<()> {
        let file = File::create(to)?;
        let mut archive = Archive::new(BufWriter::with_capacity(STEP, file));
        for (name, bytes) in &self.texts {
            archive.add(name, bytes.len() as u64, &mut bytes.as_slice())?;
        }
        for disk in &self.disks {
            let mut from = Unless { stop, inner: File::open(&disk.from)? };
            archive.add(&disk.out.file, disk.out.file_bytes, &mut from)?;
        }
        archive.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    fn folder(&self, stop: &AtomicBool, to: &Path) -> io::Result<()> {
        fs::create_dir(to)?;
        for (name, bytes) in &self.texts {
            let mut file = File::create(to.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        for disk in &self.disks {
            let path = to.join(&disk.out.file);
            if disk.own {
                fs::rename(&disk.from, &path)?;
            } else {
                let mut from = Unless { stop, inner: File::open(&disk.from)? };
                io::copy(
                    &mut BufReader::with_capacity(STEP, &mut from),
                    &mut File::create(&path)?,
                )?;
                fs::set_permissions(&path, Permissions::from_mode(0o644))?;
            }
            File::open(&path)?.sync_all()?;
        }
        File::open(to)?.sync_all()
    }
}

/// Fails as soon as it is told to stop.
struct Unless<'s, F> {
    stop: &'s AtomicBool,
    inner: F,
}

impl<F> Unless<'_, F> {
    fn go_on(&self) -> io::Result<()> {
        if self.stop.load(Relaxed) { Err(io::Error::other("it was stopped")) } else { Ok(()) }
    }
}

impl<F: Read> Read for Unless<'_, F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.go_on()?;
        self.inner.read(into)
    }
}

impl<F: Write> Write for Unless<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.go_on()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Whatever is written through it is hashed too.
struct Sum<W> {
    inner: W,
    hash: Hash,
}

impl<W: Write> Sum<W> {
    fn new(inner: W, algorithm: Algorithm) -> Self {
        Self { inner, hash: Hash::new(algorithm) }
    }
}

impl<W: Write> Write for Sum<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
