//! The rules of packages: pure functions from what a package says and holds to findings.

pub(crate) mod archive;
pub(crate) mod disks;
pub(crate) mod hardware;
pub(crate) mod links;
pub(crate) mod manifest;
pub(crate) mod references;
pub(crate) mod structure;

use crate::contents::Contents;
use crate::descriptor::Descriptor;
use crate::finding::{Rule, Worst};
use crate::manifest::Manifest;
use crate::target::Target;

/// A package, read.
#[derive(Debug, Clone, Copy)]
pub struct Package<'p> {
    /// Name of the descriptor's file.
    pub file: &'p str,
    /// What it says.
    pub descriptor: &'p Descriptor,
    /// The manifest and its file's name.
    pub manifest: Option<(&'p str, &'p Manifest)>,
    /// What the package holds.
    pub contents: &'p Contents,
    /// Where it shall travel to, if that is known.
    pub target: Option<&'p Target>,
}

/// Every rule there is, in the order of their documentation.
#[must_use]
pub fn all() -> Vec<&'static Rule> {
    [
        structure::RULES,
        references::RULES,
        links::RULES,
        hardware::RULES,
        disks::RULES,
        manifest::RULES,
        archive::RULES,
    ]
    .concat()
}

/// Adds what a package does not keep, by one group of rules after the other.
pub(crate) fn judge(package: &Package<'_>, worst: &mut Worst) {
    let rules = [
        structure::judge,
        references::judge,
        links::judge,
        hardware::judge,
        disks::judge,
        manifest::judge,
        archive::judge,
    ];
    for rule in rules {
        worst.add(rule(package));
    }
}

impl Package<'_> {
    /// Where something of the descriptor stands.
    fn at(&self, place: crate::descriptor::Place) -> String {
        format!("{}, {place}", self.file)
    }
}
