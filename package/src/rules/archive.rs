//! The archive that holds a package together.

use std::collections::BTreeSet;

use super::Package;
use crate::contents::Wrapping;
use crate::finding::{Finding, Rule};

pub(crate) const ORDER: Rule = Rule::warning(
    "P.ovf.order",
    "the descriptor is the first file of an OVA, and the files follow in the order of References",
    "Pack it anew: portolan ovf write, or tar with the descriptor named first.",
);
pub(crate) const COMPRESSED: Rule = Rule::warning(
    "P.ova.compressed",
    "an OVA is a plain tar archive, and not compressed; what is in another kind was not looked at",
    "Unpack it, and check what comes out.",
);
pub(crate) const FORM: Rule =
    Rule::warning("P.ova.form", "an OVA keeps to POSIX ustar", "Pack it anew: tar --format=ustar");
pub(crate) const ENTRY: Rule = Rule::failure(
    "P.ova.entry",
    "each name stands once in an OVA, which has at most 10000 entries",
    "Do not import it: importers differ in which of two files they take.",
);
pub(crate) const WHOLE: Rule = Rule::failure(
    "P.ova.whole",
    "an OVA is a whole archive: right headers, all bytes of each file, two empty blocks at the end",
    "Transfer it again, or export the machine again.",
);
pub(super) const RULES: &[&Rule] = &[&ORDER, &COMPRESSED, &FORM, &ENTRY, &WHOLE];

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let contents = package.contents;
    if contents.wrapping != Wrapping::Ova {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in contents.entries.iter().filter(|it| !seen.insert(it.name.as_str())) {
        findings.push(ENTRY.broken(entry.name.as_str(), "there is another entry of this name"));
    }
    match contents.entries.first() {
        Some(first) if first.name != package.file => {
            findings.push(ORDER.broken(package.file, format!("{} stands before it", first.name)));
        }
        _ if !in_order(package) => {
            findings
                .push(ORDER.broken("the archive", "files do not stand in the order of References"));
        }
        _ => {}
    }
    findings
}

fn in_order(package: &Package<'_>) -> bool {
    let position = |name: &str| package.contents.entries.iter().position(|it| it.name == name);
    let files = package.descriptor.files.iter().filter_map(|it| position(&it.href));
    files.is_sorted()
}
