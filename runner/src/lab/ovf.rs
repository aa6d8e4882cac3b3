//! OVF packages of the lab: what one is written from, what one says, and the facts that steps observe of one.

use std::path::Path;

use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation};
use package::descriptor::{self, Adapter, Firmware, Machine, OutDisk, Version, resource};
use package::{Algorithm, Digest, Report, manifest};

use super::export::DESCRIPTOR;
use super::seen::{Seen, Stop};
use super::vm::VmDefinition;

/// Descriptor and manifest of a package, as they are written.
pub(crate) struct Written {
    pub(crate) descriptor: Vec<u8>,
    pub(crate) manifest: String,
}

/// Writes what goes with a disk.
pub(crate) fn write(
    vm: &VmDefinition,
    disk: OutDisk,
    digest: Sha256Digest,
) -> std::io::Result<Written> {
    let file = disk.file.clone();
    let descriptor = descriptor::write(&machine(vm, disk), &Version::One)?;
    let own = Digest::of(Algorithm::Sha256, &descriptor);
    let digest = Digest::written(Algorithm::Sha256, &digest.to_string());
    let listed = digest.iter().map(|it| (&*file, it));
    let manifest = manifest::write([(DESCRIPTOR, &own)].into_iter().chain(listed));
    Ok(Written { descriptor, manifest })
}

fn machine(vm: &VmDefinition, disk: OutDisk) -> Machine {
    Machine {
        name: vm.name.clone(),
        cpus: vm.cpus,
        memory_mib: vm.memory_mib,
        identifier: Some(vm.uuid.clone()),
        family: "vmx-10".to_owned(),
        os: (96, "Debian GNU/Linux (64-bit)".to_owned()),
        firmware: Firmware::Bios,
        disks: vec![disk],
        adapters: vec![Adapter { network: "network1".to_owned(), mac: Some(vm.mac.clone()) }],
    }
}

/// What a descriptor says of its machine, as far as an import takes it over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) cpus: u32,
    pub(crate) memory_mib: u32,
    pub(crate) mac: Option<String>,
    pub(crate) uuid: Option<String>,
}

/// Rules without which the lab imports nothing.
const NEEDED: [&str; 10] = [
    "P.ovf.found",
    "P.ovf.wellformed",
    "P.ovf.schema",
    "P.ref.escape",
    "P.ref.missing",
    "P.link.disk",
    "P.disk.format",
    "P.cpu",
    "P.mem",
    "P.units",
];

/// Reads a package for its import.
///
/// # Errors
/// In words, why it cannot be imported; or the lab could not read it, which no product is blamed for.
pub(crate) fn describe(folder: &Path) -> Result<Described, Stop> {
    described(&read(folder)?).map_err(|problem| Stop::product(problem, Seen::default()))
}

/// A package as it is; that it cannot be read says nothing about it.
fn read(folder: &Path) -> Result<Report, Stop> {
    package::check(&folder.join(DESCRIPTOR), None)
        .map_err(|error| Stop::io(error.path(), error.why()))
}

fn described(report: &Report) -> Result<Described, String> {
    let failure = domain::score::Score::Failure;
    let mut refused =
        report.findings.iter().filter(|it| it.score == failure && NEEDED.contains(&it.id));
    if let Some(finding) = refused.next() {
        return Err(format!("{}: {}", finding.place, finding.words));
    }
    let system = report.descriptor.as_ref().and_then(|it| it.systems.first());
    let system = system.ok_or("the descriptor has no machine")?;
    let adapter = system.of_kind(resource::ETHERNET).next();
    let number = |it: Option<u64>| it.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0);
    Ok(Described {
        cpus: number(system.cpus()).ok_or("the number of processors is no number")?,
        memory_mib: number(system.memory_bytes().map(|it| it >> 20))
            .ok_or("the memory is not a number of MiB")?,
        mac: adapter.and_then(|it| it.address.clone()).filter(|it| is_hex(it, ':', 17)),
        uuid: system.identifier.clone().filter(|it| is_hex(it, '-', 36)),
    })
}

/// Hexadecimal digits and one kind of separator, of this length: an address or a UUID, nothing else.
fn is_hex(text: &str, separator: char, length: usize) -> bool {
    text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit() || c == separator)
}

/// Facts of an OVF package; a bare disk has none of them.
pub(crate) const FACTS: [&str; 8] = [
    "ovf.well_formed",
    "ovf.stays_inside",
    "ovf.hardware_complete",
    "ovf.disk_linked",
    "ovf.size_matches",
    "ovf.network_linked",
    "ovf.manifest_present",
    "ovf.manifest_matches",
];

/// The facts of the package in a folder.
///
/// # Errors
/// The lab could not read it: then there are no facts.
pub(crate) fn facts(folder: &Path) -> Result<Vec<Observation>, Stop> {
    let flag = |(fact, holds)| Observation::flag(fact, holds, Channel::DiskInspection);
    Ok(FACTS.into_iter().zip(holds(&read(folder)?)).map(flag).collect())
}

/// Whether each of [`FACTS`] holds.
fn holds(report: &Report) -> [bool; 8] {
    let keeps = |rules: &[&str]| !report.findings.iter().any(|it| rules.contains(&it.id));
    let said = report.descriptor.as_ref().filter(|it| it.version == Version::One);
    let readable = said.is_some() && keeps(&["P.ovf.wellformed", "P.ovf.found"]);
    let told = said.is_some_and(|it| it.files.iter().all(|file| file.bytes.is_some()));
    let systems = said.map(|it| it.systems.as_slice()).unwrap_or_default();
    let has = |kind| systems.iter().any(|it| it.of_kind(kind).next().is_some());
    let present = readable && keeps(&["P.mf.absent"]);
    let sound =
        ["P.mf.digest", "P.mf.grammar", "P.mf.missingfile", "P.mf.unlisted", "P.ref.escape"];
    [
        readable,
        keeps(&["P.ref.escape"]),
        readable && keeps(&["P.cpu", "P.mem", "P.units"]),
        readable
            && has(resource::DISK)
            && keeps(&["P.link.disk", "P.disk.format", "P.ref.missing"]),
        readable && told && keeps(&["P.ref.size", "P.ref.missing"]),
        readable && has(resource::ETHERNET) && keeps(&["P.link.net"]),
        present,
        present && keeps(&sound),
    ]
}

#[cfg(test)]
#[path = "ovf_tests.rs"]
mod tests;
