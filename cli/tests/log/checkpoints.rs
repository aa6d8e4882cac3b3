//! `log checkpoint`: the log as it stands, signed.

use ledger::{Checkpoint, Note, Verifier};

use crate::fixture::{Bench, campaign, first_key};

fn said(note: &str) -> Checkpoint {
    let note: Note = note.parse().unwrap();
    let key: Verifier = first_key().parse().unwrap();
    note.verify(&[key]).unwrap();
    note.text().parse().unwrap()
}

#[test]
fn it_is_made_kept_and_printed() {
    let bench = Bench::small();
    campaign(&bench.log(), &bench.blobs(), "c-2", 3);
    let printed = bench.call("log checkpoint").expect_code(0);
    insta::assert_snapshot!("checkpoint", printed.out);
    assert_eq!(said(&printed.out).size(), 607);
    let kept = bench.store().join("log/checkpoints/00000000000000000607");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), printed.out);
    let told = bench.call("log checkpoint --out note.txt").expect_code(0);
    assert!(told.out.starts_with("wrote note.txt: 607 events, root "), "{}", told.out);
    assert_eq!(bench.read("note.txt"), printed.out.as_bytes());
    let json = bench.call("log checkpoint --json").expect_code(0).json();
    assert_eq!(json["note"], printed.out.as_str());
    assert_eq!(json["root"], said(&printed.out).root().to_string());
    assert_eq!(bench.call("log checkpoint --out -").expect_code(0).out, printed.out);
}

#[test]
fn beside_a_writer_it_is_what_was_signed_last() {
    let bench = Bench::small();
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 3);
    let called = bench.call("log checkpoint").expect_code(0);
    let expected = format!("process {} is using the store", std::process::id());
    assert!(called.err.contains(&expected), "{}", called.err);
    assert!(said(&called.out).size() >= 602);
    assert_eq!(bench.call("log checkpoint --json").json()["fresh"], false);
}

#[test]
fn where_there_is_no_log_none_is_made() {
    let bench = Bench::empty();
    bench.refused("log checkpoint", 2, "there is no store at store");
    assert!(!bench.store().exists());
}
