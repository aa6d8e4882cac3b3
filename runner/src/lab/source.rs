//! Steps 1 and 2: the VM at the source is booted, looked at, and shut down.

use std::path::PathBuf;
use std::time::Duration;

use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation};
use domain::step::Step;
use serde::{Deserialize, Serialize};

use super::acts::{Lab, Seen, Stop, report};
use super::images::digest_file;
use super::layout::{SourceKey, read_whole, write_whole};
use super::machine::{Boot, Machine, THAW};
use super::qemu_img::Disk;
use super::vm::VmDefinition;
use crate::driver::StepReport;
use crate::slots::Claim;
use crate::stopwatch::Stopwatch;

/// A source VM that is shut down: its disk must not change any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SourceVm {
    pub(crate) vm: VmDefinition,
    pub(crate) disk: PathBuf,
    pub(crate) sha256: Sha256Digest,
    pub(crate) capacity_bytes: i64,
}

impl Lab {
    /// Step 1: boots the VM at the source, reads its facts, pauses and resumes it.
    pub(crate) async fn sanity_check(&self, key: &SourceKey) -> StepReport {
        self.sanity
            .once(key.clone(), || async {
                let memory = self.guest(&key.guest).map_or(0, |guest| guest.memory_mib);
                let claim = self.claim(1, memory).await;
                let clock = Stopwatch::start();
                let result = match claim {
                    Ok(claim) => self.boot_source(key, claim).await,
                    Err(stop) => Err(stop),
                };
                report(Step::SanityCheck, &key.name(), clock, result)
            })
            .await
    }

    /// Step 2: shuts the VM down at the source.
    pub(crate) async fn shut_down(&self, key: &SourceKey) -> StepReport {
        self.shutdowns
            .once(key.clone(), || async {
                let ready = self.ready_to_shut_down(key).await;
                let clock = Stopwatch::start();
                let result = match ready {
                    Ok(machine) => self.shut_down_source(key, machine).await,
                    Err(stop) => Err(stop),
                };
                report(Step::Shutdown, &key.name(), clock, result)
            })
            .await
    }

    /// The source VM, shut down; booted and shut down again only where a killed run lost it.
    pub(crate) async fn source_vm(&self, key: &SourceKey) -> Result<SourceVm, Stop> {
        let file = key.folder(self.ledger.folder()).join("source.json");
        if let Some(source) = read_whole::<SourceVm>(&file) {
            return Ok(source);
        }
        self.shut_down(key).await;
        let lost = || Stop::lab(format!("the source VM {} could not be had again", key.name()));
        read_whole(&file).ok_or_else(lost)
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
        let measure = self.measure(to).await?;

        let vm = self.source_definition(key)?;
        let serial = folder.join("source-serial");
        let argv = vm.argv(profile, self.engine, &disk, &serial);
        let mut machine =
            Machine::start(&self.ledger, argv, &serial, claim).await.map_err(Stop::lab)?;
        let (channel, capacity) = (Channel::DiskInspection, measure.capacity_bytes);
        let mut seen = Seen {
            observations: vec![
                Observation::integer("disk.capacity_bytes", capacity, channel),
                Observation::integer("disk.snapshots", measure.snapshots, channel),
            ],
            proofs: Vec::new(),
        };
        match self.look_at(&mut machine).await {
            Ok(more) => seen.add(more),
            Err(stop) => return Err(stop.after(seen)),
        }
        self.running.lock().await.insert(key.clone(), machine);
        Ok(seen)
    }

    /// Waits for a VM's facts, then pauses and resumes it. Both ends of a trial do the same.
    pub(crate) async fn look_at(&self, machine: &mut Machine) -> Result<Seen, Stop> {
        let limit = Duration::from_secs(self.testbed.timeouts.boot_s.into());
        let mut seen = Seen::default();
        match machine.wait_for_facts(limit).await {
            Boot::Reported(facts) => {
                seen.observations.extend(facts.observations());
                match machine.pause_and_resume(THAW).await {
                    Ok(observations) => seen.observations.extend(observations),
                    Err(fault) => tracing::warn!(%fault, "pause and resume could not be observed"),
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

    fn source_definition(&self, key: &SourceKey) -> Result<VmDefinition, Stop> {
        let guest = self.guest(&key.guest)?;
        let profile = self.profile(&key.source)?;
        let subnet = self.subnet(&key.guest, &key.source)?;
        let seed = format!("{}/{}", key.guest, key.source);
        let mut vm = VmDefinition::fresh(key.guest.as_str(), &seed, profile, subnet);
        (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
        Ok(vm)
    }

    /// The running VM of step 1; started again where a killed run lost it.
    async fn ready_to_shut_down(&self, key: &SourceKey) -> Result<Machine, Stop> {
        if let Some(machine) = self.running.lock().await.remove(key) {
            return Ok(machine);
        }
        let claim = self.claim_for(&key.guest).await?;
        self.boot_source(key, claim).await?;
        let lost = || Stop::lab(format!("the source VM {} is gone", key.name()));
        self.running.lock().await.remove(key).ok_or_else(lost)
    }

    async fn shut_down_source(&self, key: &SourceKey, mut vm: Machine) -> Result<Seen, Stop> {
        let limit = Duration::from_secs(self.testbed.timeouts.shutdown_s.into());
        let observations = vm.shut_down(limit).await;
        let proofs = vm.proofs().await;
        drop(vm);
        let profile = self.profile(&key.source)?;
        let folder = key.folder(self.ledger.folder());
        let disk = folder.join(format!("source.{}", profile.disk_format));
        let sha256 = digest_file(&disk).map_err(|error| Stop::io(&disk, &error))?;
        let measure = self.measure(Disk { path: &disk, format: &profile.disk_format }).await?;
        let capacity_bytes = measure.capacity_bytes;
        let vm = self.source_definition(key)?;
        let file = folder.join("source.json");
        write_whole(&file, &SourceVm { vm, disk, sha256, capacity_bytes })
            .map_err(|error| Stop::io(&file, &error))?;
        Ok(Seen { observations, proofs })
    }
}
