//! A log that is written down and taken over elsewhere is the same log.

use std::io::BufReader;

use ledger::bundle::verify;
use store::{Blobs, Direction, DiskLog, EventLog as _, Expected, Snapshot, StoreError, import};

use crate::fixture::{decision, disk, small};

/// A log with several segments, two checkpoints and a change of the key, written down.
fn exported(store: &std::path::Path) -> Vec<u8> {
    let log = disk(store);
    for number in 0..300_u64 {
        let text = format!("{number} {}", "x".repeat(100));
        log.append(decision("a", Expected::Exact(number), &[&text])).unwrap();
    }
    log.checkpoint().unwrap();
    drop(log);
    let at = "2026-11-23T07:00:00Z".parse().unwrap();
    let (log, _) = DiskLog::change_key(store, &small(), &[9; 32], at).unwrap();
    log.append(decision("b", Expected::NoStream, &["last"])).unwrap();
    log.checkpoint().unwrap();
    drop(log);
    let mut bytes = Vec::new();
    let exported = Snapshot::take(store).unwrap().export(&mut bytes, None, |_| {}).unwrap();
    assert_eq!(exported.events, 302);
    bytes
}

#[test]
fn an_export_proves_itself_and_makes_the_same_log_elsewhere() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = exported(here.path());
    let first = disk(here.path()).verifiers().remove(0);
    let report = verify(BufReader::new(&bytes[..]), std::slice::from_ref(&first)).unwrap();
    assert!(report.trusted);
    assert_eq!((report.events, report.key_changes), (302, 1));

    import(there.path(), BufReader::new(&bytes[..]), &[first], |_| {}).unwrap();
    let (here, there) = (Snapshot::take(here.path()).unwrap(), there.path());
    let copy = Snapshot::take(there).unwrap();
    assert_eq!(copy.damage().unwrap(), None);
    let all =
        |it: &Snapshot| it.read(0, Direction::Forward).collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(all(&copy), all(&here));
    assert_eq!(copy.head().unwrap(), here.head().unwrap());
    assert_eq!(copy.verifiers(), here.verifiers());
    let notes = |it: &Snapshot| -> Vec<_> { it.checkpoints().unwrap() };
    assert_eq!(notes(&copy), notes(&here));
    let mut again = Vec::new();
    copy.export(&mut again, None, |_| {}).unwrap();
    assert_eq!(again, bytes);

    // The secret stays behind: the copy goes on under a key of its own.
    assert!(matches!(DiskLog::open(there, &small()), Err(StoreError::NoKey(_))));
    let at = "2026-11-23T08:00:00Z".parse().unwrap();
    let (log, _) = DiskLog::change_key(there, &small(), &[11; 32], at).unwrap();
    log.append(decision("b", Expected::Exact(1), &["on"])).unwrap();
    assert_eq!(log.head(), 304);
    log.checkpoint().unwrap();
    let newest = log.verifiers().pop().unwrap();
    drop(log);
    // Nobody but the new key vouches for what follows.
    let mut bytes = Vec::new();
    Snapshot::take(there).unwrap().export(&mut bytes, None, |_| {}).unwrap();
    let report = verify(&bytes[..], std::slice::from_ref(&newest)).unwrap();
    assert_eq!((report.trusted, report.unproven_key_changes), (true, vec![302]));
    verify(&bytes[..], copy.verifiers()).unwrap_err();
}

#[test]
fn an_export_that_is_not_right_leaves_nothing() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = exported(here.path());
    let mut flipped = bytes.clone();
    let middle = bytes.len() / 2;
    flipped[middle] ^= 1;
    for bad in [&flipped[..], &bytes[..middle], b"", b"garbage"] {
        let error = import(there.path(), BufReader::new(bad), &[], |_| {}).unwrap_err();
        assert!(error.to_string().ends_with("No event was taken over"), "{error}");
        assert!(!there.path().join("log").exists() && !there.path().join("log.importing").exists());
    }
    let stranger = ledger::Signer::from_seed("example.com/lab", &[1; 32]).unwrap();
    let trusted = [stranger.verifier().clone()];
    import(there.path(), BufReader::new(&bytes[..]), &trusted, |_| {}).unwrap_err();
    import(there.path(), BufReader::new(&bytes[..]), &[], |_| {}).unwrap();
    let error = import(there.path(), BufReader::new(&bytes[..]), &[], |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::NotEmpty(_)), "{error}");
}

#[test]
fn evidence_goes_along() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = disk(here.path());
    let blobs = Blobs::local(&here.path().join("evidence")).unwrap();
    let digest = blobs.put(b"a serial log").unwrap();
    let mut append = decision("a", Expected::NoStream, &[]);
    append.events = vec![crate::early::step(b"a serial log"), crate::early::step(b"never kept")];
    log.append(append).unwrap();
    log.checkpoint().unwrap();
    let mut bytes = Vec::new();
    let snapshot = Snapshot::take(here.path()).unwrap();
    let exported = snapshot.export(&mut bytes, Some(&blobs), |_| {}).unwrap();
    assert_eq!((exported.evidence, exported.evidence_lost), (1, 1));
    let report = import(there.path(), BufReader::new(&bytes[..]), &[], |_| {}).unwrap();
    assert_eq!(report.evidence, 1);
    let copied = Blobs::local(&there.path().join("evidence")).unwrap();
    assert_eq!(copied.get(digest).unwrap(), b"a serial log");
}
