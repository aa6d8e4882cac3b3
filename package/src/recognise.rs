//! Recognises what a file is by its first bytes: archives, and disks of all formats.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

use crate::contents::DiskFacts;
use crate::vmdk::{Damage, inspect};

/// Beginnings of files that are packed.
const PACKED: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ", "compressed by xz"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
];

/// Beginnings of disks of other formats.
const DISKS: [(&[u8], &str); 6] = [
    (b"QFI\xfb", "qcow2"),
    (b"vhdxfile", "VHDX"),
    (b"conectix", "VHD"),
    (b"<<< Oracle VM", "VDI"),
    (b"COWD", "a VMDK of ESX"),
    (b"# Disk DescriptorFile", "a VMDK of several files"),
];

/// What a file is packed by, if it is.
pub(crate) fn packed(file: &File) -> io::Result<Option<&'static str>> {
    let mut start = [0; 8];
    let read = file.read_at(&mut start, 0)?;
    let start = &start[..read];
    Ok(PACKED.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what))
}

/// What a disk is; reads as much of it as that takes.
pub(crate) fn disk_facts(from: &mut impl Read) -> io::Result<DiskFacts> {
    let mut start = Vec::new();
    from.take(32).read_to_end(&mut start)?;
    if !start.starts_with(b"KDMV") {
        let known = DISKS.iter().chain(&PACKED).find(|(magic, _)| start.starts_with(magic));
        return Ok(DiskFacts::Other(known.map_or("of an unknown format", |(_, what)| what)));
    }
    match inspect(start.as_slice().chain(from)) {
        Ok(found) => Ok(DiskFacts::Vmdk(found)),
        Err(Damage::Io(error)) => Err(error),
        Err(damage @ (Damage::Header(_) | Damage::Short(_) | Damage::Marker { .. })) => {
            Ok(DiskFacts::Damaged(damage.to_string()))
        }
    }
}

/// What a disk that shall be packed is, so far as its first bytes tell.
pub(crate) enum Foreign {
    Raw,
    Vmdk,
    Other(&'static str),
}

/// Recognises a disk. A raw one may begin with anything else.
pub(crate) fn foreign(file: &File) -> io::Result<Foreign> {
    let mut start = [0; 32];
    let read = file.read_at(&mut start, 0)?;
    let known = DISKS.iter().find(|(magic, _)| start[..read].starts_with(magic));
    Ok(match known {
        _ if start[..read].starts_with(b"KDMV") => Foreign::Vmdk,
        Some((_, format)) => Foreign::Other(format),
        None => Foreign::Raw,
    })
}
