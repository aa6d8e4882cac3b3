//! The form of the descriptor: XML, schema, version, ids.

use std::collections::BTreeSet;

use domain::score::Score;

use super::Package;
use crate::descriptor::{Place, Version};
use crate::finding::{Finding, Rule};

pub(crate) const FOUND: Rule = Rule::failure(
    "P.ovf.found",
    "a package has exactly one descriptor, a file that ends with .ovf",
    "Add the descriptor, or name the one that is meant: portolan ovf check FILE.ovf",
);
pub(crate) const WELL_FORMED: Rule = Rule::failure(
    "P.ovf.wellformed",
    "the descriptor is XML in UTF-8, of at most 4 MiB, without a DTD or entities of its own",
    "Export the machine again, or mend the descriptor with an XML editor.",
);
pub(crate) const SCHEMA: Rule = Rule::failure(
    "P.ovf.schema",
    "elements and attributes are those of DSP0243, in its order",
    "Mend the descriptor; xmllint --schema with DMTF's DSP8023 tells the same in other words.",
);
pub(crate) const VERSION: Rule = Rule::warning(
    "P.ovf.version",
    "the descriptor is OVF 1.x: few importers read 2.x, and if the target is known not to, it is a FAILURE",
    "Export as OVF 1.0 or 1.1.",
);
pub(crate) const DUPLICATE: Rule = Rule::failure(
    "P.id.dup",
    "files, disks, machines and items have ids of their own",
    "Give each an id that no other has.",
);
pub(crate) const REQUIRED: Rule = Rule::failure(
    "P.required.unknown",
    "a section that is not of the standard is marked ovf:required=\"false\"",
    "Mark the section, or remove it: an importer that does not know it has to give up.",
);
pub(super) const RULES: &[&Rule] =
    &[&FOUND, &WELL_FORMED, &SCHEMA, &VERSION, &DUPLICATE, &REQUIRED];

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let mut findings = version(package);
    findings.extend(duplicates(package));
    let foreign = package.descriptor.foreign.iter().filter(|it| it.required);
    findings.extend(foreign.map(|it| {
        let words = format!("the section `{}` is required, and not of the standard", it.name);
        REQUIRED.broken(package.at(it.place), words)
    }));
    findings
}

fn version(package: &Package<'_>) -> Vec<Finding> {
    let finding = match &package.descriptor.version {
        Version::One => return Vec::new(),
        Version::Two if package.target.is_some_and(|it| it.reads_two) => return Vec::new(),
        Version::Two => {
            let finding = VERSION.broken(package.file, "the descriptor is OVF 2.x");
            let refused = package.target.is_some();
            if refused { finding.at(Score::Failure) } else { finding }
        }
        Version::Other(namespace) => {
            let words = format!("the namespace {namespace:?} is of no OVF that is known");
            VERSION.broken(package.file, words).at(Score::Failure)
        }
    };
    vec![finding]
}

fn duplicates(package: &Package<'_>) -> Vec<Finding> {
    let said = package.descriptor;
    let files = said.files.iter().map(|it| ("file", it.id.as_str(), it.place));
    let disks = said.disks.iter().map(|it| ("disk", it.id.as_str(), it.place));
    let systems = said.systems.iter().map(|it| ("machine", it.id.as_str(), it.place));
    let mut all: Vec<(String, &str, Place)> =
        files.chain(disks).chain(systems).map(|(what, id, at)| (what.to_owned(), id, at)).collect();
    for system in &said.systems {
        // One item may stand in several configurations, each with its own quantity.
        let items = system.items.iter().filter(|it| it.configuration.is_none());
        let what = format!("item of {}", system.id);
        all.extend(items.map(|it| (what.clone(), it.instance.as_str(), it.place)));
    }
    let mut seen = BTreeSet::new();
    let twice = |(what, id, _): &&(String, &str, Place)| {
        !id.is_empty() && !seen.insert((what.clone(), (*id).to_owned()))
    };
    let told = |(what, id, place): &(String, &str, Place)| {
        DUPLICATE.broken(package.at(*place), format!("there is another {what} with the id {id:?}"))
    };
    all.iter().filter(twice).map(told).collect()
}
