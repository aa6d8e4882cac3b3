//! Files that a descriptor refers to, against those that are there.

use std::collections::{BTreeMap, BTreeSet};

use domain::score::Score;

use super::Package;
use crate::contents::{Entry, Kind};
use crate::descriptor::FileReference;
use crate::finding::{Finding, Rule};
use crate::name::{ending, is_inside};

pub(crate) const ESCAPE: Rule = Rule::failure(
    "P.ref.escape",
    "every file lies within the package: a relative name without `..`, and no link or device",
    "Do not import it: whoever wrote it may want to read or overwrite files of the importer.",
);
pub(crate) const MISSING: Rule = Rule::failure(
    "P.ref.missing",
    "every file that the descriptor refers to is there",
    "Add the file, or export the machine again.",
);
pub(crate) const EXTRA: Rule = Rule::warning(
    "P.ref.extra",
    "a package holds no file that the descriptor does not refer to",
    "Remove the file: importers ignore it, or refuse the package.",
);
pub(crate) const SIZE: Rule = Rule::warning(
    "P.ref.size",
    "a file has as many bytes as the descriptor promises; with fewer it is a FAILURE",
    "Transfer the file again, or write its size into the descriptor.",
);
pub(crate) const COMPRESSION: Rule = Rule::warning(
    "P.disk.compress",
    "files are not packed once more: a streamOptimized VMDK is packed already",
    "Unpack the file and remove ovf:compression; few importers unpack it.",
);
pub(super) const RULES: &[&Rule] = &[&ESCAPE, &MISSING, &EXTRA, &SIZE, &COMPRESSION];

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let entries = package.contents.by_name();
    let mut findings = Vec::new();
    let mut used = BTreeSet::from([package.file]);
    for file in &package.descriptor.files {
        findings.extend(packed(package, file));
        if !is_inside(&file.href) {
            // OVF allows URLs; what is elsewhere does not travel with the package.
            let words = format!("the file name {:?} leads out of the package", file.href);
            findings.push(ESCAPE.broken(package.at(file.place), words));
            continue;
        }
        let parts = parts(&entries, file);
        used.extend(parts.iter().map(|it| it.name.as_str()));
        findings.extend(holds(package, file, &parts));
    }
    findings.extend(others(package, &used));
    findings
}

/// The entries that make up a file: itself, or its parts `NAME.000000000` and so on.
fn parts<'e>(entries: &BTreeMap<&str, &'e Entry>, file: &FileReference) -> Vec<&'e Entry> {
    if file.chunk_bytes.is_none() {
        return entries.get(file.href.as_str()).copied().into_iter().collect();
    }
    let part = |number: usize| entries.get(format!("{}.{number:09}", file.href).as_str()).copied();
    (0..).map_while(part).collect()
}

fn holds(package: &Package<'_>, file: &FileReference, parts: &[&Entry]) -> Vec<Finding> {
    let place = package.at(file.place);
    if parts.is_empty() {
        let what = if file.chunk_bytes.is_some() { "the parts of " } else { "" };
        return vec![
            MISSING.broken(place, format!("{what}{} cannot be found in the package", file.href)),
        ];
    }
    let there: u64 = parts.iter().map(|it| it.bytes).sum();
    match &file.bytes {
        None => Vec::new(),
        Some(Err(text)) => {
            vec![SIZE.broken(place, format!("the size {text:?} of {} is no number", file.href))]
        }
        Some(Ok(told)) if *told == there => Vec::new(),
        Some(Ok(told)) => {
            let words = format!("{} should have {told} bytes and has {there}", file.href);
            let score = if there < *told { Score::Failure } else { Score::Warning };
            vec![SIZE.broken(place, words).at(score)]
        }
    }
}

fn packed(package: &Package<'_>, file: &FileReference) -> Option<Finding> {
    let how = file.compression.as_deref();
    let how =
        how.or_else(|| matches!(&*ending(&file.href), "gz" | "bz2" | "xz").then_some("its name"))?;
    let words = format!("{} is packed ({how}); what is in it was not looked at", file.href);
    Some(COMPRESSION.broken(package.at(file.place), words))
}

/// Entries that no reference names: links and devices are dangerous, other files superfluous.
fn others(package: &Package<'_>, used: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in &package.contents.entries {
        if !is_inside(&entry.name) {
            let words =
                format!("an entry is called {:?}, which leads out of the package", entry.name);
            findings.push(ESCAPE.broken(entry.name.as_str(), words));
        } else if let Kind::Other(what) = entry.kind {
            findings.push(ESCAPE.broken(entry.name.as_str(), format!("it is {what}, not a file")));
        } else if is_superfluous(package, entry) && !used.contains(entry.name.as_str()) {
            findings.push(EXTRA.broken(entry.name.as_str(), "the descriptor does not refer to it"));
        }
    }
    findings
}

fn is_superfluous(package: &Package<'_>, entry: &Entry) -> bool {
    let manifest = package.manifest.is_some_and(|(name, _)| name == entry.name);
    entry.kind == Kind::File && !manifest && ending(&entry.name) != "cert"
}
