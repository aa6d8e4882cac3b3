//! Moorings: the machines a campaign makes at harbours, written down before they are made, so that a later run finds what
//! a killed one left there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use domain::testbed::Platform;
use platforms::platform::Answered;
use serde::{Deserialize, Serialize};

use super::Harbour;
use crate::lab::source::SOURCE;

/// The file in a campaign's work folder.
const FILE: &str = "moorings";
/// Any of these in a machine's folder says that a resumed run takes it up as it is: a source that is off, a machine that
/// was imported and not started, an import under way.
pub(super) const TAKEN_UP: [&str; 3] = [SOURCE, MADE, JOB];
/// Says that a machine at a target is made and was not started.
pub(super) const MADE: &str = "made.json";
/// The import under way.
pub(super) const JOB: &str = "job.json";

/// One machine that a campaign made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mooring {
    /// Where; secrets stand in its settings by reference alone.
    pub platform: Platform,
    /// The machine's name, which is the campaign's own.
    pub name: String,
    /// Where the campaign keeps what it knows of the machine.
    pub folder: PathBuf,
    /// Files of the machine that do not lie there.
    pub files: Vec<PathBuf>,
}

/// The moorings of one campaign.
#[derive(Debug)]
pub struct Moorings {
    file: PathBuf,
    lock: Mutex<()>,
}

impl Moorings {
    /// Those of the campaign that works in this folder.
    #[must_use]
    pub fn of(work: &Path) -> Self {
        Self { file: work.join(FILE), lock: Mutex::default() }
    }

    /// Writes one down; only then the machine is made.
    pub(super) fn add(&self, mooring: &Mooring) -> io::Result<()> {
        let _turn = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file)?;
        writeln!(file, "{}", serde_json::to_string(mooring)?)?;
        file.sync_data()
    }

    /// Those that nobody takes up again, the last first. A line that a kill cut off named a machine that was not made.
    ///
    /// # Errors
    /// What the system said.
    pub fn abandoned(&self) -> io::Result<Vec<Mooring>> {
        let text = match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let all = text.lines().rev().filter_map(|it| serde_json::from_str::<Mooring>(it).ok());
        let is_kept = |it: &Mooring| TAKEN_UP.iter().any(|name| it.folder.join(name).exists());
        Ok(all.filter(|it| !is_kept(it)).collect())
    }
}

impl Mooring {
    /// Takes the machine away from its harbour, with its files. What is gone already is no fault.
    ///
    /// # Errors
    /// What the platform said; then it is still there.
    pub async fn cast_off(&self, harbour: &Harbour) -> Answered<()> {
        harbour.remove(&self.name).await?;
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_resumption_takes_up_is_not_abandoned_and_a_line_cut_off_is_none() {
        let work = tempfile::tempdir().unwrap();
        let moorings = Moorings::of(work.path());
        assert_eq!(moorings.abandoned().unwrap(), []);
        let platform: Platform = serde_json::from_str(
            r#"{"id":"a","vendor":"v","product":"p","driver":"libvirt","settings":{"token":"env:T"}}"#,
        )
        .unwrap();
        let mooring = |name: &str| {
            let folder = work.path().join(name);
            fs::create_dir(&folder).unwrap();
            let (platform, name) = (platform.clone(), name.to_owned());
            Mooring { platform, name, folder, files: Vec::new() }
        };
        let all = ["lost", "source", "made", "job"].map(mooring);
        for (mooring, file) in all.iter().zip(["other.json", TAKEN_UP[0], TAKEN_UP[1], TAKEN_UP[2]])
        {
            moorings.add(mooring).unwrap();
            fs::write(mooring.folder.join(file), "{}").unwrap();
        }
        let mut file = OpenOptions::new().append(true).open(work.path().join(FILE)).unwrap();
        write!(file, "{{\"platform\":{{\"id\":").unwrap();
        assert_eq!(moorings.abandoned().unwrap(), [all[0].clone()]);
    }
}
