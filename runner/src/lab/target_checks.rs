//! Steps 4 and 5: has the target what the VM needs, and could it run what was exported?

use std::path::Path;

use domain::observation::{Channel, Observation, Value};
use domain::plan::Trial;
use domain::preflight::{Machine, Target, at_target, fits};
use domain::step::Step;

use super::acts::Lab;
use super::described::{by_platform, described};
use super::layout::{Package, PackageKey, trial_folder};
use super::ovf;
use super::qemu_img::Disk;
use super::seen::{Seen, Stop, report};
use crate::driver::StepReport;
use crate::stopwatch::Stopwatch;

/// Why two VMs of this lab cannot get into each other's way.
const OWN_NETWORK: &str = "each VM of this lab has a network of its own";
/// Space an import needs beyond the disk itself, in bytes: a file system's own tenth, and logs.
pub(crate) const SCRATCH: i64 = 64 * 1024 * 1024;

impl Lab {
    /// Step 4: memory, processors, space, formats and the network at the target.
    pub(crate) async fn resource_check(&self, trial: &Trial) -> StepReport {
        let clock = Stopwatch::start();
        let result = self.resources(trial).await;
        report(Step::ResourceCheck, &self.own(trial), clock, result)
    }

    /// Step 5: the package by itself (once for all targets), and against this target.
    pub(crate) async fn consistency_check(&self, trial: &Trial) -> StepReport {
        let (result, inspected_ms) = match self.package_key(trial) {
            Ok(key) => self.inspect_once(&key).await,
            Err(stop) => (Err(stop), 0),
        };
        let clock = Stopwatch::start();
        let result = match result {
            Ok(seen) => self.fit(trial, seen).await,
            Err(stop) => Err(stop),
        };
        let mut report = report(Step::ConsistencyCheck, &self.own(trial), clock, result);
        report.duration_ms += inspected_ms;
        report
    }

    async fn resources(&self, trial: &Trial) -> Result<Seen, Stop> {
        let source = self.source_vm(&self.source_key(trial)).await?;
        self.resources_for(trial, Some(source.capacity_bytes)).await
    }

    /// What the target has for a VM whose disk holds this many bytes, if that is known.
    pub(crate) async fn resources_for(
        &self,
        trial: &Trial,
        disk_bytes: Option<i64>,
    ) -> Result<Seen, Stop> {
        let guest = self.guest(&trial.guest)?;
        let profile = self.profile(&trial.target)?;
        let largest = largest_disk(&profile.disk_format);
        let folder = trial_folder(self.ledger.folder(), &self.source_key(trial), trial);
        let offers = self.offers().await?;
        let (supported, formats) = self.writes(&profile.disk_format).await?;
        let needed_bytes = disk_bytes.map(|it| it / 10 * 11 + SCRATCH);
        let capacity = self.capacity(trial, needed_bytes.unwrap_or_default())?;
        let api_number =
            |fact: &str, value: i64| Observation::integer(fact, value, Channel::PlatformApi);
        let api = |fact: &str, value: bool| Observation::flag(fact, value, Channel::PlatformApi);
        let mut observations = vec![
            api_number("memory.needed_mib", guest.memory_mib.into()),
            api_number("memory.available_mib", capacity.memory_mib),
            api_number("cpu.needed", guest.cpus.into()),
            api_number("cpu.available", capacity.cpus),
            api_number("storage.free_bytes", capacity.storage_bytes),
            Observation::integer("format.largest_bytes", largest, Channel::PlatformApi),
            api("format.supported", supported),
            api("network.present", offers.network()),
            Observation::list("hardware.missing", offers.missing(profile), Channel::PlatformApi),
            Observation::new(
                "mac.in_use",
                Value::NotApplicable(OWN_NETWORK.to_owned()),
                Channel::PlatformApi,
            ),
            api("name.free", !folder.exists()),
        ];
        let needs = [("storage.needed_bytes", needed_bytes), ("disk.needed_bytes", disk_bytes)];
        let known = needs.into_iter().filter_map(|(fact, value)| Some((fact, value?)));
        observations.extend(known.map(|(fact, value)| api_number(fact, value)));
        let (machine, target) = self.both_ends(trial).await?;
        observations.extend(at_target(&machine, &target));
        Ok(Seen { observations, proofs: formats.proofs("formats") })
    }

    /// The source VM as its platform describes it, and what the target says of itself.
    async fn both_ends(&self, trial: &Trial) -> Result<(Machine, Target), Stop> {
        let own = self.subnet(&trial.guest, &trial.target)?;
        let declared = self.declared_capacity(&trial.target)?;
        let (machine, subnet) = self.described(trial)?;
        let target = self.offers().await?.target(declared, (&subnet, own));
        Ok((machine, target))
    }

    /// The source VM as its platform describes it, and the network it is on there.
    pub(crate) fn described(&self, trial: &Trial) -> Result<(Machine, String), Stop> {
        let key = self.source_key(trial);
        if self.abroad.contains_key(&trial.source) {
            let told = self.kept_source(&key).and_then(|it| it.told);
            let told = told.or_else(|| self.glimpsed.lock().get(&key).cloned());
            let spec = told.unwrap_or_default();
            return Ok((by_platform(key.guest.as_str(), &spec), String::new()));
        }
        let vm = self.source_definition(&key)?;
        let disk = Path::new("source");
        let argv = vm.argv(self.profile(&trial.source)?, self.engine, disk, disk);
        Ok((described(&vm.name, &argv), vm.subnet))
    }

    /// What the target offers: what the testbed declares of it. A machine of the lab that is too
    /// small to play its part is the lab's trouble, not the platform's.
    pub(super) fn capacity(&self, trial: &Trial, needed_bytes: i64) -> Result<Capacity, Stop> {
        let needed_mib = i64::from(self.guest(&trial.guest)?.memory_mib);
        let folder = self.ledger.folder();
        let free_bytes = free_bytes(folder).map_err(|error| Stop::io(folder, &error))?;
        if free_bytes < needed_bytes {
            let words = "the lab's disk is full: it has";
            return Err(Stop::lab(format!("{words} {free_bytes} bytes, needs {needed_bytes}")));
        }
        if let Some(free_mib) = free_mib().filter(|free| *free < needed_mib) {
            let words = "the lab's memory is short: it has";
            return Err(Stop::lab(format!("{words} {free_mib} MiB, needs {needed_mib}")));
        }
        let declared = self.declared_capacity(&trial.target)?;
        Ok(Capacity {
            memory_mib: declared.memory_mib.unwrap_or(self.testbed.slots.memory_mib).into(),
            cpus: declared.cpus.map_or_else(processors, i64::from),
            storage_bytes: declared.storage_mib.map_or(free_bytes, |it| i64::from(it) << 20),
        })
    }

    /// The package by itself and how long that took, in milliseconds; once for all targets.
    pub(crate) async fn inspect_once(&self, key: &PackageKey) -> (Result<Seen, Stop>, u64) {
        let act = || async {
            let ready = match self.have_package(key).await {
                Ok(()) => self.claim(1, 0).await,
                Err(stop) => Err(stop),
            };
            let clock = Stopwatch::start();
            match ready {
                Ok(_claim) => (self.inspect(key).await, clock.elapsed_ms()),
                Err(stop) => (Err(stop), 0),
            }
        };
        self.inspections.once(key.clone(), act).await
    }

    /// The package by itself: structure, content, capacity, descriptor and manifest.
    async fn inspect(&self, key: &PackageKey) -> Result<Seen, Stop> {
        let source = self.source_vm(&key.source).await?;
        let path = key.disk(self.ledger.folder());
        let disk = Disk { path: &path, format: &key.format };
        let mut seen = self.check(disk, "package").await?;
        let measure = self.measure(disk).await.map_err(|stop| stop.after(seen.clone()))?;
        let (same, run) = self.compare(source.image(), disk).await?;
        seen.proofs.extend(run.proofs("compare"));
        let grown = measure.capacity_bytes - source.capacity_bytes;
        let integer =
            |fact: &str, value| Observation::integer(fact, value, Channel::DiskInspection);
        seen.observations.extend([
            Observation::flag("package.content_identical", same, Channel::DiskInspection),
            integer("package.capacity_bytes", measure.capacity_bytes),
            integer("package.needed_bytes", source.capacity_bytes),
            integer("package.grown_bytes", grown.max(0)),
        ]);
        let folder = key.folder(self.ledger.folder());
        match key.through {
            Package::Ovf => {
                let facts = ovf::facts(&folder).map_err(|stop| stop.after(seen.clone()))?;
                seen.observations.extend(facts);
            }
            Package::Disk => seen.observations.extend(ovf::FACTS.map(without_ovf)),
        }
        Ok(seen)
    }

    /// The package against this target: firmware and drivers.
    pub(crate) async fn fit(&self, trial: &Trial, mut seen: Seen) -> Result<Seen, Stop> {
        let profile = self.profile(&trial.target)?;
        let guest = self.guest(&trial.guest)?;
        let firmware = self.offers().await?.firmware(&guest.firmware);
        let text = |fact: &str, value: &str| Observation::text(fact, value, Channel::PlatformApi);
        seen.observations.extend([
            Observation::flag("firmware.offered", firmware, Channel::PlatformApi),
            text("target.storage_driver", &profile.storage_driver),
            text("target.network_driver", &profile.network_driver),
        ]);
        let (machine, target) = self.both_ends(trial).await?;
        seen.observations.extend(fits(&machine, &target));
        Ok(seen)
    }
}

pub(crate) fn without_ovf(fact: &str) -> Observation {
    let why = Value::NotApplicable("this route has no OVF package".to_owned());
    Observation::new(fact, why, Channel::DiskInspection)
}

/// What a target offers.
pub(super) struct Capacity {
    pub(super) memory_mib: i64,
    pub(super) cpus: i64,
    storage_bytes: i64,
}

/// Largest disk a format can hold, in bytes: VHD ends at 2040 GiB, VHDX at 64 TiB; the others are
/// bounded far above anything a lab holds.
pub(crate) fn largest_disk(format: &str) -> i64 {
    match format {
        "vpc" => 2040 << 30,
        "vhdx" => 64 << 40,
        _ => i64::MAX,
    }
}

fn free_mib() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<i64>().ok()? / 1024)
}

fn processors() -> i64 {
    std::thread::available_parallelism().map_or(1, |it| i64::try_from(it.get()).unwrap_or(1))
}

pub(crate) fn free_bytes(folder: &Path) -> std::io::Result<i64> {
    let space = rustix::fs::statvfs(folder)?;
    Ok(i64::try_from(space.f_bavail.saturating_mul(space.f_frsize)).unwrap_or(i64::MAX))
}
