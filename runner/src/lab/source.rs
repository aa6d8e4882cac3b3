//! Steps 1 and 2: the VM at the source is booted, looked at, and shut down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::applications::observable;
use domain::ids::{GuestId, Sha256Digest};
use domain::observation::{Channel, Observation};
use domain::preflight::{Machine as DescribedMachine, also_observable, at_source};
use domain::step::Step;
use platforms::words::VmSpec;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::acts::Lab;
use super::described::described;
use super::images::digest_file;
use super::layout::{SourceKey, read_whole, write_whole};
use super::machine::{Boot, Machine, THAW};
use super::qemu_img::Disk;
use super::qmp::QmpFault;
use super::seen::{Seen, Stop, report};
use super::vm::VmDefinition;
use crate::driver::StepReport;
use crate::slots::Claim;
use crate::stopwatch::Stopwatch;

/// Files of a source VM: the reports of steps 1 and 2, and what is known of it when it is off.
pub(crate) const SANITY: &str = "sanity.json";
pub(crate) const SHUTDOWN: &str = "shutdown.json";
pub(crate) const SOURCE: &str = "source.json";

/// A source VM that is shut down: its disk must not change any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SourceVm {
    pub(crate) vm: VmDefinition,
    pub(crate) disk: PathBuf,
    pub(crate) format: String,
    pub(crate) sha256: Sha256Digest,
    pub(crate) capacity_bytes: i64,
    /// What its platform's driver tells of it; none in the lab, whose own definition tells all.
    pub(crate) told: Option<VmSpec>,
}

impl Lab {
    /// Step 1: boots the VM at the source, reads its facts, pauses and resumes it.
    ///
    /// A source VM that a killed run shut down already is not booted again: trials that have not
    /// recorded the step are given the report that the others recorded.
    pub(crate) async fn sanity_check(&self, key: &SourceKey) -> StepReport {
        if let (Some(report), Some(_)) = (self.kept(key, SANITY), self.kept_source(key)) {
            return report;
        }
        self.booted(key).await
    }

    /// Step 2: shuts the VM down at the source. Of a source VM that is shut down the report is kept.
    pub(crate) async fn shut_down(&self, key: &SourceKey) -> StepReport {
        if let (Some(report), Some(_)) = (self.kept(key, SHUTDOWN), self.kept_source(key)) {
            return report;
        }
        let act = || async {
            let ready = self.ready_to_shut_down(key).await;
            let clock = Stopwatch::start();
            let result = match ready {
                Ok(machine) => self.shut_down_source(key, machine).await,
                Err(stop) => Err(stop),
            };
            let (source, result) = match result {
                Ok((source, seen)) => (Some(source), Ok(seen)),
                Err(stop) => (None, Err(stop)),
            };
            let report = report(Step::Shutdown, &self.act(&key.name()), clock, result);
            // The source's own file comes last: it says that both reports are there.
            self.keep(key, SHUTDOWN, &report);
            if let Some(source) = source {
                self.keep(key, SOURCE, &source);
            }
            report
        };
        self.shutdowns.once(key.clone(), act).await
    }

    /// The source VM, shut down; booted and shut down again only where a killed run lost it.
    pub(crate) async fn source_vm(&self, key: &SourceKey) -> Result<SourceVm, Stop> {
        if let Some(source) = self.kept_source(key) {
            return Ok(source);
        }
        self.shut_down(key).await;
        let lost = || Stop::lab(format!("the source VM {} could not be had again", key.name()));
        self.kept_source(key).ok_or_else(lost)
    }

    /// Boots the source VM, once for all who need it.
    async fn booted(&self, key: &SourceKey) -> StepReport {
        let act = || async {
            let claim = self.claim_for(&key.guest).await;
            let clock = Stopwatch::start();
            let result = match claim {
                Ok(claim) => self.boot_source(key, claim).await,
                Err(stop) => Err(stop),
            };
            let report = report(Step::SanityCheck, &self.act(&key.name()), clock, result);
            self.keep(key, SANITY, &report);
            report
        };
        self.sanity.once(key.clone(), act).await
    }

    /// Keeps a small file of a source VM. One that cannot be written is missed later, as if it had
    /// been lost.
    pub(crate) fn keep<T: Serialize>(&self, key: &SourceKey, name: &str, value: &T) {
        let file = key.folder(self.ledger.folder()).join(name);
        if let Err(error) = write_whole(&file, value) {
            tracing::warn!(%error, file = %file.display(), "not kept");
        }
    }

    pub(crate) fn kept<T: DeserializeOwned>(&self, key: &SourceKey, name: &str) -> Option<T> {
        read_whole(&key.folder(self.ledger.folder()).join(name))
    }

    pub(crate) fn kept_source(&self, key: &SourceKey) -> Option<SourceVm> {
        self.kept(key, SOURCE)
    }

    async fn boot_source(&self, key: &SourceKey, claim: Claim) -> Result<Seen, Stop> {
        let folder = key.folder(self.ledger.folder());
        std::fs::create_dir_all(&folder).map_err(|error| Stop::io(&folder, &error))?;
        let profile = self.profile(&key.source)?;
        let disk = folder.join(format!("source.{}", profile.disk_format));
        let image = self.image(&key.guest, &key.source)?;
        let from = Disk { path: &image.path, format: "raw" };
        let to = Disk { path: &disk, format: &profile.disk_format };
        // Before the first step of the seven: what fails here is the lab's own trouble.
        let made = self.convert(from, to, &profile.create_arguments()).await;
        made.map_err(|stop| stop.blame_the_lab("the source VM's disk could not be made"))?;
        let measure = self.measure(to).await;
        let measure = measure.map_err(|stop| stop.blame_the_lab("the source VM's disk"))?;

        let vm = self.source_definition(key)?;
        let serial = folder.join("source-serial");
        let argv = vm.argv(profile, self.engine, &disk, &serial);
        let mut machine =
            Machine::start(&self.ledger, argv.clone(), &serial, claim).await.map_err(Stop::lab)?;
        let (channel, capacity) = (Channel::DiskInspection, measure.capacity_bytes);
        let mut seen = Seen {
            observations: vec![
                Observation::integer("disk.capacity_bytes", capacity, channel),
                Observation::integer("disk.snapshots", measure.snapshots, channel),
            ],
            proofs: Vec::new(),
        };
        match self.look_at(&mut machine, &key.guest).await {
            Ok(more) => seen.add(more),
            Err(stop) => return Err(stop.after(seen)),
        }
        let described = described(&vm.name, &argv);
        let described =
            DescribedMachine { is_normal: machine.is_running().await.into(), ..described };
        seen.observations.extend(at_source(&described));
        also_observable(&mut seen.observations, &["host.name_own"]);
        self.asked(&key.guest, &mut seen);
        self.running.lock().await.insert(key.clone(), machine);
        Ok(seen)
    }

    /// Says of a step that what the guest's probes tell can be observed in it.
    pub(crate) fn asked(&self, guest: &GuestId, seen: &mut Seen) {
        also_observable(&mut seen.observations, &observable(self.probes(guest)));
    }

    /// Waits for a VM's facts and what its applications say, then pauses and resumes it. Both ends of a
    /// trial do the same.
    pub(crate) async fn look_at(
        &self,
        machine: &mut Machine,
        guest: &GuestId,
    ) -> Result<Seen, Stop> {
        let limit = Duration::from_secs(self.testbed.timeouts.boot_s.into());
        let mut seen = Seen::default();
        match machine.wait_for_facts(limit).await {
            Boot::Reported(facts) => {
                seen.observations.extend(facts.observations());
                seen.observations.extend(machine.applications(self.probes(guest)));
                match machine.pause_and_resume(THAW).await {
                    Ok(observations) => seen.observations.extend(observations),
                    // Refused: not observed. Anything else: QEMU is not what it was.
                    Err(fault @ QmpFault::Refused { .. }) => {
                        tracing::warn!(%fault, "pause and resume could not be observed");
                    }
                    Err(fault @ (QmpFault::Closed | QmpFault::Silent(_))) => {
                        machine.pull_the_plug().await;
                        seen.proofs.extend(machine.proofs().await);
                        return Err(Stop::lab(format!("{fault} while it ran")).after(seen));
                    }
                }
                seen.proofs.extend(machine.proofs().await);
                Ok(seen)
            }
            Boot::Failed(reason) => {
                let shot = self.ledger.folder().join(format!("{}.partial", machine.id()));
                seen.proofs.extend(machine.screenshot(&shot).await);
                machine.pull_the_plug().await;
                seen.proofs.extend(machine.proofs().await);
                let reached = Observation::flag("boot.reached", false, Channel::SerialConsole);
                seen.observations.extend([reached, machine.tail()]);
                Err(Stop::product(reason, seen))
            }
            Boot::Died(reason) => {
                seen.proofs.extend(machine.proofs().await);
                let said = machine.complaint(&seen.proofs);
                Err(Stop::lab(format!("{reason}; it said: {said}")).after(seen))
            }
        }
    }

    pub(crate) fn source_definition(&self, key: &SourceKey) -> Result<VmDefinition, Stop> {
        let guest = self.guest(&key.guest)?;
        let profile = self.profile(&key.source)?;
        let subnet = self.subnet(&key.guest, &key.source)?;
        let seed = format!("{}/{}", key.guest, key.source);
        let mut vm = VmDefinition::fresh(key.guest.as_str(), &seed, profile, subnet);
        (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
        Ok(vm)
    }

    /// The running VM of step 1; booted again where a killed run lost it.
    async fn ready_to_shut_down(&self, key: &SourceKey) -> Result<Machine, Stop> {
        self.booted(key).await;
        let lost = || Stop::lab(format!("the source VM {} could not be booted again", key.name()));
        self.running.lock().await.remove(key).ok_or_else(lost)
    }

    async fn shut_down_source(
        &self,
        key: &SourceKey,
        mut machine: Machine,
    ) -> Result<(SourceVm, Seen), Stop> {
        let limit = Duration::from_secs(self.testbed.timeouts.shutdown_s.into());
        let off = machine.shut_down(limit).await;
        let proofs = machine.proofs().await;
        drop(machine);
        let seen = match off {
            Ok(observations) => Seen { observations, proofs },
            Err(reason) => {
                return Err(Stop::lab(reason).after(Seen { observations: Vec::new(), proofs }));
            }
        };
        let profile = self.profile(&key.source)?;
        let disk = key.folder(self.ledger.folder()).join(format!("source.{}", profile.disk_format));
        let sha256 = digest(&disk)?;
        let measure = self.measure(Disk { path: &disk, format: &profile.disk_format }).await;
        let blamed = measure.map_err(|stop| stop.blame_the_lab("the source VM's disk"));
        let capacity_bytes = blamed?.capacity_bytes;
        let vm = self.source_definition(key)?;
        let format = profile.disk_format.clone();
        Ok((SourceVm { vm, disk, format, sha256, capacity_bytes, told: None }, seen))
    }
}

impl SourceVm {
    /// Its disk, as its platform keeps it.
    pub(crate) fn image(&self) -> Disk<'_> {
        Disk { path: &self.disk, format: &self.format }
    }
}

/// The digest of a disk's bytes.
pub(crate) fn digest(disk: &Path) -> Result<Sha256Digest, Stop> {
    // Large disks take seconds: the other tasks of this thread must not wait for them.
    let digest = tokio::task::block_in_place(|| digest_file(disk));
    digest.map_err(|error| Stop::io(disk, &error))
}
