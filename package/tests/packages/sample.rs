//! Packages to begin with: a small disk, written by our own writer, and a tar archive of any form.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use package::descriptor::{Adapter, Firmware, Machine, Version};
use package::{Algorithm, Order, Report, check};

/// A sparse raw disk of 40 MiB with something at its beginning, in its middle, and in its last sector.
pub(crate) fn raw(folder: &Path) -> PathBuf {
    let path = folder.join("disk.raw");
    let mut file = File::create(&path).unwrap();
    file.set_len(40 << 20).unwrap();
    let noise: Vec<u8> =
        (0..200_000_u32).flat_map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for (at, bytes) in [(0, &b"boot"[..]), (33 << 20, &noise), ((40 << 20) - 512, b"last")] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(bytes).unwrap();
    }
    path
}

pub(crate) fn order(disks: &[PathBuf]) -> Order {
    Order {
        machine: Machine {
            name: "server <&\"".to_owned(),
            cpus: 2,
            memory_mib: 256,
            identifier: Some("00000000-0000-8000-8000-000000000001".to_owned()),
            family: "vmx-10".to_owned(),
            os: (96, "Debian GNU/Linux".to_owned()),
            firmware: Firmware::Bios,
            disks: Vec::new(),
            adapters: vec![Adapter {
                network: "lan".to_owned(),
                mac: Some("52:54:00:aa:bb:cc".to_owned()),
            }],
        },
        disks: disks.to_vec(),
        version: Version::One,
        algorithm: Algorithm::Sha256,
        threads: 2,
    }
}

/// A package in the folder `vm` below this one.
pub(crate) fn folder(below: &Path) -> PathBuf {
    let out = below.join("vm");
    package::write(&order(&[raw(below)]), &out).unwrap();
    out
}

/// The rules that a package does not keep.
pub(crate) fn broken(path: &Path) -> Vec<&'static str> {
    ids(&check(path, None).unwrap())
}

pub(crate) fn ids(report: &Report) -> Vec<&'static str> {
    let mut ids: Vec<&str> = report.findings.iter().map(|it| it.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// One entry of an archive: name, kind as tar spells it, bytes, and the size its header tells.
pub(crate) struct Entry<'e>(pub(crate) &'e str, pub(crate) u8, pub(crate) &'e [u8], pub(crate) u64);

/// An archive made by hand, so that it can be wrong.
pub(crate) fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Entry(name, kind, content, told) in entries {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{told:011o}\0").as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = *kind;
        header[157..168].copy_from_slice(b"/etc/passwd");
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|it| u32::from(*it)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}

/// Changes a descriptor in a folder, and makes its manifest right again.
pub(crate) fn change(package: &Path, right: &str, wrong: &str) {
    let path = package.join("vm.ovf");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(right), "{right} in {text}");
    let text = text.replacen(right, wrong, 1);
    fs::write(&path, &text).unwrap();
    let digest = package::Digest::of(Algorithm::Sha256, text.as_bytes());
    let sums = fs::read_to_string(package.join("vm.mf")).unwrap();
    let rest = sums.split_once('\n').unwrap().1;
    fs::write(package.join("vm.mf"), format!("SHA256(vm.ovf)= {digest}\n{rest}")).unwrap();
}
