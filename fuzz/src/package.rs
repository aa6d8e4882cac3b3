//! OVF packages: a descriptor, a manifest, an archive or a disk. What is told of it lies within it.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};

use package::descriptor;
use package::manifest;
use package::ova;
use package::vmdk::{Damage, LARGEST_DISK, inspect};

/// Reads the input as one of the four; its first byte says which.
pub fn check(input: &[u8]) {
    let Some((which, rest)) = input.split_first() else {
        return;
    };
    match which % 4 {
        0 => described(rest),
        1 => listed(rest),
        2 => archived(rest),
        _ => walked(rest),
    }
}

fn described(bytes: &[u8]) {
    let reading = descriptor::read("a.ovf", bytes);
    assert_eq!(reading, descriptor::read("a.ovf", bytes), "the same bytes say the same");
    let Some(descriptor) = &reading.descriptor else {
        assert!(!reading.findings.is_empty(), "no descriptor, and nothing is wrong");
        return;
    };
    for system in &descriptor.systems {
        let _ = (system.cpus(), system.memory_bytes());
    }
    for disk in &descriptor.disks {
        let file = descriptor.file_of(disk);
        assert!(file.is_none_or(|it| descriptor.files.contains(it)));
    }
}

/// Each file is listed once; what was read and written again reads the same.
fn listed(bytes: &[u8]) {
    let read = manifest::read("a.mf", bytes);
    for listed in &read.listed {
        assert_eq!(read.of(&listed.name), Some(listed));
        assert!(listed.line >= 1);
    }
    if read.listed.is_empty() {
        return;
    }
    let written = manifest::write(read.listed.iter().map(|it| (it.name.as_str(), &it.digest)));
    let again = manifest::read("a.mf", written.as_bytes());
    let pairs = |it: &manifest::Manifest| {
        let pair = |it: &manifest::Listed| (it.name.clone(), it.digest.clone());
        it.listed.iter().map(pair).collect::<Vec<_>>()
    };
    assert_eq!(pairs(&again), pairs(&read));
}

fn archived(bytes: &[u8]) {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("room");
    file.seek(SeekFrom::Start(0)).expect("a file");
    let index = ova::index(&file).expect("it can be read");
    let end = bytes.len() as u64;
    for entry in &index.contents.entries {
        assert!(entry.offset.checked_add(entry.bytes).is_some_and(|it| it <= end), "{entry:?}");
    }
    assert_eq!(index, ova::index(&rewound(file)).expect("it can be read"));
}

fn rewound(mut file: File) -> File {
    file.seek(SeekFrom::Start(0)).expect("a file");
    file
}

fn walked(bytes: &[u8]) {
    match inspect(bytes) {
        Ok(found) => {
            assert!(found.capacity_bytes() <= LARGEST_DISK);
            // A grain takes at least a sector.
            assert!(found.grains <= bytes.len() as u64 / 512);
        }
        Err(Damage::Short(at) | Damage::Marker { at, .. }) => assert!(at <= bytes.len() as u64),
        Err(Damage::Header(_)) => {}
        Err(Damage::Io(error)) => panic!("memory can be read: {error}"),
    }
}
