//! Recognises what a file is by its first bytes and its last sector: archives, and disks of all formats.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
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
const DISKS: [(&[u8], &str); 8] = [
    (b"QFI\xfb", "qcow2"),
    (b"QED\0", "QED"),
    (b"vhdxfile", "VHDX"),
    (VHD, "VHD"),
    (b"<<< Oracle VM", "VDI"),
    (b"<<< QEMU VM", "VDI"),
    (b"COWD", "a VMDK of ESX"),
    (b"# Disk DescriptorFile", "a VMDK of several files"),
];

/// Begins a VHD that grows, and the last sector of every VHD.
const VHD: &[u8] = b"conectix";
/// Where a VDI has its signature, whoever wrote the text before it.
const VDI_AT: usize = 0x40;
const VDI: [u8; 4] = 0xbeda_107f_u32.to_le_bytes();

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

/// What a disk that shall be packed is, so far as its first bytes and its last sector tell.
pub(crate) enum Foreign {
    Raw,
    Vmdk,
    Other(&'static str),
}

/// Recognises a disk. A raw one may begin with anything that is no other format's or archive's sign.
pub(crate) fn foreign(file: &File) -> io::Result<Foreign> {
    let mut start = Vec::new();
    at(file, 0).take(VDI_AT as u64 + 4).read_to_end(&mut start)?;
    if start.starts_with(b"KDMV") {
        return Ok(Foreign::Vmdk);
    }
    let known = DISKS.iter().chain(&PACKED).find(|(magic, _)| start.starts_with(magic));
    if let Some((_, format)) = known {
        return Ok(Foreign::Other(format));
    }
    if start[start.len().min(VDI_AT)..] == VDI {
        return Ok(Foreign::Other("VDI"));
    }
    Ok(if ends_as_vhd(file)? { Foreign::Other("VHD of fixed size") } else { Foreign::Raw })
}

/// A VHD of fixed size is a raw disk and one sector more; old ones lack that sector's last byte.
fn ends_as_vhd(file: &File) -> io::Result<bool> {
    let bytes = (&*file).seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    at(file, bytes.saturating_sub(512)).take(512).read_to_end(&mut end)?;
    Ok(end.starts_with(VHD)
        || (bytes % 512 == 511 && end.get(1..).is_some_and(|it| it.starts_with(VHD))))
}

/// The bytes of a file from there on.
fn at(file: &File, from: u64) -> impl Read {
    struct At<'f>(&'f File, u64);
    impl Read for At<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read_at(into, self.1)?;
            self.1 += read as u64;
            Ok(read)
        }
    }
    At(file, from)
}
