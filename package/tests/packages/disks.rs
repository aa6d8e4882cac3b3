//! Disks that are written are what qemu-img reads, and those that qemu-img writes are read.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use package::vmdk::{Damage, Summary, inspect, write};

use super::sample::raw;

fn qemu_img(words: &[&str]) -> String {
    let output = Command::new("qemu-img").args(words).output().unwrap();
    assert!(output.status.success(), "qemu-img {words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn pack(raw: &Path, to: &Path, threads: usize) -> Summary {
    let file = File::open(raw).unwrap();
    let bytes = file.metadata().unwrap().len();
    write(&file, bytes, "disk.vmdk", threads, File::create(to).unwrap()).unwrap()
}

/// Packs, and asks qemu-img whether the disk is whole and the guest sees the same bytes.
fn accepted(raw: &Path) -> Summary {
    let to = raw.with_extension("vmdk");
    let summary = pack(raw, &to, 2);
    let (raw, vmdk) = (raw.to_str().unwrap(), to.to_str().unwrap());
    qemu_img(&["check", "-f", "vmdk", vmdk]);
    let told = qemu_img(&["info", "-f", "vmdk", vmdk]);
    assert!(told.contains("create type: streamOptimized"), "{told}");
    assert!(told.contains(&format!("({} bytes)", summary.capacity_bytes)), "{told}");
    qemu_img(&["compare", "-f", "raw", "-F", "vmdk", raw, vmdk]);
    assert_eq!(fs::metadata(&to).unwrap().len(), summary.file_bytes);
    let found = inspect(File::open(&to).unwrap()).unwrap();
    assert_eq!((found.capacity_bytes(), found.grains), (summary.capacity_bytes, summary.grains));
    summary
}

#[test]
fn qemu_img_accepts_what_is_written_and_sees_the_same_bytes() {
    let below = tempfile::tempdir().unwrap();
    let disk = raw(below.path());
    assert_eq!(accepted(&disk).grains, 1 + 13 + 1, "what is zero is left out");

    for (name, bytes) in [("empty", 64 << 20), ("sector", 512), ("odd", 65_536 * 3 + 1024)] {
        let path = below.path().join(format!("{name}.raw"));
        fs::write(&path, vec![u8::from(name == "odd"); bytes]).unwrap();
        let summary = accepted(&path);
        assert_eq!(summary.grains == 0, name != "odd");
    }
}

#[test]
fn a_disk_that_ends_within_a_sector_is_filled_up() {
    let below = tempfile::tempdir().unwrap();
    let path = below.path().join("short.raw");
    fs::write(&path, vec![7; 70_000]).unwrap();
    let summary = pack(&path, &below.path().join("short.vmdk"), 1);
    assert_eq!(summary.capacity_bytes, 70_144);
    let nothing = below.path().join("nothing.raw");
    let file = File::create(&nothing).unwrap();
    assert!(write(&file, 0, "x", 1, Vec::new()).is_err());
}

#[test]
fn the_same_disk_gives_the_same_bytes_by_any_number_of_threads() {
    let below = tempfile::tempdir().unwrap();
    let disk = raw(below.path());
    let all: Vec<Vec<u8>> = [1, 2, 5]
        .into_iter()
        .map(|threads| {
            let to = below.path().join("disk.vmdk");
            pack(&disk, &to, threads);
            fs::read(to).unwrap()
        })
        .collect();
    assert!(all[0] == all[1] && all[0] == all[2]);
}

#[test]
fn a_writer_that_fails_ends_every_thread() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let below = tempfile::tempdir().unwrap();
    let disk = raw(below.path());
    let failed = write(&File::open(disk).unwrap(), 40 << 20, "x", 3, Full(300_000)).unwrap_err();
    assert_eq!(failed.kind(), std::io::ErrorKind::StorageFull);
}

#[test]
fn what_qemu_img_writes_is_walked_too() {
    let below = tempfile::tempdir().unwrap();
    let disk = raw(below.path());
    let to = below.path().join("theirs.vmdk");
    let (from, into) = (disk.to_str().unwrap(), to.to_str().unwrap());
    let stream = ["-O", "vmdk", "-o", "subformat=streamOptimized"];
    qemu_img(&[&["convert", "-f", "raw"][..], &stream, &[from, into]].concat());
    let found = inspect(File::open(&to).unwrap()).unwrap();
    assert!(found.header.stream);
    assert_eq!((found.capacity_bytes(), found.grains), (40 << 20, 15));
    qemu_img(&["convert", "-f", "raw", "-O", "vmdk", from, into]);
    assert!(!inspect(File::open(&to).unwrap()).unwrap().header.stream);
}

#[test]
fn every_cut_and_every_changed_marker_is_seen() {
    let below = tempfile::tempdir().unwrap();
    let disk = raw(below.path());
    let to = below.path().join("disk.vmdk");
    pack(&disk, &to, 1);
    let whole = fs::read(&to).unwrap();
    for cut in (1..whole.len()).step_by(511) {
        let seen = inspect(&whole[..cut]);
        assert!(matches!(seen, Err(Damage::Short(_))), "cut at {cut}: {seen:?}");
    }
    let marker = 128 * 512;
    for (at, byte) in [(0, b'X'), (4, 9), (20, 127), (73, b'\r'), (marker, 1), (marker + 10, 0xff)]
    {
        let mut wrong = whole.clone();
        wrong[at] = byte;
        assert!(inspect(wrong.as_slice()).is_err(), "byte {at}");
    }
}

#[test]
fn a_wrong_directory_a_wrong_footer_and_what_follows_the_end_are_seen() {
    let below = tempfile::tempdir().unwrap();
    let to = below.path().join("disk.vmdk");
    pack(&raw(below.path()), &to, 1);
    let whole = fs::read(&to).unwrap();
    // From behind: the end, the footer, its marker, the directory of two tables.
    let (footer, directory) = (whole.len() - 1024, whole.len() - 2048);
    let mut swapped = whole.clone();
    swapped[directory..directory + 8].rotate_left(4);
    let mut lost = whole.clone();
    lost[directory..directory + 4].fill(0);
    let mut elsewhere = whole.clone();
    elsewhere[footer + 56] ^= 1;
    let longer = [&whole[..], &[1; 512]].concat();
    for (wrong, words) in [
        (swapped, "directory"),
        (lost, "directory"),
        (elsewhere, "the footer does not find"),
        (longer, "follows the end"),
    ] {
        let seen = inspect(wrong.as_slice()).unwrap_err().to_string();
        assert!(seen.contains(words), "{seen}");
    }
    inspect([&whole[..], &[0; 1024]].concat().as_slice()).unwrap();
}
