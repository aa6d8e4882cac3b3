//! Steps 4 and 5 at a harbour: what is there, and what its own checker says of the machine that is to be made.

use domain::event::EvidenceKind;
use domain::observation::{Channel, Observation, Value};
use domain::plan::Trial;
use domain::preflight::{Target, Told, at_target, fits};
use domain::step::Step;
use platforms::platform::Platform as _;
use platforms::words::{Arrival, Capability, Fault, FaultClass, ResourceReport, Severity};

use super::arrival::Berth;
use super::source::MAC_PREFIX;
use super::trouble::stop;
use super::{Fleet, Harbour};
use crate::driver::{Proof, StepReport};
use crate::lab::seen::{Seen, Stop, report};
use crate::lab::target_checks::{SCRATCH, free_bytes, largest_disk};
use crate::lab::vm::VmDefinition;
use crate::stopwatch::Stopwatch;

/// Most machines whose addresses are looked at; beyond that nothing is said of addresses in use.
const MOST_MACHINES: usize = 64;

/// What no driver tells yet: its own checker is asked instead.
const UNASKED: Target = Target {
    most_disks: Told::CannotBeAsked,
    most_nics: Told::CannotBeAsked,
    buses: Told::CannotBeAsked,
    models: Told::CannotBeAsked,
    networks: Told::CannotBeAsked,
    secure_boot: Told::CannotBeAsked,
    tpm: Told::CannotBeAsked,
};

impl Fleet {
    /// Step 4: what the platform says of memory, processors, storage, networks and its virtual hardware.
    pub(super) async fn resource_check(&self, harbour: &Harbour, trial: &Trial) -> StepReport {
        let clock = Stopwatch::start();
        let result = self.resources(harbour, trial).await;
        report(Step::ResourceCheck, &self.lab().own(trial), clock, result)
    }

    /// Step 5: the package by itself, then what the platform's own checker says of the machine that it is to become.
    pub(super) async fn consistency_check(&self, harbour: &Harbour, trial: &Trial) -> StepReport {
        let (result, inspected_ms) = match self.lab().package_key(trial) {
            Ok(key) => self.lab().inspect_once(&key).await,
            Err(stop) => (Err(stop), 0),
        };
        let clock = Stopwatch::start();
        let result = match result {
            Ok(seen) => self.fit(harbour, trial, seen).await,
            Err(stop) => Err(stop),
        };
        let mut report = report(Step::ConsistencyCheck, &self.lab().own(trial), clock, result);
        report.duration_ms += inspected_ms;
        report
    }

    pub(super) fn berth(&self, harbour: &Harbour, trial: &Trial) -> Berth {
        Berth::of(harbour, self.lab().place(trial), trial.guest.as_str())
    }

    async fn resources(&self, harbour: &Harbour, trial: &Trial) -> Result<Seen, Stop> {
        let source = self.lab().source_vm(&self.lab().source_key(trial)).await?;
        self.resources_for(harbour, trial, Some(source.capacity_bytes)).await
    }

    /// What the platform has for a machine whose disk holds this many bytes, if that is known.
    pub(super) async fn resources_for(
        &self,
        harbour: &Harbour,
        trial: &Trial,
        disk_bytes: Option<i64>,
    ) -> Result<Seen, Stop> {
        let lab = self.lab();
        let guest = lab.guest(&trial.guest)?;
        let berth = self.berth(harbour, trial);
        let there = harbour.platform.resources().await;
        let there = there.map_err(|fault| stop("its resources", &fault))?;
        let needed_bytes = disk_bytes.map(|it| it / 10 * 11 + SCRATCH);
        let number =
            |fact: &str, value: i64| Observation::integer(fact, value, Channel::PlatformApi);
        let mut observations = vec![
            number("memory.needed_mib", guest.memory_mib.into()),
            number("cpu.needed", guest.cpus.into()),
            number("format.largest_bytes", largest_disk(&harbour.disk_format)),
        ];
        let needs = [("storage.needed_bytes", needed_bytes), ("disk.needed_bytes", disk_bytes)];
        observations.extend(needs.into_iter().filter_map(|(fact, it)| Some(number(fact, it?))));
        let told = [
            ("memory.available_mib", there.memory_free_bytes.map(|it| it >> 20)),
            ("cpu.available", there.cpus),
            ("storage.free_bytes", self.free(harbour, &berth)),
        ];
        let signed = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        observations
            .extend(told.into_iter().filter_map(|(fact, it)| Some(number(fact, signed(it?)))));
        observations.extend(self.definition_facts(harbour, trial, &there).await?);
        observations.extend(at_target(&lab.described(trial)?.0, &UNASKED));
        let free = match harbour.platform.find(&berth.name).await {
            Err(fault) if fault.class == FaultClass::NotFound => true,
            Err(fault) if fault.class == FaultClass::Ambiguous => false,
            Err(fault) => return Err(stop("its machines", &fault)),
            Ok(_) => false,
        };
        observations.push(Observation::flag("name.free", free, Channel::PlatformApi));
        Ok(Seen { observations, proofs: Vec::new() })
    }

    /// Space where disks for this platform are put, in bytes.
    fn free(&self, harbour: &Harbour, berth: &Berth) -> Option<u64> {
        let work = self.lab().ledger.folder();
        let folder =
            harbour.own.folder.as_ref().map_or(work, |_| berth.disk.parent().unwrap_or(work));
        u64::try_from(free_bytes(folder).ok()?).ok()
    }

    /// What the platform says of the machine that is to be made: formats, network, devices, addresses.
    async fn definition_facts(
        &self,
        harbour: &Harbour,
        trial: &Trial,
        there: &ResourceReport,
    ) -> Result<Vec<Observation>, Stop> {
        let capabilities = harbour.platform.capabilities();
        let definition = harbour.platform.definition();
        let held = definition.is_some_and(|it| it.disks.contains(&harbour.disk_format));
        let supported = held || capabilities.formats_in.contains(&harbour.disk_format);
        let flag = |fact: &str, it| Observation::flag(fact, it, Channel::PlatformApi);
        let mut observations = vec![flag("format.supported", supported)];
        if let Some(definition) = definition {
            let own = "machines here have a network of their own";
            let own = || Value::NotApplicable(own.to_owned());
            let network = |name: &String| Value::Flag(there.networks.contains(name));
            let present = definition.network.as_ref().map_or_else(own, network);
            let present = Observation::new("network.present", present, Channel::PlatformApi);
            observations.push(present);
            if let Some(missing) = self.missing(harbour, trial).await? {
                observations.push(Observation::list(
                    "hardware.missing",
                    missing,
                    Channel::PlatformApi,
                ));
            }
        }
        let used = self.addresses(harbour).await?;
        let mac = self.machine_wanted(trial)?.mac;
        observations.extend(used.map(|it| flag("mac.in_use", it.contains(&mac))));
        Ok(observations)
    }

    /// What the platform's own checker misses of the definition; none where the driver has no checker.
    async fn missing(&self, harbour: &Harbour, trial: &Trial) -> Result<Option<Vec<String>>, Stop> {
        if !harbour.platform.capabilities().has(Capability::Precheck) {
            return Ok(None);
        }
        let arrival = self.described(harbour, trial)?;
        let (said, _) = checked(harbour, &arrival).await?;
        let errors = said.into_iter().filter(|(severity, _)| *severity == Severity::Error);
        Ok(Some(errors.map(|(_, words)| words).collect()))
    }

    /// Hardware addresses of the platform's machines; none when there are too many to look at.
    async fn addresses(&self, harbour: &Harbour) -> Result<Option<Vec<String>>, Stop> {
        let failed = |fault| stop("its machines", &fault);
        let all = harbour.platform.list().await.map_err(failed)?;
        if all.len() > MOST_MACHINES || !harbour.platform.capabilities().has(Capability::Inspect) {
            return Ok(None);
        }
        let mut addresses = Vec::new();
        for vm in &all {
            match harbour.platform.inspect(vm).await {
                Ok(spec) => addresses.extend(spec.nics.into_iter().filter_map(|it| it.mac)),
                // Somebody removed it meanwhile.
                Err(fault) if fault.class == FaultClass::NotFound => {}
                Err(fault) => return Err(failed(fault)),
            }
        }
        Ok(Some(addresses))
    }

    /// The machine to be made around a disk, by what the testbed declares of the guest.
    pub(super) fn machine_wanted(&self, trial: &Trial) -> Result<VmDefinition, Stop> {
        let guest = self.lab().guest(&trial.guest)?;
        let mut vm = VmDefinition::numbered(guest.id.as_str(), &trial.to_string(), MAC_PREFIX);
        (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
        Ok(vm)
    }

    fn described(&self, harbour: &Harbour, trial: &Trial) -> Result<Arrival, Stop> {
        let berth = self.berth(harbour, trial);
        std::fs::create_dir_all(&berth.folder).map_err(|error| Stop::io(&berth.folder, &error))?;
        self.arrival(harbour, &berth, &self.machine_wanted(trial)?)
    }

    pub(super) async fn fit(
        &self,
        harbour: &Harbour,
        trial: &Trial,
        mut seen: Seen,
    ) -> Result<Seen, Stop> {
        let guest = self.lab().guest(&trial.guest)?;
        if let Some(definition) = harbour.platform.definition() {
            let offered = definition.firmware.name() == guest.firmware;
            seen.observations.push(Observation::flag(
                "firmware.offered",
                offered,
                Channel::PlatformApi,
            ));
            let drivers = [
                ("target.storage_driver", &definition.storage_driver),
                ("target.network_driver", &definition.network_driver),
            ];
            let told = drivers.into_iter().filter_map(|(fact, it)| Some((fact, it.clone()?)));
            seen.observations
                .extend(told.map(|(fact, it)| Observation::text(fact, it, Channel::PlatformApi)));
        }
        seen.observations.extend(fits(&self.lab().described(trial)?.0, &UNASKED));
        if !harbour.platform.capabilities().has(Capability::Precheck) {
            return Ok(seen);
        }
        let arrival = self.described(harbour, trial)?;
        let (said, proof) =
            checked(harbour, &arrival).await.map_err(|stop| stop.after(seen.clone()))?;
        seen.proofs.extend(proof);
        match said.into_iter().find(|(severity, _)| *severity == Severity::Error) {
            Some((_, words)) => {
                Err(Stop::product(format!("the platform's own checker refuses it: {words}"), seen))
            }
            None => Ok(seen),
        }
    }
}

/// What the platform's own checker says, and as proof. A refusal of the checker itself is an error that it found.
async fn checked(
    harbour: &Harbour,
    arrival: &Arrival,
) -> Result<(Vec<(Severity, String)>, Option<Proof>), Stop> {
    let said: Vec<(Severity, String)> = match harbour.platform.precheck(arrival).await {
        Ok(findings) => findings.into_iter().map(|it| (it.severity, it.words)).collect(),
        // The platform says no; one that our driver cannot ask has said nothing.
        Err(fault)
            if fault.class == FaultClass::Vendor
                || fault.class == FaultClass::Unsupported && !fault.raw.is_empty() =>
        {
            vec![(Severity::Error, whole(&fault))]
        }
        Err(fault) => return Err(stop("the platform's own checker", &fault)),
    };
    let lines: Vec<String> =
        said.iter().map(|(severity, words)| format!("{}: {words}", severity.name())).collect();
    let proof = (!lines.is_empty())
        .then(|| Proof::new(EvidenceKind::Stdout, "precheck.out", lines.join("\n").as_bytes()));
    Ok((said, proof))
}

/// What the platform said, in one line.
pub(super) fn whole(fault: &Fault) -> String {
    let lines: Vec<&str> = fault.raw.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    if lines.is_empty() { fault.words.clone() } else { lines.join("; ") }
}
