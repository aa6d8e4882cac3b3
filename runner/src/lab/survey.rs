//! The lab looked at without touching anything: its images, its VMs' definitions, and QEMU's own lists.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use domain::foretell::Looked;
use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::preflight::{also_observable, at_source};
use domain::step::Step;

use super::acts::{Lab, QemuLab};
use super::described::described;
use super::layout::Package;
use super::ovf;
use super::qemu_img::Disk;
use super::seen::{Seen, Stop, report};
use super::target_checks::without_ovf;
use crate::stopwatch::Stopwatch;
use crate::survey::Survey;

/// Files of a guest that are read from its image, and the facts that they are.
const LISTS: [(&str, &str); 2] =
    [("/etc/portolan/boot_drivers", "drivers.boot"), ("/etc/portolan/drivers", "drivers.image")];
/// Facts of an image; they are asked for whether it was built or not.
pub(crate) const OF_IMAGE: [&str; 4] =
    ["disk.capacity_bytes", "disk.snapshots", "drivers.boot", "drivers.image"];
/// Facts of step 4 that follow from an image.
pub(crate) const OF_ITS_DISK: [&str; 2] = ["storage.needed_bytes", "disk.needed_bytes"];
/// What the image holds of the guest's host name.
const HOST_NAME: &str = "/etc/hostname";
/// Where the lab's recipe puts the entry of the root file system in a master boot record.
const ROOT_ENTRY: usize = 446 + 16;

impl Survey for QemuLab {
    async fn look(&self, trial: &Trial) -> Vec<Looked> {
        let lab = &self.lab;
        let (seen, capacity) = match lab.look_at_source(trial).await {
            Ok((seen, capacity)) => (Ok(seen), capacity),
            Err(stop) => (Err(stop), None),
        };
        let resources = lab.resources_for(trial, capacity).await;
        let fit = lab.fit(trial, lab.without_package(trial)).await;
        vec![
            looked(Step::SanityCheck, seen, &OF_IMAGE),
            looked(Step::ResourceCheck, resources, &OF_ITS_DISK),
            looked(Step::ConsistencyCheck, fit, &OF_IMAGE),
        ]
    }
}

/// What a look came to. What was seen was asked for as well.
pub(crate) fn looked(step: Step, result: Result<Seen, Stop>, asked: &[&str]) -> Looked {
    let report = report(step, "look", Stopwatch::start(), result);
    let mut asked: BTreeSet<String> = asked.iter().map(|it| (*it).to_owned()).collect();
    asked.extend(report.observations.iter().map(|it| it.fact.clone()));
    Looked { step, outcome: report.outcome, observations: report.observations, asked }
}

impl Lab {
    /// What is known of a package before there is one: a bare disk has no descriptor.
    pub(crate) fn without_package(&self, trial: &Trial) -> Seen {
        let is_disk = self.package_key(trial).is_ok_and(|it| it.through == Package::Disk);
        let facts = ovf::FACTS.map(without_ovf);
        Seen { observations: facts.into_iter().filter(|_| is_disk).collect(), ..Seen::default() }
    }

    /// The source VM by its definition and its image, and the capacity of its disk in bytes.
    pub(crate) async fn look_at_source(&self, trial: &Trial) -> Result<(Seen, Option<i64>), Stop> {
        let vm = self.source_definition(&self.source_key(trial))?;
        let nowhere = Path::new("source");
        let argv = vm.argv(self.profile(&trial.source)?, self.engine, nowhere, nowhere);
        self.look_at_image(trial, at_source(&described(&vm.name, &argv))).await
    }

    /// What is known of the source VM already, and what its image tells if it was built.
    pub(crate) async fn look_at_image(
        &self,
        trial: &Trial,
        known: Vec<Observation>,
    ) -> Result<(Seen, Option<i64>), Stop> {
        let mut seen = Seen { observations: known, ..Seen::default() };
        let Ok(image) = self.image(&trial.guest, &trial.source) else { return Ok((seen, None)) };
        let measure = self.measure(Disk { path: &image.path, format: "raw" }).await;
        let measure = measure.map_err(|stop| stop.blame_the_lab("the guest's image"))?;
        let number = |fact, value| Observation::integer(fact, value, Channel::DiskInspection);
        seen.observations.extend([
            number("disk.capacity_bytes", measure.capacity_bytes),
            number("disk.snapshots", measure.snapshots),
        ]);
        for (file, fact) in LISTS {
            let Some(text) = self.file_in(&image.path, file).await else { continue };
            let lines = text.lines().map(str::to_owned).collect();
            seen.observations.push(Observation::list(fact, lines, Channel::DiskInspection));
        }
        if let Some(name) = self.file_in(&image.path, HOST_NAME).await {
            let own = domain::facts::is_own_name(name.trim());
            seen.observations.push(Observation::flag(
                "host.name_own",
                own,
                Channel::DiskInspection,
            ));
            also_observable(&mut seen.observations, &["host.name_own"]);
        }
        Ok((seen, Some(measure.capacity_bytes)))
    }

    /// A small file of an image's root file system; none when it cannot be read.
    async fn file_in(&self, image: &Path, file: &str) -> Option<String> {
        let at = root_offset(image)?;
        let request = format!("cat {file}");
        let place = format!("{}?offset={at}", image.display());
        let argv = ["/usr/sbin/debugfs", "-R", &request, &place].map(str::to_owned).to_vec();
        let run = self.tool(argv).await.ok()?;
        (run.succeeded() && !run.stdout.is_empty()).then_some(run.stdout)
    }
}

/// Where the root file system begins, in bytes, by the image's master boot record.
fn root_offset(image: &Path) -> Option<u64> {
    let mut record = [0; 512];
    std::fs::File::open(image).ok()?.read_exact(&mut record).ok()?;
    let sector = record.get(ROOT_ENTRY + 8..ROOT_ENTRY + 12)?;
    let sector = u32::from_le_bytes(sector.try_into().ok()?);
    (sector > 0).then_some(u64::from(sector) * 512)
}
