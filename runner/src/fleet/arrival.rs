//! A machine is made at a harbour: its disk is put in place, it is described, and taken in.

use std::path::{Path, PathBuf};

use domain::ids::Sha256Digest;
use platforms::command::Hardware;
use platforms::platform::Platform as _;
use platforms::words::{Arrival, Job};

use super::moorings::{JOB, Mooring};
use super::trouble::stop;
use super::{Fleet, Harbour};
use crate::lab::layout::{read_whole, write_whole};
use crate::lab::seen::Stop;
use crate::lab::vm::VmDefinition;

/// Where a machine of a campaign lies, and what it is called there.
pub(crate) struct Berth {
    pub(crate) name: String,
    /// What the campaign knows of it.
    pub(super) folder: PathBuf,
    pub(super) disk: PathBuf,
    pub(super) console: PathBuf,
}

impl Berth {
    /// The berth of what is kept in this folder; no other campaign has the same name.
    pub(super) fn of(harbour: &Harbour, folder: PathBuf, guest: &str) -> Self {
        let digest = Sha256Digest::of(folder.to_string_lossy().as_bytes()).to_string();
        let name = format!("portolan-{guest}-{}", &digest[..12]);
        let at = harbour.own.folder.as_ref().unwrap_or(&folder);
        let disk = at.join(format!("{name}.{}", harbour.disk_format));
        Self { disk, console: at.join(format!("{name}.console")), name, folder }
    }

    fn mooring(&self, harbour: &Harbour) -> Mooring {
        Mooring {
            platform: harbour.declared.clone(),
            name: self.name.clone(),
            folder: self.folder.clone(),
            files: vec![self.disk.clone(), self.console.clone()],
        }
    }
}

impl Fleet {
    /// Makes room for a machine: what stands there from an earlier attempt goes, and the new one is written down.
    pub(super) async fn moor(&self, harbour: &Harbour, berth: &Berth) -> Result<(), Stop> {
        std::fs::create_dir_all(&berth.folder).map_err(|error| Stop::io(&berth.folder, &error))?;
        self.cast_off(harbour, berth).await?;
        let mooring = berth.mooring(harbour);
        self.moorings.add(&mooring).map_err(|error| Stop::io(&berth.folder, &error))
    }

    /// Takes a machine away, if it is there.
    pub(crate) async fn cast_off(&self, harbour: &Harbour, berth: &Berth) -> Result<(), Stop> {
        let gone = berth.mooring(harbour).cast_off(harbour).await;
        gone.map_err(|fault| stop(&format!("removing {}", berth.name), &fault))
    }

    /// What `import` is given: the definition around the disk, or the disk alone where the driver describes none.
    pub(super) fn arrival(
        &self,
        harbour: &Harbour,
        berth: &Berth,
        vm: &VmDefinition,
    ) -> Result<Arrival, Stop> {
        let name = berth.name.clone();
        let Some(definition) = harbour.platform.definition() else {
            let (format, file) = (harbour.disk_format.clone(), berth.disk.clone());
            return Ok(Arrival { name, format, file });
        };
        let text = harbour.platform.define(&hardware(harbour, berth, vm));
        let text = text.map_err(|fault| stop("the definition", &fault))?;
        let file = berth.folder.join("definition");
        std::fs::write(&file, text).map_err(|error| Stop::io(&file, &error))?;
        Ok(Arrival { name, format: definition.format.clone(), file })
    }

    /// Takes a machine in. A job that an earlier run began is asked about, not begun again.
    pub(super) async fn take_in(
        &self,
        harbour: &Harbour,
        folder: &Path,
        arrival: &Arrival,
    ) -> Result<Job, Stop> {
        let failed = |fault| stop("the import", &fault);
        let kept = folder.join(JOB);
        let job = match read_whole::<Job>(&kept) {
            Some(job) => job,
            None => {
                let job = harbour.platform.import(arrival).await.map_err(failed)?;
                write_whole(&kept, &job).map_err(|error| Stop::io(&kept, &error))?;
                job
            }
        };
        let settled = harbour.settle(&job).await;
        if settled.is_err() {
            let _ = std::fs::remove_file(&kept);
        }
        settled.map(|()| job).map_err(failed)
    }
}

pub(super) fn hardware(harbour: &Harbour, berth: &Berth, vm: &VmDefinition) -> Hardware {
    Hardware {
        name: berth.name.clone(),
        uuid: vm.uuid.clone(),
        mac: vm.mac.clone(),
        cpus: vm.cpus,
        memory_mib: vm.memory_mib,
        disk: berth.disk.clone(),
        disk_format: harbour.disk_format.clone(),
        console: berth.console.clone(),
    }
}
