//! `log verify`: what is right, and what is wrong and where.

use store::EventLog as _;

use crate::called::Called;
use crate::fixture::{Bench, blob, campaign, console, first_key, flip};

fn sealed(bench: &Bench) -> std::path::PathBuf {
    let segments = std::fs::read_dir(bench.store().join("log/segments")).unwrap();
    let mut paths: Vec<_> = segments.map(|it| it.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "zst"));
    paths.sort();
    paths.remove(0)
}

#[track_caller]
fn wrong(called: Called, part: &str, words: &str) {
    let called = called.expect_code(3);
    assert!(called.out.contains(&format!("✗ wrong     {part}")), "{}", called.out);
    assert!(called.out.contains(words), "expected {words:?} in {}", called.out);
}

#[test]
fn everything_is_right() {
    let bench = Bench::small();
    insta::assert_snapshot!("verify", bench.call("log verify").expect_code(0).out);
    insta::assert_snapshot!("verify_quick", bench.call("log verify --quick").expect_code(0).out);
    let told = bench.call("log verify --json").expect_code(0).json();
    assert_eq!((told["right"].as_bool(), told["events"].as_u64()), (Some(true), Some(602)));
    assert_eq!((told["evidence"].as_u64(), told["trusted"].as_bool()), (Some(60), Some(false)));
    assert_eq!(told["root"], bench.call("log stat --json").json()["root"]);
}

#[test]
fn the_key_that_was_named_must_be_the_logs() {
    let bench = Bench::small();
    let good = bench.call(&format!("log verify --key {}", first_key())).expect_code(0);
    assert!(good.out.contains("trusted by the key you named, example.com/lab+"), "{}", good.out);
    let stranger = ledger::Signer::from_seed("example.com/lab", &[1; 32]).unwrap();
    let line = format!("log verify --key {}", stranger.verifier());
    wrong(bench.call(&line), "keys", "and that is no trusted key");
}

#[test]
fn it_works_beside_a_writer() {
    let bench = Bench::small();
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 5);
    let told = bench.call("log verify --json").expect_code(0).json();
    assert_eq!(told["events"], 609);
}

#[test]
fn a_damaged_segment_is_located_and_the_rest_is_checked() {
    let bench = Bench::small();
    let segment = sealed(&bench);
    flip(&segment, 100);
    std::fs::remove_file(blob(&bench, &console(0))).unwrap();
    let called = bench.call("log verify");
    let name = segment.file_name().unwrap().to_str().unwrap();
    wrong(called, "segments", &format!("{name}, at byte 0"));
}

#[test]
fn missing_and_altered_evidence_is_named_with_its_events() {
    let bench = Bench::small();
    std::fs::remove_file(blob(&bench, &console(10))).unwrap();
    flip(&blob(&bench, &console(20)), 30);
    let called = bench.call("log verify").expect_code(3);
    insta::assert_snapshot!("verify_evidence", called.out);
    bench.call("log verify --quick").expect_code(0);
    let told = bench.call("log verify --json").expect_code(3).json();
    let positions: Vec<_> =
        told["problems"].as_array().unwrap().iter().map(|it| &it["positions"]).collect();
    assert_eq!(positions, [&serde_json::json!([11]), &serde_json::json!([21])]);
}

#[test]
fn a_checkpoint_of_other_events_condemns_the_log() {
    let bench = Bench::small();
    // Another history, signed with the same key: somebody who has it rewrote the log.
    let other = Bench::empty();
    let log = other.log();
    campaign(&log, &other.blobs(), "c-other", 300);
    log.checkpoint().unwrap();
    drop(log);
    let name = "log/checkpoints/00000000000000000302";
    std::fs::copy(other.store().join(name), bench.store().join(name)).unwrap();
    wrong(bench.call("log verify"), "checkpoints", "an event from position 0 to 301 was altered");
}

#[test]
fn a_checkpoint_that_is_none_or_is_not_signed_is_named() {
    let bench = Bench::small();
    let path = bench.store().join("log/checkpoints/00000000000000000602");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, "garbage").unwrap();
    wrong(bench.call("log verify"), "checkpoints", "00000000000000000602 cannot be relied on");
    std::fs::write(&path, good.replace("\n602\n", "\n601\n")).unwrap();
    wrong(bench.call("log verify"), "checkpoints", "its name says otherwise");
    std::fs::write(&path, good.replace("— example.com/lab ", "— example.com/other ")).unwrap();
    wrong(bench.call("log verify"), "checkpoints", "by none of the keys");
}

#[test]
fn a_head_that_is_lost_or_altered_is_named() {
    let bench = Bench::small();
    let path = bench.store().join("log/head");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("\n602\n", "\n603\n")).unwrap();
    wrong(bench.call("log verify"), "signed head", "the note was altered");
    std::fs::remove_file(&path).unwrap();
    wrong(bench.call("log verify"), "signed head", "cannot read");
    let repaired = bench.call("log repair").expect_code(0).out;
    assert!(repaired.contains("signed the head anew"), "{repaired}");
    bench.call("log verify").expect_code(0);
}

#[test]
fn damaged_keys_are_named() {
    let bench = Bench::small();
    let path = bench.store().join("log/keys/verifiers");
    std::fs::write(&path, "garbage\n").unwrap();
    bench.refused("log verify", 3, "keys/verifiers cannot be used");
    std::fs::write(&path, "").unwrap();
    bench.refused("log verify", 3, "it holds no key");
    let stranger = ledger::Signer::from_seed("example.com/lab", &[1; 32]).unwrap();
    std::fs::write(&path, format!("{}\n{}\n", first_key(), stranger.verifier())).unwrap();
    wrong(bench.call("log verify"), "keys", "lists 2 keys, the events prove 1");
}

#[test]
fn a_lost_end_is_noticed() {
    let bench = Bench::small();
    let segments = bench.store().join("log/segments");
    let last = std::fs::read_dir(&segments).unwrap().map(|it| it.unwrap().path()).max().unwrap();
    let bytes = std::fs::read(&last).unwrap();
    std::fs::write(&last, &bytes[..bytes.len() - 50]).unwrap();
    let called = bench.call("log verify").expect_code(3);
    assert!(called.out.contains("✗ wrong     signed head"), "{}", called.out);
    bench.refused("log export --out x.jsonl", 3, "602");
}
