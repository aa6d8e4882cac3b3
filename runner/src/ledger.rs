//! The ledger: what a run is about to start, written down first, so that a later run can find and
//! end what a killed one left behind.
//!
//! Every process is written down before it is started, by its program and by a path of the run's
//! own work folder that stands among its arguments. No process id is kept: ids are reused, that
//! path is not.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};

/// The ledger of one campaign's work folder.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    file: Mutex<File>,
}

impl Ledger {
    /// Opens the ledger of a work folder, creating both when they are not there.
    ///
    /// # Errors
    /// What the system said.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let file = OpenOptions::new().create(true).append(true).open(folder.join("ledger"))?;
        Ok(Self { folder, file: Mutex::new(file) })
    }

    /// The same, for this process alone as long as it lives.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when a living process has it, or what the system said.
    pub fn claim(folder: &Path) -> io::Result<Self> {
        let ledger = Self::open(folder)?;
        let file = ledger.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.try_lock()?;
        drop(file);
        Ok(ledger)
    }

    /// The work folder, absolute.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes down that this program is about to be started.
    ///
    /// # Errors
    /// What the system said; then it must not be started.
    pub fn about_to_start(&self, program: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{program}")
    }

    /// Ends what an earlier run with this folder left: its processes and its half-written files.
    /// Returns how many processes were ended.
    ///
    /// # Errors
    /// What the system said.
    pub fn clean_up(&self) -> io::Result<usize> {
        let programs = fs::read_to_string(self.folder.join("ledger"))?;
        let mut ended = 0;
        for entry in fs::read_dir("/proc")?.flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some(pid) = pid.and_then(Pid::from_raw)
                && self.started(&entry.path(), &programs)
                && kill_process(pid, Signal::KILL).is_ok()
            {
                ended += 1;
            }
        }
        remove_partial(&self.folder)?;
        Ok(ended)
    }

    /// Removes the work folder and everything in it.
    ///
    /// # Errors
    /// What the system said.
    pub fn remove(self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Whether a process is one that this ledger names.
    fn started(&self, process: &Path, programs: &str) -> bool {
        let Ok(line) = fs::read(process.join("cmdline")) else {
            return false;
        };
        let line = String::from_utf8_lossy(&line);
        let mut arguments = line.split('\0');
        let program = arguments.next().unwrap_or_default();
        let ours = self.folder.to_string_lossy();
        programs.lines().any(|it| it == program) && arguments.any(|it| it.contains(&*ours))
    }
}

/// Whether a running VM has this file on its command line: seen by the kernel's list of processes,
/// not by what this program remembers.
pub(crate) fn vm_uses(file: &Path) -> io::Result<bool> {
    let wanted = file.to_string_lossy();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(line) = fs::read(entry.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line);
        if line.contains("qemu-system") && line.contains(&*wanted) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn remove_partial(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_partial(&path)?;
        } else if path.extension().is_some_and(|it| it == "partial") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
