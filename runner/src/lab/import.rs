//! Steps 6 and 7: the VM is imported at the target, restarted there and looked at again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::step::Step;

use super::acts::Lab;
use super::layout::{Package, PackageKey, read_whole, trial_folder, write_whole};
use super::machine::Machine;
use super::ovf;
use super::qemu_img::{self, Disk};
use super::seen::{Seen, Stop, report};
use super::vm::VmDefinition;
use crate::driver::StepReport;
use crate::ledger::vm_uses;
use crate::slots::Claim;
use crate::stopwatch::Stopwatch;

impl Lab {
    /// Step 6: makes a VM at the target from the package.
    pub(crate) async fn import(&self, trial: &Trial) -> StepReport {
        let ready = self.ready_to_import(trial).await;
        let clock = Stopwatch::start();
        let result = match ready {
            Ok((key, _claim)) => self.import_now(trial, &key).await,
            Err(stop) => Err(stop),
        };
        report(Step::Import, &self.own(trial), clock, result)
    }

    /// Step 7: starts the VM at the target, reads its facts, pauses, resumes and shuts it down.
    pub(crate) async fn restart(&self, trial: &Trial) -> StepReport {
        let ready = self.ready_to_restart(trial).await;
        let clock = Stopwatch::start();
        let result = match ready {
            Ok((vm, claim)) => self.restart_now(trial, &vm, claim).await,
            Err(stop) => Err(stop),
        };
        report(Step::Restart, &self.own(trial), clock, result)
    }

    pub(crate) async fn ready_to_import(&self, trial: &Trial) -> Result<(PackageKey, Claim), Stop> {
        let key = self.package_key(trial)?;
        self.have_package(&key).await?;
        Ok((key, self.claim(1, 0).await?))
    }

    async fn ready_to_restart(&self, trial: &Trial) -> Result<(VmDefinition, Claim), Stop> {
        let file = self.place(trial).join("vm.json");
        if !file.exists() {
            self.import(trial).await;
        }
        let lost = || Stop::lab("the imported VM could not be had again".to_owned());
        let vm: VmDefinition = read_whole(&file).ok_or_else(lost)?;
        let claim = self.claim(vm.cpus, vm.memory_mib).await?;
        // From here on its disk is written to: a later attempt must import it again.
        std::fs::remove_file(&file).map_err(|error| Stop::io(&file, &error))?;
        Ok((vm, claim))
    }

    async fn import_now(&self, trial: &Trial, key: &PackageKey) -> Result<Seen, Stop> {
        let folder = self.place(trial);
        std::fs::create_dir_all(&folder).map_err(|error| Stop::io(&folder, &error))?;
        let profile = self.profile(&trial.target)?;
        let package = key.disk(self.ledger.folder());
        let path = self.target_disk(trial)?;
        let disk = Disk { path: &path, format: &profile.disk_format };
        let run = match key.through {
            Package::Disk => self.upload(&package, &path).await?,
            Package::Ovf => {
                let from = Disk { path: &package, format: "vmdk" };
                self.convert(from, disk, &profile.create_arguments()).await?
            }
        };
        let mut seen = self.check(disk, "import").await?;
        seen.proofs.extend(run.proofs("import"));
        let measure = self.measure(disk).await.map_err(|stop| stop.after(seen.clone()))?;
        let source = self.source_vm(&key.source).await?;
        let (vm, by_hand) = self.target_definition(trial, key)?;
        let api = |fact: &str, value| Observation::flag(fact, value, Channel::PlatformApi);
        let integer =
            |fact: &str, value| Observation::integer(fact, value, Channel::DiskInspection);
        seen.observations.extend([
            api("import.by_hand", by_hand),
            api("import.cpus_kept", vm.cpus == source.vm.cpus),
            api("import.memory_kept", vm.memory_mib == source.vm.memory_mib),
            api("import.mac_kept", vm.mac == source.vm.mac),
            integer("import.capacity_bytes", measure.capacity_bytes),
            integer("import.needed_bytes", source.capacity_bytes),
            integer("tool.warnings", i64::try_from(run.complaints()).unwrap_or(i64::MAX)),
        ]);
        let file = folder.join("vm.json");
        write_whole(&file, &vm).map_err(|error| Stop::io(&file, &error))?;
        Ok(seen)
    }

    /// Puts a disk into the target's storage as it is, holes kept.
    pub(crate) async fn upload(
        &self,
        from: &Path,
        to: &Path,
    ) -> Result<crate::tool::ToolRun, Stop> {
        let partial = to.with_extension("partial");
        let run = self.tool(qemu_img::upload(from, &partial)).await?;
        if !run.succeeded() {
            return Err(Stop::lab(format!("the upload failed: {}", run.stderr.trim())));
        }
        std::fs::rename(&partial, to).map_err(|error| Stop::io(to, &error))?;
        Ok(run)
    }

    /// The VM at the target: from the descriptor, or made by hand around the disk.
    fn target_definition(
        &self,
        trial: &Trial,
        key: &PackageKey,
    ) -> Result<(VmDefinition, bool), Stop> {
        let guest = self.guest(&trial.guest)?;
        let profile = self.profile(&trial.target)?;
        let subnet = self.subnet(&trial.guest, &trial.target)?;
        let mut vm = VmDefinition::fresh(guest.id.as_str(), &trial.to_string(), profile, subnet);
        (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
        if key.through == Package::Disk {
            return Ok((vm, true));
        }
        let described = ovf::describe(&key.folder(self.ledger.folder()))?;
        (vm.memory_mib, vm.cpus) = (described.memory_mib, described.cpus);
        vm.mac = described.mac.unwrap_or(vm.mac);
        vm.uuid = described.uuid.unwrap_or(vm.uuid);
        Ok((vm, false))
    }

    async fn restart_now(
        &self,
        trial: &Trial,
        vm: &VmDefinition,
        claim: Claim,
    ) -> Result<Seen, Stop> {
        let profile = self.profile(&trial.target)?;
        let disk = self.target_disk(trial)?;
        let serial = self.place(trial).join("serial");
        let argv = vm.argv(profile, self.engine, &disk, &serial);
        let source = self.source_vm(&self.source_key(trial)).await?;
        if vm_uses(&source.disk).map_err(|error| Stop::io(&source.disk, &error))? {
            let words = "the split-brain guard: a VM runs on the source's disk, so the one at the target was not started";
            return Err(Stop::lab(words.to_owned()));
        }
        let mut machine =
            Machine::start(&self.ledger, argv, &serial, claim).await.map_err(Stop::lab)?;
        let looked = self.look_at(&mut machine, &trial.guest).await;
        let mut seen = match looked {
            Ok(mut seen) => {
                let limit = Duration::from_secs(self.testbed.timeouts.shutdown_s.into());
                let off = machine.shut_down(limit).await;
                // Once more: the console has gone on since, and QEMU may have complained.
                seen.proofs = machine.proofs().await;
                self.asked(&trial.guest, &mut seen);
                match off {
                    Ok(observations) => {
                        seen.observations.extend(observations);
                        Ok(seen)
                    }
                    Err(reason) => Err(Stop::lab(reason).after(seen)),
                }
            }
            Err(stop) => Err(stop),
        };
        let unchanged = self.source_digest(&source)? == source.sha256;
        let last = Seen {
            observations: vec![Observation::flag(
                "source.unchanged",
                unchanged,
                Channel::DiskInspection,
            )],
            proofs: Vec::new(),
        };
        match &mut seen {
            Ok(seen) => seen.add(last),
            Err(stop) => *stop = stop.clone().after(last),
        }
        seen
    }

    pub(crate) fn place(&self, trial: &Trial) -> PathBuf {
        trial_folder(self.ledger.folder(), &self.source_key(trial), trial)
    }

    fn target_disk(&self, trial: &Trial) -> Result<PathBuf, Stop> {
        let format = &self.profile(&trial.target)?.disk_format;
        Ok(self.place(trial).join(format!("disk.{format}")))
    }

    /// The name of an act that only this trial needs.
    pub(crate) fn own(&self, trial: &Trial) -> String {
        let source = self.source_key(trial).name();
        self.act(&format!("{source}/{}+{}", trial.target, trial.route))
    }
}
