//! The commands a trial would run, by the same builders that run them; nothing is touched.

use std::path::{Path, PathBuf};

use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::{Package, Testbed};

use super::engine::{Accel, Engine, Quarantine};
use super::guest::{Recipe, SettingsProblem};
use super::profile::Profile;
use super::qemu_img::{self, Disk};
use super::vm::VmDefinition;

/// One command of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// The step it belongs to.
    pub step: Step,
    /// The command line.
    pub argv: Vec<String>,
}

/// Every command of one trial, in order. Paths begin with `WORK`, images with `CACHE`.
///
/// # Errors
/// When the settings of its platforms or its guest cannot be used.
pub fn rehearse(testbed: &Testbed, trial: &Trial) -> Result<Vec<Rehearsed>, SettingsProblem> {
    let missing = || SettingsProblem {
        owner: trial.to_string(),
        why: "it is not of this testbed".to_owned(),
    };
    let guest = testbed.guest(&trial.guest).ok_or_else(missing)?;
    let route = testbed.route(&trial.route).ok_or_else(missing)?;
    let source = Profile::of(testbed.platform(&trial.source).ok_or_else(missing)?)?;
    let target = Profile::of(testbed.platform(&trial.target).ok_or_else(missing)?)?;
    let recipe = Recipe::of(guest)?;
    let vm = |seed: &str, profile: &Profile| {
        let subnet = recipe.stretched.as_ref().unwrap_or(&profile.subnet);
        let mut vm = VmDefinition::fresh(guest.id.as_str(), seed, profile, subnet);
        (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
        vm
    };
    let source_vm = vm(&format!("{}/{}", trial.guest, trial.source), &source);
    let mut target_vm = vm(&trial.to_string(), &target);
    if route.through == Package::Ovf {
        target_vm.mac.clone_from(&source_vm.mac);
        target_vm.uuid.clone_from(&source_vm.uuid);
    }
    let paths = Paths::of(trial, route.through, (&source, &target));
    let ends = [(&source_vm, &source), (&target_vm, &target)];
    Ok(commands(&paths, route.through, ends))
}

struct Paths {
    image: PathBuf,
    source: PathBuf,
    package: PathBuf,
    package_format: String,
    target: PathBuf,
}

impl Paths {
    fn of(trial: &Trial, through: Package, (source, target): (&Profile, &Profile)) -> Self {
        let group = format!("WORK/{}+{}+{}", trial.guest, trial.source, trial.repetition);
        let group = Path::new(&group);
        let (package_format, name) = match through {
            Package::Disk => (target.disk_format.clone(), format!("disk.{}", target.disk_format)),
            Package::Ovf => ("vmdk".to_owned(), format!("{}-disk1.vmdk", trial.guest)),
        };
        let own = format!("{}+{}", trial.target, trial.route);
        Self {
            image: PathBuf::from(format!("CACHE/{}.raw", trial.guest)),
            source: group.join(format!("source.{}", source.disk_format)),
            package: group.join(format!("{}+{package_format}", trial.route)).join(name),
            package_format,
            target: group.join(own).join(format!("disk.{}", target.disk_format)),
        }
    }
}

fn commands(
    paths: &Paths,
    through: Package,
    [(source_vm, source), (target_vm, target)]: [(&VmDefinition, &Profile); 2],
) -> Vec<Rehearsed> {
    let image = Disk { path: &paths.image, format: "raw" };
    let from = Disk { path: &paths.source, format: &source.disk_format };
    let package = Disk { path: &paths.package, format: &paths.package_format };
    let to = Disk { path: &paths.target, format: &target.disk_format };
    let stream = ["-o".to_owned(), "subformat=streamOptimized".to_owned()];
    let (options, import) = match through {
        Package::Disk => (target.create_arguments(), qemu_img::upload(package.path, to.path)),
        Package::Ovf => {
            (stream.to_vec(), qemu_img::convert(package, to, &target.create_arguments()))
        }
    };
    let boot = |vm: &VmDefinition, profile: &Profile, disk: Disk<'_>| {
        let engine = Engine { accel: Accel::Tcg, quarantine: Quarantine::UserNamespace };
        vm.argv(profile, engine, disk.path, &disk.path.with_extension("serial"))
    };
    [
        (Step::SanityCheck, qemu_img::convert(image, from, &source.create_arguments())),
        (Step::SanityCheck, boot(source_vm, source, from)),
        (Step::Export, qemu_img::convert(from, package, &options)),
        (Step::ConsistencyCheck, qemu_img::check(package)),
        (Step::ConsistencyCheck, qemu_img::info(package)),
        (Step::ConsistencyCheck, qemu_img::compare(from, package)),
        (Step::Import, import),
        (Step::Import, qemu_img::check(to)),
        (Step::Import, qemu_img::info(to)),
        (Step::Restart, boot(target_vm, target, to)),
    ]
    .map(|(step, argv)| Rehearsed { step, argv })
    .to_vec()
}
