//! Links within the descriptor: item → disk → file, item → controller, item → network.

use std::collections::{BTreeMap, BTreeSet};

use super::Package;
use crate::descriptor::{Descriptor, FileReference, Item, STREAM_OPTIMIZED, System, resource};
use crate::finding::{Finding, Rule};
use crate::name::ending;

pub(crate) const DISK: Rule = Rule::failure(
    "P.link.disk",
    "every disk item names a disk, and every disk a file",
    "Mend rasd:HostResource (ovf:/disk/ID) and ovf:fileRef.",
);
pub(crate) const UNUSED: Rule = Rule::warning(
    "P.link.unused",
    "every disk belongs to a machine",
    "Add an item of type 17 for the disk, or remove it.",
);
pub(crate) const PARENT: Rule = Rule::warning(
    "P.link.parent",
    "every disk hangs on a controller",
    "Write the controller's InstanceID into rasd:Parent; importers else choose a controller themselves.",
);
pub(crate) const NETWORK: Rule = Rule::warning(
    "P.link.net",
    "every adapter is connected to a network of the NetworkSection",
    "Write a Network of that name, or connect the adapter to one.",
);
pub(crate) const FORMAT: Rule = Rule::failure(
    "P.disk.format",
    "disks are streamOptimized VMDK, the only format that all importers accept",
    "Convert the disk: portolan ovf write, or qemu-img convert -O vmdk -o subformat=streamOptimized",
);
pub(super) const RULES: &[&Rule] = &[&DISK, &UNUSED, &PARENT, &NETWORK, &FORMAT];

/// What a descriptor declares, by its ids: it may have ten thousand of each.
struct Ids<'d> {
    files: BTreeMap<&'d str, &'d FileReference>,
    disks: BTreeSet<&'d str>,
    networks: BTreeSet<&'d str>,
    /// Disks that an item of any machine names.
    used: BTreeSet<&'d str>,
}

impl<'d> Ids<'d> {
    fn of(said: &'d Descriptor) -> Self {
        let items = said.systems.iter().flat_map(|it| &it.items);
        Self {
            // The first of an id counts.
            files: said.files.iter().rev().map(|it| (it.id.as_str(), it)).collect(),
            disks: said.disks.iter().map(|it| it.id.as_str()).collect(),
            networks: said.networks.iter().map(String::as_str).collect(),
            used: items.filter_map(Item::disk).collect(),
        }
    }
}

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let said = package.descriptor;
    let ids = Ids::of(said);
    let mut findings: Vec<Finding> =
        said.systems.iter().flat_map(|it| of_system(package, &ids, it)).collect();
    for disk in &said.disks {
        let place = package.at(disk.place);
        if disk.file.as_deref().is_some_and(|it| !ids.files.contains_key(it)) {
            let words = format!("the disk {:?} names a file that is not in References", disk.id);
            findings.push(DISK.broken(place.clone(), words));
        }
        if !ids.used.contains(disk.id.as_str()) {
            findings.push(
                UNUSED.broken(place.clone(), format!("no machine has the disk {:?}", disk.id)),
            );
        }
        let is_stream = disk.format.trim_end_matches('/') == STREAM_OPTIMIZED;
        if disk.file.is_some() && !is_stream {
            findings.push(FORMAT.broken(place, format!("the disk's format is {:?}", disk.format)));
        }
    }
    findings
}

fn of_system(package: &Package<'_>, ids: &Ids<'_>, system: &System) -> Vec<Finding> {
    let mut findings = Vec::new();
    let instances: BTreeSet<&str> = system.items.iter().map(|it| it.instance.as_str()).collect();
    for item in system.items.iter().filter(|it| is_disk(ids, it)) {
        let place = package.at(item.place);
        findings.extend(dangling(ids, item).map(|words| DISK.broken(place.clone(), words)));
        if !item.parent.as_deref().is_some_and(|it| instances.contains(it)) {
            findings.push(PARENT.broken(place, "the disk has no controller"));
        }
    }
    for item in system.of_kind(resource::ETHERNET) {
        let known = |it: &String| ids.networks.contains(it.as_str());
        if item.connections.is_empty() {
            findings.push(NETWORK.broken(package.at(item.place), "the adapter is not connected"));
        } else if let Some(name) = item.connections.iter().find(|it| !known(it)) {
            let words = format!("the adapter's network {name:?} is not declared");
            findings.push(NETWORK.broken(package.at(item.place), words));
        }
    }
    findings
}

/// A disk; or what Microsoft's exporter calls a serial port (21) and means a disk image by.
fn is_disk(ids: &Ids<'_>, item: &Item) -> bool {
    let image =
        |it: &str| ids.files.get(it).is_some_and(|it| matches!(&*ending(&it.href), "vhd" | "vhdx"));
    item.kind == Some(resource::DISK) || (item.kind == Some(21) && item.file().is_some_and(image))
}

/// What a disk item's resource lacks, in words.
fn dangling(ids: &Ids<'_>, item: &Item) -> Option<String> {
    if let Some(file) = item.file() {
        let known = ids.files.contains_key(file);
        return (!known).then(|| format!("the item names the file {file:?}, which there is not"));
    }
    let Some(id) = item.disk() else {
        return Some("the disk item names no disk of the package".to_owned());
    };
    (!ids.disks.contains(id)).then(|| format!("the item names the disk {id:?}, which there is not"))
}
