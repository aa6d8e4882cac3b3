//! Step 6 at a harbour: the disk is put in place and a machine is made around it, or the package is taken in as it is.

use domain::event::EvidenceKind;
use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::step::Step;
use platforms::words::{VmRef, VmSpec};

use super::arrival::Berth;
use super::moorings::{JOB, MADE};
use super::trouble::stop;
use super::{Fleet, Harbour};
use crate::driver::{Proof, StepReport};
use crate::lab::layout::{Package, PackageKey, write_whole};
use crate::lab::ovf;
use crate::lab::qemu_img::Disk;
use crate::lab::seen::{Seen, Stop, report};
use crate::lab::source::SourceVm;
use crate::lab::vm::VmDefinition;
use crate::stopwatch::Stopwatch;

impl Fleet {
    /// Step 6: the disk is put in place and a machine is made around it, or the package is taken in as it is.
    pub(super) async fn import(&self, harbour: &Harbour, trial: &Trial) -> StepReport {
        let ready = self.lab().ready_to_import(trial).await;
        let clock = Stopwatch::start();
        let result = match ready {
            Ok((key, _claim)) => self.import_now(harbour, trial, &key).await,
            Err(stop) => Err(stop),
        };
        report(Step::Import, &self.lab().own(trial), clock, result)
    }

    async fn import_now(
        &self,
        harbour: &Harbour,
        trial: &Trial,
        key: &PackageKey,
    ) -> Result<Seen, Stop> {
        let lab = self.lab();
        let berth = self.berth(harbour, trial);
        let disk = Disk { path: &berth.disk, format: &harbour.disk_format };
        let package = key.disk(lab.ledger.folder());
        let mut warnings = 0;
        let mut landed = Vec::new();
        if !berth.folder.join(JOB).exists() {
            self.moor(harbour, &berth).await?;
            let run = match key.through {
                Package::Disk => lab.upload(&package, &berth.disk).await?,
                Package::Ovf => {
                    lab.convert(Disk { path: &package, format: "vmdk" }, disk, &[]).await?
                }
            };
            warnings = run.complaints();
            landed = run.proofs("import");
        }
        let mut seen = lab.check(disk, "import").await?;
        seen.proofs.extend(landed);
        let measure = lab.measure(disk).await.map_err(|stop| stop.after(seen.clone()))?;
        let source = lab.source_vm(&key.source).await?;
        let integer =
            |fact: &str, value| Observation::integer(fact, value, Channel::DiskInspection);
        seen.observations.extend([
            integer("import.capacity_bytes", measure.capacity_bytes),
            integer("import.needed_bytes", source.capacity_bytes),
            integer("tool.warnings", i64::try_from(warnings).unwrap_or(i64::MAX)),
        ]);
        let made = self.make(harbour, (trial, key), &berth, &source).await;
        let (vm, more) = made.map_err(|stop| stop.after(seen.clone()))?;
        seen.add(more);
        let file = berth.folder.join(MADE);
        write_whole(&file, &vm).map_err(|error| Stop::io(&file, &error))?;
        let _ = std::fs::remove_file(berth.folder.join(JOB));
        Ok(seen)
    }

    async fn make(
        &self,
        harbour: &Harbour,
        (trial, key): (&Trial, &PackageKey),
        berth: &Berth,
        source: &SourceVm,
    ) -> Result<(VmRef, Seen), Stop> {
        let mut wanted = self.machine_wanted(trial)?;
        if key.through == Package::Ovf {
            let described = ovf::describe(&key.folder(self.lab().ledger.folder()))?;
            (wanted.memory_mib, wanted.cpus) = (described.memory_mib, described.cpus);
            // The source's own machine stands beside it where both are the same platform: then its UUID is taken.
            wanted.mac = described.mac.unwrap_or(wanted.mac);
            if trial.source != trial.target {
                wanted.uuid = described.uuid.unwrap_or(wanted.uuid);
            }
        }
        let arrival = self.arrival(harbour, berth, &wanted)?;
        let definition = std::fs::read(&arrival.file).ok().filter(|_| arrival.file != berth.disk);
        let job = self.take_in(harbour, &berth.folder, &arrival).await?;
        let found = harbour.look_up(&berth.name).await;
        let (vm, spec) = found.map_err(|fault| stop("looking it up", &fault))?;
        let proof = definition.map(|it| Proof::new(EvidenceKind::Descriptor, "definition", it));
        let observations = kept(&spec, &source.vm, job.made_by_hand());
        Ok((vm, Seen { observations, proofs: proof.into_iter().collect() }))
    }
}

/// What of the source's hardware the new machine has; what the platform does not tell is not observed.
fn kept(spec: &VmSpec, source: &VmDefinition, by_hand: bool) -> Vec<Observation> {
    let mac = spec.nics.first().and_then(|it| it.mac.clone());
    let told = [
        ("import.by_hand", Some(by_hand)),
        ("import.cpus_kept", spec.cpus.map(|it| it == u64::from(source.cpus))),
        (
            "import.memory_kept",
            spec.memory_bytes.map(|it| it >> 20 == u64::from(source.memory_mib)),
        ),
        ("import.mac_kept", mac.map(|it| it == source.mac)),
    ];
    let flag =
        |(fact, it): (&str, Option<bool>)| Some(Observation::flag(fact, it?, Channel::PlatformApi));
    told.into_iter().filter_map(flag).collect()
}
