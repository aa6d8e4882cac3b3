//! The commands a trial would run, by the same builders that run them; nothing is touched.

use std::path::{Path, PathBuf};

use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::{Mode, Payload, Testbed};

use super::again;
use super::engine::{Accel, Engine, Quarantine};
use super::guest::{Recipe, SettingsProblem};
use super::layout::Package;
use super::live::{self, Peer};
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

/// One end of a trial: its disk, and the commands of its own.
pub(crate) struct Side {
    pub(crate) disk: PathBuf,
    pub(crate) format: String,
    /// Options when a disk of that format is made.
    pub(crate) create: Vec<String>,
    pub(crate) steps: Vec<Rehearsed>,
    /// Whether its disk is made first; else it is there already.
    pub(crate) is_made: bool,
    /// What starts it again after the last step.
    pub(crate) again: Vec<Rehearsed>,
}

/// The source in the lab.
pub(crate) fn source(testbed: &Testbed, trial: &Trial) -> Result<Side, SettingsProblem> {
    let profile = profile(testbed, trial, &trial.source)?;
    let disk = group(trial).join(format!("source.{}", profile.disk_format));
    let vm = source_vm(testbed, trial, &profile)?;
    let copy = disk.with_file_name(format!("{}.{}", again::COPY, profile.disk_format));
    let copied = Rehearsed { step: Step::Restart, argv: qemu_img::upload(&disk, &copy) };
    let started = side(profile.clone(), copy, &vm, Step::Restart).steps;
    let again = std::iter::once(copied).chain(started).collect();
    Ok(Side { again, ..side(profile, disk, &vm, Step::SanityCheck) })
}

/// The target in the lab.
pub(crate) fn target(testbed: &Testbed, trial: &Trial) -> Result<Side, SettingsProblem> {
    let profile = profile(testbed, trial, &trial.target)?;
    let own = format!("{}+{}", trial.target, trial.route);
    let disk = group(trial).join(own).join(format!("disk.{}", profile.disk_format));
    let mut vm = vm(testbed, trial, &trial.to_string(), &profile)?;
    let from = profile_of(testbed, &trial.source);
    if let (Package::Ovf, Some(from)) = (package(testbed, trial)?, from) {
        let source = source_vm(testbed, trial, &from?)?;
        (vm.mac, vm.uuid) = (source.mac, source.uuid);
    }
    Ok(side(profile, disk, &vm, Step::Restart))
}

fn side(profile: Profile, disk: PathBuf, vm: &VmDefinition, boots: Step) -> Side {
    let engine = Engine { accel: Accel::Tcg, quarantine: Quarantine::UserNamespace };
    let argv = vm.argv(&profile, engine, &disk, &disk.with_extension("serial"));
    let create = profile.create_arguments();
    let steps = vec![Rehearsed { step: boots, argv }];
    Side { disk, format: profile.disk_format, create, steps, is_made: true, again: Vec::new() }
}

/// The commands of a trial that moves its VM while it runs; none for the others.
pub(crate) fn live(
    testbed: &Testbed,
    trial: &Trial,
) -> Result<Option<Vec<Rehearsed>>, SettingsProblem> {
    let guest = testbed.guest(&trial.guest).ok_or_else(|| missing(trial))?;
    let route = testbed.route(&trial.route).ok_or_else(|| missing(trial))?;
    if route.through != Payload::Memory {
        return Ok(None);
    }
    let Some(peer) = Recipe::of(guest)?.peer else { return Ok(None) };
    let source = profile(testbed, trial, &trial.source)?;
    let target = profile(testbed, trial, &trial.target)?;
    let vm = source_vm(testbed, trial, &source)?;
    Ok(Some(live_commands(trial, &vm, peer, [&source, &target])))
}

/// The commands of a live migration. What else happens is said to running VMs.
fn live_commands(
    trial: &Trial,
    vm: &VmDefinition,
    peer: Peer,
    [source, target]: [&Profile; 2],
) -> Vec<Rehearsed> {
    let Trial { guest, source: from, target: to, route, repetition } = trial;
    let folder = PathBuf::from(format!("WORK/{guest}+{from}+{repetition}+{to}+{route}"));
    let image = PathBuf::from(format!("CACHE/{guest}.raw"));
    let shared = folder.join(format!("{}.{}", live::SHARED, source.disk_format));
    let disk = Disk { path: &shared, format: &source.disk_format };
    let quarantine = Quarantine::UserNamespace;
    let engine = Engine { accel: Accel::Tcg, quarantine };
    let end = |profile: &Profile, port: &str, serial: &str| {
        let profile = Profile { disk_format: source.disk_format.clone(), ..profile.clone() };
        vm.argv_on(&live::port(port), (&profile, engine), &shared, &folder.join(serial))
    };
    let mut incoming = end(target, live::TARGET_PORT, live::TARGET_SERIAL);
    incoming.extend(["-incoming".to_owned(), format!("unix:{}", live::INCOMING)]);
    let from_image = Disk { path: &image, format: "raw" };
    [
        (Step::SanityCheck, qemu_img::convert(from_image, disk, &source.create_arguments())),
        (Step::SanityCheck, live::network_argv(quarantine, &folder, &vm.subnet, peer)),
        (Step::SanityCheck, end(source, live::SOURCE_PORT, live::SOURCE_SERIAL)),
        (Step::ConsistencyCheck, incoming),
    ]
    .map(|(step, argv)| Rehearsed { step, argv })
    .to_vec()
}

/// Every command of one trial, in order. Paths begin with `WORK`, images with `CACHE`.
pub(crate) fn together(
    testbed: &Testbed,
    trial: &Trial,
    source: Side,
    target: Side,
) -> Result<Vec<Rehearsed>, SettingsProblem> {
    let through = package(testbed, trial)?;
    let image = PathBuf::from(format!("CACHE/{}.raw", trial.guest));
    let (format, name) = match through {
        Package::Disk => (target.format.clone(), format!("disk.{}", target.format)),
        Package::Ovf => ("vmdk".to_owned(), format!("{}-disk1.vmdk", trial.guest)),
    };
    let path = group(trial).join(format!("{}+{format}", trial.route)).join(name);
    let image = Disk { path: &image, format: "raw" };
    let from = Disk { path: &source.disk, format: &source.format };
    let package = Disk { path: &path, format: &format };
    let to = Disk { path: &target.disk, format: &target.format };
    let stream = ["-o".to_owned(), "subformat=streamOptimized".to_owned()];
    let (options, import) = match through {
        Package::Disk => (target.create.clone(), qemu_img::upload(package.path, to.path)),
        Package::Ovf => (stream.to_vec(), qemu_img::convert(package, to, &target.create)),
    };
    let made =
        source.is_made.then(|| (Step::SanityCheck, qemu_img::convert(image, from, &source.create)));
    let between = [
        (Step::Export, qemu_img::convert(from, package, &options)),
        (Step::ConsistencyCheck, qemu_img::check(package)),
        (Step::ConsistencyCheck, qemu_img::info(package)),
        (Step::ConsistencyCheck, qemu_img::compare(from, package)),
        (Step::Import, import),
        (Step::Import, qemu_img::check(to)),
        (Step::Import, qemu_img::info(to)),
    ];
    let lab = |(step, argv)| Rehearsed { step, argv };
    let mut all: Vec<Rehearsed> = made.into_iter().map(lab).chain(source.steps).collect();
    all.extend(between.into_iter().map(lab).chain(target.steps));
    if testbed.mode == Mode::Copy {
        all.extend(source.again);
    }
    all.sort_by_key(|it| it.step);
    Ok(all)
}

fn group(trial: &Trial) -> PathBuf {
    let group = format!("WORK/{}+{}+{}", trial.guest, trial.source, trial.repetition);
    Path::new(&group).to_owned()
}

fn package(testbed: &Testbed, trial: &Trial) -> Result<Package, SettingsProblem> {
    let route = testbed.route(&trial.route).ok_or_else(|| missing(trial))?;
    Package::of(route).ok_or_else(|| SettingsProblem {
        owner: format!("route `{}`", route.id),
        why: "the lab cannot carry what travels on it".to_owned(),
    })
}

fn profile_of(
    testbed: &Testbed,
    id: &domain::ids::PlatformId,
) -> Option<Result<Profile, SettingsProblem>> {
    let platform = testbed.platform(id).filter(|it| it.driver == super::DRIVER)?;
    Some(Profile::of(platform))
}

fn profile(
    testbed: &Testbed,
    trial: &Trial,
    id: &domain::ids::PlatformId,
) -> Result<Profile, SettingsProblem> {
    profile_of(testbed, id).ok_or_else(|| missing(trial))?
}

fn source_vm(
    testbed: &Testbed,
    trial: &Trial,
    profile: &Profile,
) -> Result<VmDefinition, SettingsProblem> {
    vm(testbed, trial, &format!("{}/{}", trial.guest, trial.source), profile)
}

fn vm(
    testbed: &Testbed,
    trial: &Trial,
    seed: &str,
    profile: &Profile,
) -> Result<VmDefinition, SettingsProblem> {
    let guest = testbed.guest(&trial.guest).ok_or_else(|| missing(trial))?;
    let recipe = Recipe::of(guest)?;
    let subnet = recipe.stretched.as_ref().unwrap_or(&profile.subnet);
    let mut vm = VmDefinition::fresh(guest.id.as_str(), seed, profile, subnet);
    (vm.memory_mib, vm.cpus) = (guest.memory_mib, guest.cpus);
    Ok(vm)
}

fn missing(trial: &Trial) -> SettingsProblem {
    SettingsProblem { owner: trial.to_string(), why: "it is not of this testbed".to_owned() }
}
