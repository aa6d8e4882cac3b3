//! The machines themselves: how many, their processors, memory, units, family, operating system, firmware.

use domain::score::Score;

use super::Package;
use crate::descriptor::{System, Unit, bytes_of, resource};
use crate::finding::{Finding, Rule};

pub(crate) const CPU: Rule = Rule::failure(
    "P.cpu",
    "a machine has at least one processor",
    "Write an item of type 3 with rasd:VirtualQuantity.",
);
pub(crate) const MEMORY: Rule = Rule::failure(
    "P.mem",
    "a machine has memory",
    "Write an item of type 4 with rasd:VirtualQuantity and rasd:AllocationUnits `byte * 2^20`.",
);
pub(crate) const UNITS: Rule = Rule::failure(
    "P.units",
    "units of memory and of capacity are DSP0004's: `byte`, `byte * 2^20`",
    "Write the unit as `byte * 2^20` (MiB) or `byte * 2^30` (GiB).",
);
pub(crate) const FAMILY: Rule = Rule::warning(
    "P.hwfamily",
    "the family of hardware is one that the target accepts; if it is known not to, it is a FAILURE",
    "Change vssd:VirtualSystemType to vmx-10 or older, and check the models of the controllers.",
);
pub(crate) const MANY: Rule = Rule::warning(
    "P.multi.vm",
    "a package holds one machine; if the target is known to take one alone, more are a FAILURE",
    "Export each machine into a package of its own.",
);
pub(crate) const OS: Rule = Rule::warning(
    "P.os",
    "the operating system is told, by an id of CIM's",
    "Write an OperatingSystemSection: importers else take it for `other`, and choose other devices.",
);
pub(crate) const FIRMWARE: Rule = Rule::warning(
    "P.firmware.lost",
    "a machine starts by BIOS: OVF has no word for UEFI, and importers miss it",
    "Set the firmware by hand at the target before the machine is started there.",
);
pub(super) const RULES: &[&Rule] = &[&CPU, &MEMORY, &UNITS, &FAMILY, &MANY, &OS, &FIRMWARE];

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let said = package.descriptor;
    let mut findings = Vec::new();
    if said.systems.len() > 1 || said.collection {
        let words = format!("the package holds {} machines, or a collection", said.systems.len());
        let finding = MANY.broken(package.file, words);
        let refused = package.target.is_some_and(|it| !it.takes_many);
        findings.push(if refused { finding.at(Score::Failure) } else { finding });
    }
    for disk in said.disks.iter().filter(|it| it.capacity_bytes.is_none()) {
        let words = format!("the capacity {:?} is no number of bytes", disk.written);
        findings.push(UNITS.broken(package.at(disk.place), words));
    }
    findings.extend(said.systems.iter().flat_map(|it| of_system(package, it)));
    findings
}

fn of_system(package: &Package<'_>, system: &System) -> Vec<Finding> {
    let at = || package.at(system.place);
    let mut findings = families(package, system);
    if system.os.is_none() {
        findings
            .push(OS.broken(at(), format!("the operating system of {:?} is not told", system.id)));
    }
    if !system.has_hardware {
        return findings; // told by the schema's rule
    }
    if system.cpus().is_none() {
        findings.push(CPU.broken(at(), format!("{:?} has no processors", system.id)));
    }
    match unknown_unit(system) {
        Some(unit) => {
            findings
                .push(UNITS.broken(at(), format!("the unit {unit:?} of the memory is not known")));
        }
        None if system.memory_bytes().is_none() => {
            findings.push(MEMORY.broken(at(), format!("{:?} has no memory", system.id)));
        }
        None => {}
    }
    let kept = package.target.is_some_and(|it| it.reads_firmware);
    if let Some(firmware) = system.firmware.as_deref().filter(|it| *it != "bios" && !kept) {
        let words =
            format!("{:?} starts by {firmware}, which an extension of VMware's tells", system.id);
        findings.push(FIRMWARE.broken(at(), words));
    }
    findings
}

fn unknown_unit(system: &System) -> Option<&str> {
    match &system.of_kind(resource::MEMORY).next()?.unit {
        Unit::None => None,
        Unit::Written(unit) => bytes_of(unit).is_none().then_some(unit),
    }
}

/// Without a target: `virtualbox-…` is refused by VMware, whose own are read by all others.
fn families(package: &Package<'_>, system: &System) -> Vec<Finding> {
    let at = || package.at(system.place);
    if system.families.is_empty() {
        let words = format!("{:?} names no family of hardware", system.id);
        return if system.has_hardware { vec![FAMILY.broken(at(), words)] } else { Vec::new() };
    }
    let named = system.families.join(", ");
    match package.target {
        // Several are alternatives: one is enough.
        Some(target) if system.families.iter().any(|it| target.accepts(it)) => Vec::new(),
        Some(target) => {
            let words = format!("{} does not know the hardware {named:?}", target.about);
            vec![FAMILY.broken(at(), words).at(Score::Failure)]
        }
        None if system.families.iter().any(|it| it.starts_with("vmx-")) => Vec::new(),
        None => vec![FAMILY.broken(at(), format!("importers of VMware do not know {named:?}"))],
    }
}
