//! The spool: what a lab has recorded and the service does not have yet, safe on disk.
//!
//! A file that is only appended to, each frame written and synced before the walk goes on. What is
//! delivered stays in it until all of it is delivered; then the file is emptied. A lab that dies in
//! between delivers again from the start of the file, which does no harm: a command has an identity,
//! and the service records it once.

mod consignment;
mod fault;
mod frame;
mod scan;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::command::Command;
use tokio::sync::Notify;

pub use consignment::Consignment;
use consignment::{SpoolVersion, Title, create, name};
pub use fault::SpoolFault;
use fault::io_fault;
pub use frame::Entry;
use frame::{HEAD, pack, unpack};
use scan::{Frame, frame_at};

/// Most bytes that a spool holds, unless another number is asked for.
pub const SPOOL_BYTES: u64 = 1 << 30;

/// A spool that this process has to itself.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    to: Consignment,
    most: u64,
    kept: Mutex<Kept>,
    added: Notify,
}

#[derive(Debug)]
struct Kept {
    file: File,
    /// Where the first entry stands.
    start: u64,
    /// Up to where entries are delivered.
    delivered: u64,
    /// Up to where entries are whole and synced.
    end: u64,
}

/// Some entries of a spool that go together.
#[derive(Debug)]
pub struct Parcel {
    /// The entries, in their order.
    pub entries: Vec<Entry>,
    /// Where each of them ends.
    ends: Vec<u64>,
}

impl Spool {
    /// The spool of a consignment below this folder: the one that is there, or a new one.
    ///
    /// # Errors
    /// When another process has it, when it is damaged, or what the system said.
    pub fn keep(folder: &Path, to: &Consignment, most: u64) -> Result<Self, SpoolFault> {
        let path = folder.join(name(to));
        match Self::open(&path, most) {
            Err(SpoolFault::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(folder, &path, to).map_err(io_fault(&path))?;
                Self::open(&path, most)
            }
            opened => opened,
        }
    }

    /// Opens a spool that is there. A last entry that was cut short is cut off: nobody was told that
    /// it was kept.
    ///
    /// # Errors
    /// As [`Spool::keep`].
    pub fn open(path: &Path, most: u64) -> Result<Self, SpoolFault> {
        let fault = io_fault(path);
        let file = loop {
            let file = OpenOptions::new().read(true).write(true).open(path).map_err(&fault)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(SpoolFault::InUse(path.to_owned())),
                Err(TryLockError::Error(error)) => return Err(fault(error)),
            }
            // Whoever had it before may have delivered everything and removed it meanwhile.
            if file.metadata().map_err(&fault)?.nlink() > 0 {
                break file;
            }
        };
        let damaged = |at| SpoolFault::Damaged { path: path.to_owned(), at };
        let size = file.metadata().map_err(&fault)?.len();
        let (title, _) = frame_at(&file, 0, size).map_err(&fault)?.whole().ok_or(damaged(0))?;
        let (Title { to, schema: SpoolVersion::V1 }, _) = unpack(&title).ok_or(damaged(0))?;
        let start = (HEAD + title.len()) as u64;
        let mut end = start;
        loop {
            match frame_at(&file, end, size).map_err(&fault)? {
                Frame::Whole(_, behind) => end = behind,
                Frame::End => break,
                Frame::Damaged => return Err(damaged(end)),
                Frame::Torn => {
                    file.set_len(end).and_then(|()| file.sync_all()).map_err(&fault)?;
                    break;
                }
            }
        }
        let kept = Mutex::new(Kept { file, start, delivered: start, end });
        Ok(Self { path: path.to_owned(), to, most, kept, added: Notify::new() })
    }

    /// Every spool below a folder, in the order of their names.
    ///
    /// # Errors
    /// What the system said.
    pub fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|it| it == "spool") {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }

    /// For whom it is kept.
    #[must_use]
    pub fn to(&self) -> &Consignment {
        &self.to
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that wait to be delivered.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        let kept = self.kept();
        kept.end - kept.delivered
    }

    /// Keeps a command and its evidence; both are safe on disk when this returns. Blocks.
    ///
    /// # Errors
    /// [`SpoolFault::Full`], or what the system said; nothing is kept then.
    pub fn append(&self, command: &Command, evidence: &[Arc<[u8]>]) -> Result<(), SpoolFault> {
        let full = || SpoolFault::Full { path: self.path.clone(), most: self.most };
        let frame = pack(command, evidence).ok_or_else(full)?;
        let mut kept = self.kept();
        let end = kept.end + frame.len() as u64;
        if end > self.most {
            return Err(full());
        }
        let written = kept.file.write_all_at(&frame, kept.end);
        if let Err(error) = written.and_then(|()| kept.file.sync_data()) {
            // What came of it is cut off here, or when the spool is opened again.
            let _ = kept.file.set_len(kept.end);
            return Err(io_fault(&self.path)(error));
        }
        kept.end = end;
        drop(kept);
        self.added.notify_one();
        Ok(())
    }

    /// The next entries to deliver: so many at most, and not much more than so many bytes. Blocks.
    ///
    /// # Errors
    /// When they cannot be read any more.
    pub fn next(&self, entries: usize, bytes: u64) -> Result<Option<Parcel>, SpoolFault> {
        let kept = self.kept();
        let (mut at, mut parcel) =
            (kept.delivered, Parcel { entries: Vec::new(), ends: Vec::new() });
        while at < kept.end && parcel.entries.len() < entries && at - kept.delivered < bytes {
            let damaged = || SpoolFault::Damaged { path: self.path.clone(), at };
            let frame = frame_at(&kept.file, at, kept.end).map_err(io_fault(&self.path))?;
            let (body, behind) = frame.whole().ok_or_else(damaged)?;
            let (command, evidence) = unpack(&body).ok_or_else(damaged)?;
            parcel.entries.push(Entry { command, evidence });
            parcel.ends.push(behind);
            at = behind;
        }
        Ok((!parcel.entries.is_empty()).then_some(parcel))
    }

    /// So many entries of a parcel are delivered. When nothing else waits, the file is emptied.
    ///
    /// # Errors
    /// What the system said; what is delivered is delivered all the same.
    pub fn delivered(&self, parcel: &Parcel, entries: usize) -> Result<(), SpoolFault> {
        let Some(end) = entries.checked_sub(1).and_then(|last| parcel.ends.get(last)) else {
            return Ok(());
        };
        let mut kept = self.kept();
        kept.delivered = *end;
        if kept.delivered == kept.end {
            // Synced, or a crash might leave old entries behind a new one.
            let emptied = kept.file.set_len(kept.start).and_then(|()| kept.file.sync_all());
            emptied.map_err(io_fault(&self.path))?;
            (kept.delivered, kept.end) = (kept.start, kept.start);
        }
        Ok(())
    }

    /// Waits until something was added since the last time.
    pub async fn added(&self) {
        self.added.notified().await;
    }

    /// Removes the file with whatever is in it.
    ///
    /// # Errors
    /// What the system said.
    pub fn remove(&self) -> Result<(), SpoolFault> {
        let _kept = self.kept();
        fs::remove_file(&self.path).map_err(io_fault(&self.path))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
