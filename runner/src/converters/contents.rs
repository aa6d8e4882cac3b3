//! What is in a package: the disk that a conversion is about.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use domain::score::Score;
use package::descriptor::resource;
use package::{Report, is_inside};
use platforms::converter::{Answered, Form, Order, Spec};
use platforms::words::{Fault, FaultClass};

/// An order for a conversion; the disk within a folder's package is found in it.
///
/// # Errors
/// The package cannot be read, is broken, or has another number of disks than one.
pub fn ordered(
    (from, input): (Form, PathBuf),
    (to, out): (Form, PathBuf),
    machine: Spec,
) -> Answered<Order> {
    let disk = match from.as_str() {
        Form::OVF => input.join(only_disk(&checked(&input)?)?),
        _ => input.clone(),
    };
    Ok(Order { from, input, disk, to, out, machine })
}

/// A package that can be read and whose files are what its manifest says.
pub(super) fn checked(path: &Path) -> Answered<Report> {
    let report = package::check(path, None).map_err(|error| {
        let words = format!("{}: {}", error.path().display(), error.why());
        Fault::new(FaultClass::NotFound, words)
    })?;
    match report.findings.iter().find(|it| it.score == Score::Failure) {
        None => Ok(report),
        Some(finding) => {
            let words = format!("{}: {}", finding.place, finding.words);
            Err(Fault::new(FaultClass::Vendor, words).with_raw(finding.id))
        }
    }
}

/// The file of a package's only disk.
pub(super) fn only_disk(report: &Report) -> Answered<String> {
    let refused = |words: String| Fault::new(FaultClass::Unsupported, words);
    let descriptor = report.descriptor.as_ref();
    let described =
        descriptor.ok_or_else(|| refused("the package has no descriptor".to_owned()))?;
    let machines = described.systems.iter();
    let attached: usize = machines.map(|it| it.of_kind(resource::DISK).count()).sum();
    let (1, [disk]) = (attached, described.disks.as_slice()) else {
        let words =
            format!("the package has {} disks; one travels this way", described.disks.len());
        return Err(refused(words));
    };
    let file = disk.file.as_ref().and_then(|id| described.files.iter().find(|it| it.id == *id));
    let file = file.filter(|it| it.compression.is_none() && it.chunk_bytes.is_none());
    let file = file.filter(|it| is_inside(&it.href));
    let none = || refused("the package's disk is no plain file within it".to_owned());
    file.map(|it| it.href.clone()).ok_or_else(none)
}

/// Copies the only disk of an OVA to a file.
pub(super) fn unpacked(ova: &Path, to: &Path) -> Answered<()> {
    let report = checked(ova)?;
    let name = only_disk(&report)?;
    let entry = report.contents.entries.iter().find(|it| it.name == name);
    let missing = || Fault::new(FaultClass::Vendor, format!("{name} is not in the package"));
    let entry = entry.ok_or_else(missing)?;
    copy(ova, (entry.offset, entry.bytes), to).map_err(|error| failed(to, &error))
}

fn copy(from: &Path, (offset, bytes): (u64, u64), to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    from.seek(SeekFrom::Start(offset))?;
    let copied = io::copy(&mut from.take(bytes), &mut File::create(to)?)?;
    if copied == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Trouble with a file here: the lab's.
pub(super) fn failed(path: &Path, error: &io::Error) -> Fault {
    let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&error.kind());
    let class = if full { FaultClass::Capacity } else { FaultClass::Transient };
    Fault::new(class, format!("{}: {error}", path.display()))
}
