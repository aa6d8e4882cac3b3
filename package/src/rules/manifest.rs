//! The manifest against the files.

use domain::score::Score;

use super::Package;
use crate::contents::Kind;
use crate::digest::Algorithm;
use crate::finding::{Finding, Rule};
use crate::name::{ending, is_inside};
use crate::rules::references::ESCAPE;

pub(crate) const ABSENT: Rule = Rule::warning(
    "P.mf.absent",
    "a package has a manifest",
    "Write one: without it nobody notices a file that was damaged on its way.",
);
pub(crate) const GRAMMAR: Rule = Rule::warning(
    "P.mf.grammar",
    "every line of the manifest is `SHA256(file)= digest`, ends with LF, and does not list the manifest",
    "Write the manifest anew; importers read its grammar strictly, each in its own way.",
);
pub(crate) const DIGEST: Rule = Rule::failure(
    "P.mf.digest",
    "every file has the digest that the manifest tells",
    "Transfer the package again. If that does not help, somebody has changed it.",
);
pub(crate) const ALGORITHM: Rule = Rule::warning(
    "P.mf.algo",
    "digests are SHA256; those that the target is known not to read are a FAILURE",
    "Write the manifest anew with SHA256, or with SHA1 for ESXi before 6.5.",
);
pub(crate) const MISSING: Rule = Rule::warning(
    "P.mf.missingfile",
    "every file that the manifest lists is there",
    "Remove the line, or add the file.",
);
pub(crate) const UNLISTED: Rule = Rule::warning(
    "P.mf.unlisted",
    "the manifest lists the descriptor and every file that it refers to",
    "Write the manifest anew: nobody notices when an unlisted file is damaged.",
);
pub(crate) const CERTIFICATE: Rule = Rule::warning(
    "P.cert.unchecked",
    "a signature of the manifest is checked; it was not, since this tool cannot",
    "Check it with openssl, or with an importer that asks before it trusts.",
);
pub(super) const RULES: &[&Rule] =
    &[&ABSENT, &GRAMMAR, &DIGEST, &ALGORITHM, &MISSING, &UNLISTED, &CERTIFICATE];

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let mut findings = certificates(package);
    let Some((file, manifest)) = package.manifest else {
        findings.push(ABSENT.broken(package.file, "there is no manifest"));
        return findings;
    };
    findings.extend(manifest.findings.iter().cloned());
    let entries = package.contents.by_name();
    let mut algorithms = std::collections::BTreeSet::new();
    for listed in &manifest.listed {
        let place = || format!("{file}, line {}", listed.line);
        algorithms.insert(listed.digest.algorithm());
        if !is_inside(&listed.name) {
            let words = format!("the name {:?} leads out of the package", listed.name);
            findings.push(ESCAPE.broken(place(), words));
            continue;
        }
        match entries.get(listed.name.as_str()) {
            None => {
                let words = format!("{} is listed, and not there", listed.name);
                findings.push(MISSING.broken(place(), words));
            }
            Some(entry) if entry.digest.as_ref() != Some(&listed.digest) => {
                let words = match &entry.digest {
                    Some(found) => format!("{} has the digest {found}", listed.name),
                    None => format!("the digest of {} could not be observed", listed.name),
                };
                findings.push(DIGEST.broken(place(), words));
            }
            Some(_) => {}
        }
    }
    findings.extend(unlisted(package));
    let refused = algorithms.into_iter().filter(|it| match package.target {
        Some(target) => !target.algorithms.contains(it),
        None => *it != Algorithm::Sha256,
    });
    findings.extend(refused.map(|it| unread(package, file, it)));
    findings
}

/// An importer without a name may read it; one that is known not to refuses the package.
fn unread(package: &Package<'_>, file: &str, algorithm: Algorithm) -> Finding {
    let name = algorithm.name();
    match package.target {
        Some(target) => {
            let words = format!("{} does not read digests of {name}", target.about);
            ALGORITHM.broken(file, words).at(Score::Failure)
        }
        None => ALGORITHM.broken(file, format!("an importer may not read digests of {name}")),
    }
}

fn unlisted(package: &Package<'_>) -> Vec<Finding> {
    let Some((file, manifest)) = package.manifest else { return Vec::new() };
    let files = package.descriptor.files.iter();
    // Parts of a split file, and files that are not there, are told elsewhere.
    let there = files.filter(|it| package.contents.named(&it.href).is_some());
    let needed = there.map(|it| it.href.as_str()).chain([package.file]);
    let lacks = needed.filter(|it| manifest.of(it).is_none());
    lacks.map(|it| UNLISTED.broken(file, format!("{it} is not listed"))).collect()
}

fn certificates(package: &Package<'_>) -> Vec<Finding> {
    let all = package.contents.entries.iter();
    let certificates = all.filter(|it| it.kind == Kind::File && ending(&it.name) == "cert");
    certificates
        .map(|it| CERTIFICATE.broken(it.name.as_str(), "the signature in it was not checked"))
        .collect()
}
