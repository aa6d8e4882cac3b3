//! Steps 1 and 2 at a harbour: the machine is put there if it is not there yet, looked at, and shut down.

use std::path::PathBuf;
use std::time::Duration;

use domain::observation::{Channel, Observation};
use domain::preflight::{also_observable, at_source};
use domain::step::Step;
use platforms::platform::Platform as _;
use platforms::words::{PowerOp, PowerState, VmRef, VmSpec};

use super::arrival::Berth;
use super::moorings::JOB;
use super::trouble::stop;
use super::watch::Watch;
use super::{Fleet, Harbour};
use crate::driver::StepReport;
use crate::lab::described::by_platform;
use crate::lab::layout::SourceKey;
use crate::lab::qemu_img::Disk;
use crate::lab::seen::{Seen, Stop, report};
use crate::lab::source::{SANITY, SHUTDOWN, SOURCE, SourceVm, digest};
use crate::lab::vm::VmDefinition;
use crate::stopwatch::Stopwatch;

/// First half of the hardware addresses of machines that a campaign makes at harbours: QEMU's own.
pub(super) const MAC_PREFIX: &str = "52:54:00";

impl Fleet {
    /// Step 1, once for all trials of this source.
    pub(super) async fn sanity_check(&self, harbour: &Harbour, key: &SourceKey) -> StepReport {
        let lab = self.lab();
        if let (Some(report), Some(_)) = (lab.kept(key, SANITY), lab.kept_source(key)) {
            return report;
        }
        let act = || async {
            let claim = lab.claim_for(&key.guest).await;
            let clock = Stopwatch::start();
            let result = match claim {
                Ok(claim) => match self.boot(harbour, key).await {
                    Ok((vm, seen)) => {
                        self.running.lock().await.insert(key.clone(), (vm, claim));
                        Ok(seen)
                    }
                    Err(stop) => Err(stop),
                },
                Err(stop) => Err(stop),
            };
            let report = report(Step::SanityCheck, &lab.act(&key.name()), clock, result);
            lab.keep(key, SANITY, &report);
            report
        };
        lab.sanity.once(key.clone(), act).await
    }

    /// Step 2, likewise.
    pub(super) async fn shut_down(&self, harbour: &Harbour, key: &SourceKey) -> StepReport {
        let lab = self.lab();
        if let (Some(report), Some(_)) = (lab.kept(key, SHUTDOWN), lab.kept_source(key)) {
            return report;
        }
        let act = || async {
            self.sanity_check(harbour, key).await;
            let running = self.running.lock().await.remove(key);
            let clock = Stopwatch::start();
            let result = match running {
                Some((vm, _claim)) => self.switch_off(harbour, &vm).await,
                None => {
                    Err(Stop::lab(format!("the source VM {} could not be had again", key.name())))
                }
            };
            let (source, result) = match result {
                Ok((source, seen)) => (Some(source), Ok(seen)),
                Err(stop) => (None, Err(stop)),
            };
            let report = report(Step::Shutdown, &lab.act(&key.name()), clock, result);
            lab.keep(key, SHUTDOWN, &report);
            if let Some(source) = source {
                lab.keep(key, SOURCE, &source);
            }
            report
        };
        lab.shutdowns.once(key.clone(), act).await
    }

    /// The source, shut down; booted and shut down again only where a killed run lost it.
    pub(super) async fn have_source(&self, harbour: &Harbour, key: &SourceKey) {
        if self.lab().kept_source(key).is_none() {
            self.shut_down(harbour, key).await;
        }
    }

    pub(crate) fn source_berth(&self, harbour: &Harbour, key: &SourceKey) -> Berth {
        Berth::of(harbour, key.folder(self.lab().ledger.folder()), key.guest.as_str())
    }

    async fn boot(&self, harbour: &Harbour, key: &SourceKey) -> Result<(VmRef, Seen), Stop> {
        let folder = key.folder(self.lab().ledger.folder());
        std::fs::create_dir_all(&folder).map_err(|error| Stop::io(&folder, &error))?;
        let (vm, spec) = match harbour.machine(&key.guest) {
            Some(name) => {
                let found = harbour.look_up(name).await;
                found.map_err(|fault| stop("the machine at the source", &fault))?
            }
            // Before the first step of the seven: what fails here is the lab's own trouble.
            None => {
                let placed = self.place(harbour, key).await;
                placed.map_err(|stop| stop.blame_the_lab("the machine at the source"))?
            }
        };
        let (path, format) = first_disk(&spec, &vm)?;
        let disk = Disk { path: &path, format: &format };
        // One that runs already has locked its disk.
        let measure = if spec.state == Some(PowerState::Off) {
            self.lab().measure(disk).await?
        } else {
            self.lab().measure_in_use(disk).await?
        };
        let (channel, capacity) = (Channel::DiskInspection, measure.capacity_bytes);
        let seen = Seen {
            observations: vec![
                Observation::integer("disk.capacity_bytes", capacity, channel),
                Observation::integer("disk.snapshots", measure.snapshots, channel),
            ],
            proofs: Vec::new(),
        };
        if spec.state == Some(PowerState::Running) {
            self.remember_running(key);
        } else {
            let started = harbour.power(&vm, PowerOp::Start).await;
            started.map_err(|fault| stop("the start", &fault).after(seen.clone()))?;
        }
        let limit = Duration::from_secs(self.lab().testbed.timeouts.boot_s.into());
        let probes = self.lab().probes(&key.guest);
        let looked = Watch::of(harbour, vm.clone()).look(limit, probes).await;
        let mut all = seen.clone();
        all.add(looked.map_err(|stop| stop.after(seen))?);
        let spec = harbour.platform.inspect(&vm).await;
        let spec = spec.map_err(|fault| stop("looking it up", &fault).after(all.clone()))?;
        all.observations.extend(at_source(&by_platform(key.guest.as_str(), &spec)));
        also_observable(&mut all.observations, &["host.name_own"]);
        self.lab().asked(&key.guest, &mut all);
        Ok((vm, all))
    }

    /// Puts the lab's image of a guest into the harbour, as if it had been installed there.
    pub(crate) async fn place(
        &self,
        harbour: &Harbour,
        key: &SourceKey,
    ) -> Result<(VmRef, VmSpec), Stop> {
        let lab = self.lab();
        let berth = self.source_berth(harbour, key);
        let _ = std::fs::remove_file(berth.folder.join(JOB));
        self.moor(harbour, &berth).await?;
        let image = lab.image(&key.guest, &key.source)?;
        let from = Disk { path: &image.path, format: "raw" };
        lab.convert(from, Disk { path: &berth.disk, format: &harbour.disk_format }, &[]).await?;
        let guest = lab.guest(&key.guest)?;
        let seed = format!("{}/{}", key.guest, key.source);
        let mut vm = VmDefinition::numbered(&berth.name, &seed, MAC_PREFIX);
        (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
        let arrival = self.arrival(harbour, &berth, &vm)?;
        self.take_in(harbour, &berth.folder, &arrival).await?;
        // What it is may be asked for, but no later run takes it up before it is off.
        let _ = std::fs::remove_file(berth.folder.join(JOB));
        let found = harbour.look_up(&berth.name).await;
        found.map_err(|fault| stop("looking it up", &fault))
    }

    async fn switch_off(&self, harbour: &Harbour, vm: &VmRef) -> Result<(SourceVm, Seen), Stop> {
        let limit = Duration::from_secs(self.lab().testbed.timeouts.shutdown_s.into());
        let seen = Watch::of(harbour, vm.clone()).shut_down(limit).await?;
        let spec = harbour.platform.inspect(vm).await;
        let spec = spec.map_err(|fault| stop("looking it up", &fault).after(seen.clone()))?;
        let (disk, format) = first_disk(&spec, vm)?;
        let measure = self.lab().measure(Disk { path: &disk, format: &format }).await?;
        let sha256 = digest(&disk)?;
        let vm = definition(vm, &spec);
        let capacity_bytes = measure.capacity_bytes;
        let told = Some(spec);
        Ok((SourceVm { vm, disk, format, sha256, capacity_bytes, told }, seen))
    }
}

/// The first disk of a machine, as a file of this machine.
pub(super) fn first_disk(spec: &VmSpec, vm: &VmRef) -> Result<(PathBuf, String), Stop> {
    let disk = spec.disks.iter().find(|it| it.place.is_some());
    let untold =
        || Stop::lab(format!("the driver does not tell where the disk of {} lies", vm.name));
    let disk = disk.ok_or_else(untold)?;
    let path = PathBuf::from(disk.place.clone().unwrap_or_default());
    let format = disk.format.clone().unwrap_or_else(|| "raw".to_owned());
    match std::fs::File::open(&path) {
        Ok(_) => Ok((path, format)),
        Err(error) => Err(Stop::lab(format!(
            "the disk of {} lies at {}, which cannot be read here: {error}. Run this on the platform's own host, as somebody who may read it",
            vm.name,
            path.display()
        ))),
    }
}

/// What the platform says of a machine, as the packages of the lab need it.
fn definition(vm: &VmRef, spec: &VmSpec) -> VmDefinition {
    let small = |it: Option<u64>| it.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    VmDefinition {
        name: vm.name.clone(),
        memory_mib: small(spec.memory_bytes.map(|it| it >> 20)),
        cpus: small(spec.cpus),
        mac: spec.nics.first().and_then(|it| it.mac.clone()).unwrap_or_default(),
        uuid: vm.id.clone(),
        subnet: String::new(),
    }
}
