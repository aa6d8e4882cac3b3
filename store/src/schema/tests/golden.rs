//! Golden files: what each version wrote, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use domain::event::Recorded;

use super::samples;
use crate::schema::{Schema, decode, encode};

fn folder(version: u32) -> PathBuf {
    all_versions().join(format!("v{version}"))
}

fn all_versions() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/schema/golden")
}

/// The files of one version, by name, without the newline that ends a text file.
fn files(version: u32) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder(version)).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        (name, bytes.strip_suffix(b"\n").unwrap().to_vec())
    };
    entries.map(file).collect()
}

/// What each sample looks like when it is written today.
fn written() -> BTreeMap<String, Vec<u8>> {
    let written = |(name, it): (String, Recorded)| {
        (name, encode(&it.stream, it.version, it.command, it.at, &it.event).unwrap())
    };
    samples::all().into_iter().map(written).collect()
}

#[test]
fn every_version_has_its_golden_files_and_no_other_has() {
    let folders = fs::read_dir(all_versions()).unwrap();
    let found: BTreeSet<_> = folders.map(|it| it.unwrap().file_name()).collect();
    let known = (1..=Schema::NEWEST.number()).map(|it| format!("v{it}").into());
    assert_eq!(found, known.collect(), "one folder for each version up to Schema::NEWEST");
}

#[test]
fn no_shape_changes_without_a_new_version() {
    let newest = Schema::NEWEST.number();
    let (written, golden) = (written(), files(newest));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&written), names(&golden), "{HOW}");
    for (name, leaf) in written {
        let (leaf, file) =
            (String::from_utf8_lossy(&leaf), String::from_utf8_lossy(&golden[&name]));
        assert_eq!(leaf, file, "{name}: {HOW}");
    }
}

const HOW: &str = "the stored shape has changed: raise Schema::NEWEST and follow the recipe at the \
                   top of store/src/schema/mod.rs";

#[test]
fn every_golden_file_of_every_version_reads_as_what_was_meant() {
    let meant: BTreeMap<String, Recorded> = samples::all().into_iter().collect();
    for version in 1..=Schema::NEWEST.number() {
        for (name, leaf) in files(version) {
            let expected = &meant[&name];
            let read = decode(expected.position, &leaf);
            assert_eq!(&read.unwrap_or_else(|it| panic!("v{version}/{name}: {it}")), expected);
        }
    }
}

#[test]
fn every_type_of_event_has_a_golden_file() {
    let names: BTreeSet<String> = files(Schema::NEWEST.number())
        .keys()
        .map(|it| it.split('-').next().unwrap().to_owned())
        .collect();
    let known = samples::all().into_iter().map(|(_, it)| it.event.name().to_owned());
    assert_eq!(names, known.collect());
}

/// Writes the files of a new version. It never touches a folder that is there.
#[test]
#[ignore = "run it once, when Schema::NEWEST was raised"]
fn write_new_golden_files() {
    let folder = folder(Schema::NEWEST.number());
    fs::create_dir(&folder).expect("the golden files of this version are there: they never change");
    for (name, mut leaf) in written() {
        leaf.push(b'\n');
        fs::write(folder.join(name + ".json"), leaf).unwrap();
    }
}
