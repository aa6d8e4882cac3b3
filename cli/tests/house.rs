//! The walls between the rooms: the arrows of `cargo metadata` against the table of the house.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Who may import whom, within the house.
const ARROWS: [(&str, &[&str]); 7] = [
    ("cli", &["domain", "ingest", "ledger", "reports", "runner", "store"]),
    ("ingest", &["domain", "store"]),
    ("store", &["domain", "ledger"]),
    ("ledger", &[]),
    ("runner", &["domain"]),
    ("reports", &["domain"]),
    ("domain", &[]),
];

/// Libraries that only one room may use.
const FENCED: [(&str, &str); 5] = [
    ("sled", "store"),
    ("clap", "cli"),
    ("anyhow", "cli"),
    ("askama", "reports"),
    ("indicatif", "cli"),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let room = |name: &str| name.strip_prefix("portolan-").unwrap_or(name).to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let all = package["dependencies"].as_array().unwrap().iter();
            let used = all.filter(|it| it["kind"].is_null());
            let names = used.map(|it| room(it["name"].as_str().unwrap())).collect();
            (room(package["name"].as_str().unwrap()), names)
        })
        .collect()
}

#[test]
fn every_arrow_is_in_the_table_and_the_table_has_no_other() {
    let found = dependencies();
    let rooms: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    assert_eq!(found.keys().map(String::as_str).collect::<BTreeSet<_>>(), rooms);
    for (room, allowed) in ARROWS {
        let arrows: Vec<&str> =
            found[room].iter().map(String::as_str).filter(|it| rooms.contains(it)).collect();
        assert_eq!(arrows, allowed, "arrows of {room}");
    }
}

#[test]
fn fenced_libraries_stay_in_their_room() {
    for (room, used) in dependencies() {
        for (library, home) in FENCED {
            assert!(
                room == home || !used.contains(library),
                "{library} belongs to {home}, not {room}"
            );
        }
    }
}
