//! `log export` and `log import`: out of one store and into another.

use std::os::unix::fs::PermissionsExt as _;

use store::EventLog as _;

use crate::fixture::{Bench, blob, campaign, console, first_key};

#[test]
fn an_export_is_whole_private_and_the_same_each_time() {
    let bench = Bench::small();
    campaign(&bench.log(), &bench.blobs(), "c-2", 3);
    let told = bench.call("log export --out log.jsonl --with-evidence").expect_code(0);
    insta::assert_snapshot!("export", told.out);
    insta::assert_snapshot!("verify_export", bench.call("verify log.jsonl").expect_code(0).out);
    let mode = std::fs::metadata(bench.file("log.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    bench.call("log export --out again.jsonl --with-evidence").expect_code(0);
    assert_eq!(bench.read("log.jsonl"), bench.read("again.jsonl"));
    let printed = bench.call("log export --out - --with-evidence").expect_code(0);
    assert_eq!(printed.out.as_bytes(), bench.read("log.jsonl"));
    let json = bench.call("log export --out bare.jsonl --json").expect_code(0).json();
    assert_eq!((json["events"].as_u64(), json["evidence"].as_u64()), (Some(607), Some(0)));
}

#[test]
fn beside_a_writer_it_ends_where_the_log_was_signed() {
    let bench = Bench::small();
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 3);
    let told = bench.call("log export --out log.jsonl --json").expect_code(0);
    let (json, err) = (told.json(), told.err);
    let (events, newer) = (json["events"].as_u64().unwrap(), json["newer"].as_u64().unwrap());
    assert!(events >= 602 && events + newer == 607, "{json}");
    assert!(newer == 0 || err.contains("no checkpoint covers them"), "{err}");
    bench.call("verify log.jsonl").expect_code(0);
}

#[test]
fn evidence_that_is_lost_is_said_and_the_rest_is_exported() {
    let bench = Bench::small();
    std::fs::remove_file(blob(&bench, &console(10))).unwrap();
    bench.refused("log export --out log.jsonl --with-evidence", 3, "the export lacks 1 piece");
    let verified = bench.call("verify log.jsonl --json").expect_code(0).json();
    assert_eq!(verified["evidence"], 59);
}

#[test]
fn where_nothing_can_be_written_nothing_is_left() {
    let bench = Bench::small();
    bench.refused(
        "log export --out no/such/folder/log.jsonl",
        2,
        "cannot write no/such/folder/log.jsonl",
    );
    bench.refused("log export --out .", 2, "directory");
    bench.refused("log export --out /dev/full", 3, "No space left on device");
    bench.refused("log prove --event 1 --out /dev/full", 3, "No space left on device");
    bench.refused("log checkpoint --out /dev/full", 3, "No space left on device");
    let left: Vec<_> =
        std::fs::read_dir(bench.file("")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["store"]);
    // A device is written to, never replaced.
    bench.call("log export --out /dev/null").expect_code(0);
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn an_import_is_the_same_log() {
    let bench = Bench::small();
    bench.call("log export --out log.jsonl --with-evidence").expect_code(0);
    let line = format!("--store copy log import log.jsonl --key {}", first_key());
    insta::assert_snapshot!("import", bench.call(&line).expect_code(0).out);
    let root = |store: &str| {
        bench.call(&format!("--store {store} log stat --json")).json()["root"].clone()
    };
    assert_eq!(root("copy"), root("store"));
    bench.call("--store copy log verify").expect_code(0);
    bench.refused("--store copy log checkpoint", 2, "the key to sign with is not in copy/log/keys");
    bench.call("--store copy log export --out copy.jsonl --with-evidence").expect_code(0);
    assert_eq!(bench.read("copy.jsonl"), bench.read("log.jsonl"));
    // With the secret put back it goes on as if nothing had happened.
    let signer = "log/keys/signer";
    std::fs::copy(bench.store().join(signer), bench.file("copy").join(signer)).unwrap();
    bench.call("--store copy log checkpoint").expect_code(0);
}

#[test]
fn an_import_wants_a_store_of_its_own() {
    let bench = Bench::small();
    bench.call("log export --out log.jsonl").expect_code(0);
    bench.refused("log import log.jsonl", 2, "an import needs a store of its own");
    bench.refused("--store copy log import no.jsonl", 2, "cannot read no.jsonl");
    bench.refused("--store copy log import log.jsonl --evidence s3://b/p", 2, "leave --evidence");
    bench.refused("--store copy log import store", 2, "holds no early log");
    assert!(!bench.file("copy/log").exists());
}

#[test]
fn what_is_no_export_is_not_taken_over() {
    let bench = Bench::small();
    bench.call("log prove --event 1 --out event.json").expect_code(0);
    bench.refused("--store copy log import event.json", 2, "it is no export of a log");
    bench.call("log export --out log.jsonl --with-evidence").expect_code(0);
    let good = bench.read("log.jsonl");
    bench.write("half.jsonl", &good[..good.len() / 2]);
    bench.refused("--store copy log import half.jsonl", 2, "cut off");
    for at in [good.len() / 10, good.len() - 500] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        bench.write("bad.jsonl", bad);
        bench.refused("--store copy log import bad.jsonl", 2, "");
    }
    bench.write("empty.jsonl", "");
    bench.refused("--store copy log import empty.jsonl", 2, "not a bundle");
    let stranger = ledger::Signer::from_seed("example.com/lab", &[1; 32]).unwrap();
    let line = format!("--store copy log import log.jsonl --key {}", stranger.verifier());
    bench.refused(&line, 2, "not by a trusted key");
    assert!(!bench.file("copy/log").exists(), "nothing is left");
    bench.call("--store copy log import log.jsonl").expect_code(0);
}

#[test]
fn a_log_without_events_goes_round_too() {
    let bench = Bench::empty();
    drop(bench.log());
    bench.call("log export --out log.jsonl").expect_code(0);
    bench.call("verify log.jsonl").expect_code(0);
    bench.call("--store copy log import log.jsonl").expect_code(0);
    bench.call("--store copy log verify").expect_code(0);
}

#[test]
fn an_early_store_is_told_from_a_new_one_and_taken_over() {
    let bench = Bench::empty();
    let engine = sled::open(bench.file("old/log")).unwrap();
    let body = serde_json::json!({
        "position": 0, "at": "2026-11-01T00:00:00Z", "stream": "campaign/c", "version": 0,
        "command": uuid::Uuid::nil(), "event": { "type": "CampaignResumed", "campaign": "c" },
    });
    let body = serde_json::to_vec(&body).unwrap();
    let sha256 = domain::ids::Sha256Digest::of(&body);
    let header = serde_json::json!({ "format": 1, "sha256": sha256 }).to_string();
    let frame = [header.as_bytes(), b"\n", &body].concat();
    engine.open_tree("events").unwrap().insert(0_u64.to_be_bytes(), frame).unwrap();
    engine.flush().unwrap();
    drop(engine);
    for line in
        ["log stat", "log verify", "log export --out x", "log keygen", "log repair", "matrix"]
    {
        bench.refused(&format!("--store old {line}"), 2, "written by an early version");
    }
    bench.refused("log import old --key x+y+z", 2, "--key");
    let told = bench.call("log import old").expect_code(0).out;
    assert!(told.starts_with("took over 1 event of portolan.invalid/"), "{told}");
    bench.call("log verify").expect_code(0);
    bench.refused("log import old", 2, "an import needs a store of its own");
}

#[test]
fn a_damaged_log_is_not_exported_as_if_it_were_whole() {
    let bench = Bench::small();
    let log = bench.log();
    assert_eq!(log.head(), 602);
    drop(log);
    let segments = bench.store().join("log/segments");
    let first = std::fs::read_dir(&segments).unwrap().map(|it| it.unwrap().path()).min().unwrap();
    crate::fixture::flip(&first, 200);
    bench.refused("log export --out log.jsonl", 3, "00000000000000000000.jsonl.zst");
    assert!(!bench.file("log.jsonl").exists());
}

#[test]
fn what_stands_before_damage_can_be_saved() {
    let bench = Bench::small();
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 300);
    log.checkpoint().unwrap();
    drop(log);
    bench.call("log keygen").expect_code(0);
    campaign(&bench.log(), &bench.blobs(), "c-3", 300);
    bench.call("log checkpoint").expect_code(0);
    // Behind the second checkpoint, before the change of the key.
    let paths = std::fs::read_dir(bench.store().join("log/segments")).unwrap();
    let mut paths: Vec<_> = paths.map(|it| it.unwrap().path()).collect();
    paths.sort();
    let last = |path: &std::path::Path| {
        path.file_name().unwrap().to_str().unwrap()[..20].parse::<u64>().unwrap()
    };
    let damaged = paths.iter().rfind(|path| last(path) < 1000).unwrap();
    crate::fixture::flip(damaged, 100);
    bench.refused("log export --out log.jsonl", 3, "can be saved with --intact");
    let told = bench.call("log export --intact --out log.jsonl --json").expect_code(0).json();
    assert_eq!(told["events"], 602, "{told}");
    let line = format!("verify log.jsonl --key {}", first_key());
    bench.call(&line).expect_code(0);
    bench.call("--store saved log import log.jsonl").expect_code(0);
    bench.call("--store saved log verify --quick").expect_code(0);
    crate::fixture::flip(&paths[0], 100);
    bench.refused(
        "log export --intact --out x.jsonl",
        3,
        "no checkpoint covers the 0 intact events",
    );
}

/// The example of docs/log.md, which shares no code with this program, where there is Python.
#[test]
fn the_auditors_example_finds_the_same_root() {
    let page = include_str!("../../../docs/log.md");
    let script = page.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    assert!(script.lines().count() <= 60);
    let bench = Bench::small();
    bench.write("audit.py", script);
    let audit = |file: &str| {
        let mut python = std::process::Command::new("python3");
        python.args(["audit.py", file]).current_dir(bench.file("")).output().ok()
    };
    bench.call("log keygen").expect_code(0);
    campaign(&bench.log(), &bench.blobs(), "c-2", 20);
    bench.call("log export --out log.jsonl --with-evidence").expect_code(0);
    let Some(output) = audit("log.jsonl") else { return };
    let told = String::from_utf8(output.stdout).unwrap();
    let root = bench.call("log stat --json").json()["root"].as_str().unwrap().to_owned();
    assert_eq!(told.lines().filter(|line| line.starts_with("right ")).count(), 3, "{told}");
    assert!(told.lines().last().unwrap().contains(&root), "{told}");
    let altered =
        String::from_utf8(bench.read("log.jsonl")).unwrap().replacen("act-300", "act-301", 1);
    bench.write("altered.jsonl", altered);
    let told = String::from_utf8(audit("altered.jsonl").unwrap().stdout).unwrap();
    assert!(told.lines().all(|line| line.starts_with("WRONG ")), "{told}");
}
