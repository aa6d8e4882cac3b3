//! Hostile and damaged archives: each is told by its rule, and nothing is ever unpacked or followed.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use package::check;

use super::sample::{Entry, archive, broken, folder};

/// A descriptor without disks: what else is in the archive is what is told.
fn plain() -> Vec<u8> {
    let mut order = super::sample::order(&[]);
    order.machine.adapters.clear();
    package::descriptor::write(&order.machine, &order.version).unwrap()
}

fn found(below: &Path, bytes: &[u8]) -> Vec<&'static str> {
    let path = below.join("vm.ova");
    fs::write(&path, bytes).unwrap();
    broken(&path)
}

#[test]
fn entries_that_lead_elsewhere_are_told() {
    let above = tempfile::tempdir().unwrap();
    let below = above.path().join("below");
    fs::create_dir(&below).unwrap();
    let text = plain();
    let size = text.len() as u64;
    let ovf = || Entry("vm.ovf", b'0', &text, size);
    for (name, kind) in [
        ("../evil", b'0'),
        ("/etc/passwd", b'0'),
        ("a/../../evil", b'0'),
        ("C:\\evil", b'0'),
        ("link", b'2'),
        ("hard", b'1'),
        ("device", b'3'),
        ("block", b'4'),
        ("pipe", b'6'),
        ("sparse", b'S'),
        ("unknown", b'Z'),
    ] {
        let found = found(&below, &archive(&[ovf(), Entry(name, kind, b"", 0)]));
        assert!(found.contains(&"P.ref.escape"), "{name}: {found:?}");
    }
    let names = |folder: &Path| {
        let names = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
        names.collect::<Vec<_>>()
    };
    assert_eq!((names(above.path()), names(&below)), (vec!["below".into()], vec!["vm.ova".into()]));
}

#[test]
fn damage_of_an_archive_is_told() {
    let below = tempfile::tempdir().unwrap();
    let text = plain();
    let size = text.len() as u64;
    let ovf = || Entry("vm.ovf", b'0', &text, size);
    let whole = archive(&[ovf()]);
    assert_eq!(found(below.path(), &whole), ["P.mf.absent"]);
    let mut wrong = whole.clone();
    wrong[150] ^= 1;
    for (words, bytes, rule) in [
        ("a name twice", archive(&[ovf(), ovf()]), "P.ovf.found"),
        (
            "a disk twice",
            archive(&[ovf(), Entry("d", b'0', b"1", 1), Entry("d", b'0', b"2", 1)]),
            "P.ova.entry",
        ),
        ("no end", whole[..whole.len() - 1024].to_vec(), "P.ova.whole"),
        ("cut within", whole[..700].to_vec(), "P.ova.whole"),
        ("a huge size", archive(&[ovf(), Entry("d", b'0', b"", 0o77_777_777_777)]), "P.ova.whole"),
        ("a wrong checksum", wrong, "P.ova.whole"),
        ("nothing", Vec::new(), "P.ova.whole"),
        ("no archive", b"hello".repeat(1000), "P.ova.whole"),
        (
            "extended",
            archive(&[Entry("x", b'x', b"30 path=../../../../evil.ovf\nx\n", 31), ovf()]),
            "P.ova.form",
        ),
        ("the descriptor last", archive(&[Entry("d", b'0', b"", 0), ovf()]), "P.ovf.order"),
        ("gzip", b"\x1f\x8b\x08\0 and a bomb".to_vec(), "P.ova.compressed"),
        ("zip", b"PK\x03\x04 and a bomb".to_vec(), "P.ova.compressed"),
    ] {
        let found = found(below.path(), &bytes);
        assert!(found.contains(&rule), "{words}: {found:?}");
    }
}

#[test]
fn numbers_of_gnu_tar_that_overflow_are_no_way_out() {
    let below = tempfile::tempdir().unwrap();
    let mut bytes = archive(&[Entry("vm.ovf", b'0', b"", 0)]);
    for (at, byte) in [(124, 0x80), (128, 0xff), (129, 0xff), (135, 0xff)] {
        bytes[at] = byte;
    }
    bytes[148..156].copy_from_slice(b"        ");
    let sum: u32 = bytes[..512].iter().map(|it| u32::from(*it)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(found(below.path(), &bytes).contains(&"P.ova.whole"));
}

#[test]
fn links_in_a_folder_are_not_followed() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    let disk = package.join("vm-disk1.vmdk");
    fs::rename(&disk, below.path().join("elsewhere")).unwrap();
    symlink(below.path().join("elsewhere"), &disk).unwrap();
    let report = check(&package, None).unwrap();
    let words: Vec<&str> = report.findings.iter().map(|it| it.words.as_str()).collect();
    assert!(words.contains(&"it is a symbolic link, not a file"), "{words:?}");
    assert!(report.contents.named("vm-disk1.vmdk").unwrap().digest.is_none());
    // A pipe would keep a reader waiting for ever.
    fs::remove_file(&disk).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&disk).status().unwrap();
    assert!(made.success());
    assert!(broken(&package).contains(&"P.ref.escape"));
}

#[test]
fn an_archive_of_a_hundred_gigabytes_is_indexed_by_its_headers_alone() {
    let below = tempfile::tempdir().unwrap();
    let (path, size) = (below.path().join("vm.ova"), 100_u64 << 30);
    let text = plain();
    let mut bytes =
        archive(&[Entry("vm.ovf", b'0', &text, text.len() as u64), Entry("big", b'0', b"", 0)]);
    let at = bytes.len() - 1024 - 512;
    bytes[at + 124] = 0x80;
    bytes[at + 125..at + 128].fill(0);
    bytes[at + 128..at + 136].copy_from_slice(&size.to_be_bytes());
    bytes[at + 148..at + 156].copy_from_slice(b"        ");
    let sum: u32 = bytes[at..at + 512].iter().map(|it| u32::from(*it)).sum();
    bytes[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    fs::write(&path, &bytes[..at + 512]).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len((at + 512 + 1024) as u64 + size).unwrap();
    assert_eq!(broken(&path), ["P.mf.absent", "P.ref.extra"]);
}

#[test]
fn a_checksum_in_the_binary_form_is_told_and_no_panic() {
    let below = tempfile::tempdir().unwrap();
    let text = plain();
    let mut bytes = archive(&[Entry("vm.ovf", b'0', &text, text.len() as u64)]);
    bytes[148] = 0x80;
    assert!(found(below.path(), &bytes).contains(&"P.ova.whole"));
}
