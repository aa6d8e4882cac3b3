//! Where a conversion writes until it is whole: a folder beside the result, gone whatever happens.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Answered, Order};
use crate::words::{Fault, FaultClass};

/// Before the name of the folder.
const PREFIX: &str = ".portolan-convert-";

/// A result that is being made. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Making {
    folder: PathBuf,
    out: PathBuf,
}

impl Making {
    /// A folder for what is being made.
    ///
    /// # Errors
    /// Paths or the name cannot be used, something stands at `out`, or the folder cannot be made.
    pub fn begin(order: &Order) -> Answered<Self> {
        check(order)?;
        let out = order.out.clone();
        if out.symlink_metadata().is_ok() {
            let words = format!("{} is there already: remove it, or choose another", out.display());
            return Err(Fault::new(FaultClass::Conflict, words));
        }
        let parent = out.parent().unwrap_or(Path::new("/"));
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let folder = parent.join(format!("{PREFIX}{name}"));
        // By a name of its own: a second conversion to the same place is refused, not mixed with the first.
        fs::create_dir(&folder).map_err(|error| {
            if error.kind() != io::ErrorKind::AlreadyExists {
                return trouble(&folder, &error);
            }
            let words = format!(
                "{} is being made, or was when its maker was killed: look, and remove the folder",
                folder.display()
            );
            Fault::new(FaultClass::Conflict, words)
        })?;
        Ok(Self { folder, out })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts what was made in its place.
    ///
    /// # Errors
    /// It is not there, is empty or no file or folder of its own, other files lie beside it that nobody expects, or it
    /// cannot be moved.
    pub fn finish(self, result: &str, leaves: &[String]) -> Answered<u64> {
        let made = self.folder.join(result);
        let found = made.symlink_metadata();
        let found = found.ok().filter(|it| it.is_dir() || (it.is_file() && it.len() > 0));
        let found = found.ok_or_else(|| {
            let words =
                "the tool says that all went well, but what it should have made is not there";
            Fault::new(FaultClass::Vendor, words)
        })?;
        self.nothing_else(result, leaves)?;
        let bytes = if found.is_dir() { files_in(&made) } else { Ok(found.len()) };
        let bytes = bytes.map_err(|error| trouble(&made, &error))?;
        fs::rename(&made, &self.out).map_err(|error| trouble(&self.out, &error))?;
        Ok(bytes)
    }

    /// A second disk that nobody takes along is a machine that arrives without its data.
    fn nothing_else(&self, result: &str, leaves: &[String]) -> Answered<()> {
        let entries = fs::read_dir(&self.folder).map_err(|error| trouble(&self.folder, &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != result && !leaves.contains(&name) {
                let words = format!(
                    "the tool made {name:?} too: a machine of more than one disk does not travel this way"
                );
                return Err(Fault::new(FaultClass::Unsupported, words));
            }
        }
        Ok(())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        // What cannot be removed is found by the next conversion to the same place, which says so.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Paths reach programs as arguments: none may be taken for an option or for a protocol, and a name is a file's name.
fn check(order: &Order) -> Answered<()> {
    for path in [&order.input, &order.disk, &order.out] {
        if !path.is_absolute() || path.to_str().is_none_or(|it| it.contains(char::is_control)) {
            let words = format!("{path:?} must be absolute and without control characters");
            return Err(Fault::new(FaultClass::Unsupported, words));
        }
    }
    let name = &order.machine.name;
    let fits = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    let first = name.starts_with(|it: char| it.is_ascii_alphanumeric());
    if !first || name.len() > 80 || !name.chars().all(fits) {
        let words = format!(
            "{name:?} cannot name a machine's files: use letters, digits, `.`, `_` and `-`"
        );
        return Err(Fault::new(FaultClass::Unsupported, words));
    }
    Ok(())
}

/// Trouble with a file here: the lab's.
pub(super) fn trouble(path: &Path, error: &io::Error) -> Fault {
    let is = |kinds: [io::ErrorKind; 2]| kinds.contains(&error.kind());
    let class = if is([io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded]) {
        FaultClass::Capacity
    } else if is([io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem]) {
        FaultClass::Auth
    } else {
        FaultClass::Transient
    };
    Fault::new(class, format!("{}: {error}", path.display()))
}

fn files_in(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}
