//! The disks' files themselves: whole, of the format and the capacity that the descriptor tells.

use domain::score::Score;

use super::Package;
use super::links::FORMAT;
use crate::contents::DiskFacts;
use crate::descriptor::{Disk, STREAM_OPTIMIZED};
use crate::finding::{Finding, Rule};
use crate::vmdk::Inspection;

pub(crate) const DAMAGED: Rule = Rule::failure(
    "P.disk.damaged",
    "a VMDK is whole: its header, each marker, its tables, its directory, its footer, its end",
    "Transfer the file again, or export the machine again.",
);
pub(crate) const CAPACITY: Rule = Rule::failure(
    "P.disk.capacity",
    "a disk has the capacity that the descriptor tells; larger by up to a cylinder is a WARNING",
    "Write the disk's own capacity into the descriptor.",
);
pub(super) const RULES: &[&Rule] = &[&DAMAGED, &CAPACITY];

/// Bytes of the largest cylinder that old formats round to: 255 heads, 63 sectors.
const CYLINDER: u64 = 255 * 63 * 512;

pub(super) fn judge(package: &Package<'_>) -> Vec<Finding> {
    let said = package.descriptor;
    let facts = |disk: &Disk| {
        let entry = package.contents.named(&said.file_of(disk)?.href)?;
        Some((entry.name.clone(), entry.disk.as_ref()?))
    };
    let found = said.disks.iter().filter_map(|it| facts(it).map(|(name, facts)| (it, name, facts)));
    found.flat_map(|(disk, name, facts)| of_disk(disk, &name, facts)).collect()
}

fn of_disk(disk: &Disk, name: &str, facts: &DiskFacts) -> Vec<Finding> {
    let says_stream = disk.format.trim_end_matches('/') == STREAM_OPTIMIZED;
    match facts {
        DiskFacts::Damaged(words) => vec![DAMAGED.broken(name, words.as_str())],
        DiskFacts::Other(format) if says_stream => {
            vec![FORMAT.broken(name, format!("it is {format}, not a streamOptimized VMDK"))]
        }
        DiskFacts::Other(_) => Vec::new(),
        DiskFacts::Vmdk(found) => {
            let mut findings = capacity(disk, name, found);
            if !found.header.stream {
                findings.push(FORMAT.broken(name, "it is a sparse VMDK, but not streamOptimized"));
            }
            findings
        }
    }
}

fn capacity(disk: &Disk, name: &str, found: &Inspection) -> Vec<Finding> {
    let (Some(told), there) = (disk.capacity_bytes, found.capacity_bytes()) else {
        return Vec::new();
    };
    if told == there {
        return Vec::new();
    }
    let words = format!("the descriptor tells {told} bytes, the disk has {there}");
    let rounded = told < there && there - told <= CYLINDER;
    let score = if rounded { Score::Warning } else { Score::Failure };
    vec![CAPACITY.broken(name, words).at(score)]
}
