//! The walls between the rooms: the arrows of `cargo metadata` against the table of the house.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may import whom, within the house.
const ARROWS: [(&str, &[&str]); 11] = [
    (
        "cli",
        &[
            "domain",
            "ingest",
            "ledger",
            "package",
            "platforms",
            "post",
            "reports",
            "runner",
            "service",
            "store",
        ],
    ),
    ("service", &["domain", "ingest", "ledger", "reports", "store"]),
    ("ingest", &["domain", "store"]),
    ("store", &["domain", "ledger"]),
    ("ledger", &[]),
    ("package", &["domain"]),
    ("runner", &["domain", "package", "platforms"]),
    ("reports", &["domain"]),
    ("post", &[]),
    ("platforms", &["domain"]),
    ("domain", &[]),
];

/// Libraries that only one room may use.
const FENCED: [(&str, &str); 11] = [
    ("actix-web", "service"),
    ("openidconnect", "service"),
    ("sled", "store"),
    ("clap", "cli"),
    ("anyhow", "cli"),
    ("askama", "reports"),
    ("indicatif", "cli"),
    ("lettre", "post"),
    ("mimalloc", "cli"),
    ("pgp", "post"),
    ("polars", "reports"),
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

/// Every Rust file below a folder of the house.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn only_the_tables_of_reports_speak_to_polars() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for (room, _) in ARROWS {
        sources(&house.join(room).join("src"), &mut found);
    }
    let speaks = |it: &&PathBuf| std::fs::read_to_string(it).unwrap().contains("polars::");
    let speaking: Vec<&Path> = found.iter().filter(speaks).map(PathBuf::as_path).collect();
    let fence = house.join("reports/src/tables");
    for file in &speaking {
        assert!(file.with_extension("").starts_with(&fence), "{} uses polars", file.display());
    }
    assert!(speaking.len() > 1 && found.len() > 100, "the search finds nothing: {found:?}");
}
