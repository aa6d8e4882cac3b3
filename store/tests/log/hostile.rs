//! Somebody who may write into the folder, but does not have the key.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::event::{Event, KeyChanged};
use ledger::{Checkpoint, Note, Signer};
use store::{
    Append, Direction, DiskLog, EventLog as _, Expected, LOG_STREAM, Settings, StoreError,
};

use crate::fixture::{ORIGIN, command, decision, disk, small};

fn thief() -> Signer {
    Signer::from_seed(ORIGIN, &[66; 32]).unwrap()
}

fn refused(store: &Path) -> String {
    DiskLog::open(store, &small()).unwrap_err().to_string()
}

/// A log of two events, each behind a checkpoint.
fn signed_twice(store: &Path) {
    let log = disk(store);
    for text in ["1", "2"] {
        log.append(decision("a", Expected::Any, &[text])).unwrap();
        log.checkpoint().unwrap();
    }
}

fn active(store: &Path) -> std::path::PathBuf {
    store.join("log/segments/00000000000000000000.log")
}

/// Cuts the second of two records of the same length off.
fn cut(store: &Path) {
    let whole = fs::read(active(store)).unwrap();
    fs::write(active(store), &whole[..whole.len() / 2]).unwrap();
}

#[test]
fn only_the_log_itself_records_changes_of_its_key() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    let keys = [log.verifiers()[0].to_string(), thief().verifier().to_string()];
    let [from, to] = keys;
    let forged = Append {
        stream: "a".to_owned(),
        expected: Expected::Any,
        command: command("forged"),
        at: "2026-11-23T06:00:00Z".parse().unwrap(),
        events: vec![Event::KeyChanged(KeyChanged { from, to })],
    };
    let answers = log.append_all(vec![
        decision("a", Expected::Any, &["1"]),
        forged,
        decision(LOG_STREAM, Expected::Any, &["no"]),
        decision("a", Expected::Exact(1), &["2"]),
    ]);
    let recorded: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(recorded, [true, false, false, true]);
    assert!(matches!(answers[1], Err(StoreError::Reserved)));
}

/// The tail behind the signed head is unsigned: a change of key that was put there is not believed,
/// and neither is a key that was put aside without the present key's word.
#[test]
fn a_key_is_not_taken_over_without_the_present_one() {
    let (store, forge) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = disk(store.path());
    let present = log.verifiers().remove(0);
    drop(log);
    // A log of the thief's own gives him the record he needs: it does not depend on the key.
    drop(disk(forge.path()));
    let at = "2026-11-23T07:00:00Z".parse().unwrap();
    drop(DiskLog::change_key(forge.path(), &small(), &[66; 32], at).unwrap());
    fs::copy(active(forge.path()), active(store.path())).unwrap();
    let keys = store.path().join("log/keys");
    fs::write(keys.join("signer.next"), thief().encode().as_bytes()).unwrap();
    for word in [None, Some(thief())] {
        if let Some(signer) = word {
            let text = format!("portolan key change\n{}\n", thief().verifier());
            let word = Note::sign(text, &[&signer]).unwrap();
            fs::write(keys.join("change"), word.to_string()).unwrap();
        }
        let told = refused(store.path());
        assert!(told.contains("the key before does not vouch for"), "{told}");
    }
    let verifiers = fs::read_to_string(keys.join("verifiers")).unwrap();
    assert_eq!(verifiers, format!("{present}\n"));
}

#[test]
fn a_log_that_was_rolled_back_is_refused() {
    let store = tempfile::tempdir().unwrap();
    signed_twice(store.path());
    let log = store.path().join("log");
    // The head of an hour ago, and the segments that go with it.
    fs::copy(log.join("checkpoints/00000000000000000001"), log.join("head")).unwrap();
    fs::remove_dir_all(log.join("index")).unwrap();
    cut(store.path());
    let told = refused(store.path());
    assert!(told.contains("ends after 1 events, but 2 were recorded"), "{told}");
}

#[test]
fn a_head_that_only_a_listed_key_has_signed_is_refused() {
    let store = tempfile::tempdir().unwrap();
    drop(disk(store.path()));
    let log = store.path().join("log");
    let listed = fs::read_to_string(log.join("keys/verifiers")).unwrap();
    fs::write(log.join("keys/verifiers"), format!("{listed}{}\n", thief().verifier())).unwrap();
    let head = Checkpoint::new(ORIGIN, 0, ledger::empty_root()).unwrap();
    fs::write(log.join("head"), head.sign(&[&thief()]).unwrap().to_string()).unwrap();
    assert!(refused(store.path()).contains("by none of the keys accepted here"));
}

#[test]
fn repair_says_what_nothing_vouches_for_and_hides_no_loss() {
    let store = tempfile::tempdir().unwrap();
    signed_twice(store.path());
    let log = store.path().join("log");
    fs::write(log.join("head"), "garbage").unwrap();
    refused(store.path());
    let repaired = DiskLog::repair(store.path(), &small()).unwrap();
    let told = repaired.mended().head_made_anew.clone().unwrap();
    assert!(told.contains("recorded after the first 2"), "{told}");
    drop(repaired);
    drop(disk(store.path()));
    // The index remembers what neither head nor checkpoints do.
    fs::remove_file(log.join("head")).unwrap();
    fs::remove_file(log.join("checkpoints/00000000000000000002")).unwrap();
    cut(store.path());
    let error = DiskLog::repair(store.path(), &small()).unwrap_err();
    assert!(matches!(error, StoreError::TailLost { have: 1, promised: 2 }), "{error}");
}

#[test]
fn lines_that_were_replaced_in_a_sealed_segment_do_not_make_the_signed_tree() {
    let (store, forge) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (folder, word) in [(store.path(), "true"), (forge.path(), "fals")] {
        let log = disk(folder);
        for number in 0..200_u64 {
            let text = format!("{number} {word} {}", "x".repeat(100));
            log.append(decision("a", Expected::Exact(number), &[&text])).unwrap();
        }
    }
    let name = "log/segments/00000000000000000000.jsonl.zst";
    fs::copy(forge.path().join(name), store.path().join(name)).unwrap();
    let error = DiskLog::repair(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("the tree is not the one that was signed"), "{error}");
}

#[test]
fn a_bit_that_flips_in_the_active_segment_is_noticed_when_it_is_read() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    for number in 0..10_u64 {
        log.append(decision("a", Expected::Exact(number), &["same"; 1])).unwrap_or_default();
    }
    log.append(decision("b", Expected::Any, &["the last"])).unwrap();
    let mut bytes = fs::read(active(store.path())).unwrap();
    let at = bytes.windows(8).position(|it| it == b"the last").unwrap();
    bytes[at] ^= 1;
    fs::write(active(store.path()), bytes).unwrap();
    let read: Vec<_> = log.read(0, Direction::Forward).collect();
    assert!(matches!(read.last(), Some(Err(StoreError::Damaged { .. }))), "{read:?}");
}

#[test]
fn a_file_of_another_name_is_no_checkpoint() {
    let store = tempfile::tempdir().unwrap();
    signed_twice(store.path());
    fs::write(store.path().join("log/checkpoints/README"), "hello").unwrap();
    let log = disk(store.path());
    assert_eq!(log.checkpoints().unwrap().len(), 2);
}

#[test]
fn a_key_that_the_log_had_before_is_refused() {
    let store = tempfile::tempdir().unwrap();
    drop(disk(store.path()));
    let at = "2026-11-23T07:00:00Z".parse().unwrap();
    for known in [[7; 32], [8; 32], [7; 32], [8; 32]] {
        let changed = DiskLog::change_key(store.path(), &small(), &known, at);
        let new = fs::read_to_string(store.path().join("log/keys/verifiers")).unwrap();
        assert!(new.lines().count() <= 2);
        if let Err(error) = changed {
            assert!(matches!(error, StoreError::KnownKey), "{error}");
        }
    }
    assert_eq!(disk(store.path()).verifiers().len(), 2);
}

#[test]
fn a_stream_that_is_never_empty_is_never_read_as_empty() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    log.append(decision("a", Expected::NoStream, &["first"])).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..150_u64 {
                log.append(decision("a", Expected::Exact(number), &[&number.to_string()])).unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            assert!(log.read_stream("a", u64::MAX, Direction::Backward).next().is_some());
        }
    });
}

#[test]
fn what_is_signed_never_splits_a_decision() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    let texts: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let many = (0..400).map(|number| {
        let mut append = decision(&format!("s{}", number % 7), Expected::Any, &texts);
        append.command = command(&number.to_string());
        append
    });
    for answer in log.append_all(many.collect()) {
        answer.unwrap();
    }
    let head = fs::read_to_string(store.path().join("log/head")).unwrap();
    let head: Note = head.parse().unwrap();
    let head: Checkpoint = head.text().parse().unwrap();
    assert_eq!(head.size() % 100, 0);
    assert_eq!(log.settle().unwrap().0, 40_000);
}

#[test]
fn odd_settings_and_odd_expectations_do_no_harm() {
    let store = tempfile::tempdir().unwrap();
    let settings = Settings { cache_bytes: 0, segment_bytes: 0, ..small() };
    let log = DiskLog::open(store.path(), &settings).unwrap();
    for number in 0..30_u64 {
        log.append(decision("a", Expected::Exact(number), &[&number.to_string()])).unwrap();
    }
    let error = log.append(decision("a", Expected::Exact(u64::MAX), &["x", "y"])).unwrap_err();
    assert!(matches!(error, StoreError::WrongVersion { .. }), "{error}");
    drop(log);
    assert_eq!(DiskLog::open(store.path(), &settings).unwrap().head(), 30);
}
