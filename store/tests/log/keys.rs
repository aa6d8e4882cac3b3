//! The key of a log: changed with two signatures, never shown, never half changed.

use domain::event::Event;
use ledger::Checkpoint;
use store::{Direction, DiskLog, EventLog as _, Expected, LOG_STREAM, StoreError};

use crate::fixture::{ORIGIN, decision, disk, small};

const AT: &str = "2026-11-23T07:00:00Z";

#[test]
fn a_change_of_the_key_is_an_event_signed_by_both() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    log.append(decision("a", Expected::Any, &["1"])).unwrap();
    let before = log.checkpoint().unwrap();
    drop(log);
    let (log, recorded) =
        DiskLog::change_key(store.path(), &small(), &[9; 32], AT.parse().unwrap()).unwrap();
    log.append(decision("a", Expected::Any, &["2"])).unwrap();
    let after = log.checkpoint().unwrap();
    drop(log);
    let log = disk(store.path());
    let keys = log.verifiers();
    let [old, new] = &keys[..] else { panic!("{keys:?}") };
    assert_eq!((old.name(), new.name()), (ORIGIN, ORIGIN));
    assert_eq!(recorded.position, 1);
    let Event::KeyChanged(changed) = &recorded.event else { panic!("{recorded:?}") };
    assert_eq!((&changed.from, &changed.to), (&old.to_string(), &new.to_string()));
    let signers = |note: &ledger::Note| {
        let signers = note.verify(&keys).unwrap();
        signers.into_iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let kept = log.checkpoints().unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(signers(&before), [old.to_string()]);
    assert_eq!(signers(&kept[1]), [old.to_string(), new.to_string()]);
    assert_eq!(kept[1].text().parse::<Checkpoint>().unwrap().size(), 2);
    assert_eq!(signers(&after), [new.to_string()]);
    let stream: Vec<_> = log.read_stream(LOG_STREAM, 0, Direction::Forward).collect();
    assert_eq!(stream.len(), 1);
}

#[test]
fn without_its_key_a_log_is_read_but_not_appended_to() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    log.append(decision("a", Expected::Any, &["1"])).unwrap();
    drop(log);
    std::fs::remove_file(store.path().join("log/keys/signer")).unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err();
    assert!(matches!(error, StoreError::NoKey(_)), "{error}");
    assert!(error.to_string().contains("portolan log keygen"), "{error}");
    let (log, _) =
        DiskLog::change_key(store.path(), &small(), &[9; 32], AT.parse().unwrap()).unwrap();
    assert_eq!(log.head(), 2);
    drop(log);
    assert_eq!(disk(store.path()).head(), 2);
}

#[test]
fn a_change_that_was_interrupted_is_forgotten_or_finished() {
    let store = tempfile::tempdir().unwrap();
    drop(disk(store.path()));
    let keys = store.path().join("log/keys");
    let signer = ledger::Signer::from_seed(ORIGIN, &[9; 32]).unwrap();
    // Put aside, but never recorded.
    let old = ledger::Signer::from_seed(ORIGIN, &[7; 32]).unwrap();
    let word = format!("portolan key change\n{}\n", signer.verifier());
    let word = ledger::Note::sign(word, &[&old]).unwrap().to_string();
    std::fs::write(keys.join("change"), &word).unwrap();
    std::fs::write(keys.join("signer.next"), signer.encode().as_bytes()).unwrap();
    assert_eq!(disk(store.path()).verifiers().len(), 1);
    assert!(!keys.join("signer.next").exists());
    // Recorded, but not put in place.
    let old = [std::fs::read(keys.join("signer")), std::fs::read(keys.join("verifiers"))];
    let at = AT.parse().unwrap();
    drop(DiskLog::change_key(store.path(), &small(), &[9; 32], at).unwrap());
    for (name, bytes) in ["signer", "verifiers"].iter().zip(old) {
        std::fs::write(keys.join(name), bytes.unwrap()).unwrap();
    }
    std::fs::write(keys.join("change"), &word).unwrap();
    std::fs::write(keys.join("signer.next"), signer.encode().as_bytes()).unwrap();
    let log = disk(store.path());
    assert_eq!(log.verifiers().last(), Some(signer.verifier()));
    assert!(!keys.join("signer.next").exists());
}

#[test]
fn replacing_a_lost_key_is_finished_when_it_was_interrupted() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    log.append(decision("a", Expected::Any, &["1"])).unwrap();
    let old = log.verifiers().remove(0);
    drop(log);
    let keys = store.path().join("log/keys");
    let signer = ledger::Signer::from_seed(ORIGIN, &[9; 32]).unwrap();
    let new = signer.verifier();
    // In place, but neither recorded nor signed with.
    let change = format!(r#"{{"from":"{old}","to":"{new}","at":"{AT}"}}"#);
    std::fs::write(keys.join("lost"), change).unwrap();
    std::fs::write(keys.join("verifiers"), format!("{old}\n{new}\n")).unwrap();
    std::fs::write(keys.join("signer"), signer.encode().as_bytes()).unwrap();
    let log = disk(store.path());
    let last = log.read_stream(LOG_STREAM, u64::MAX, Direction::Backward).next().unwrap().unwrap();
    assert!(matches!(last.event, Event::KeyChanged(changed) if changed.to == new.to_string()));
    assert!(!keys.join("lost").exists());
    drop(log);
    assert_eq!(disk(store.path()).head(), 2);
}

#[test]
fn a_damaged_key_is_named_and_never_shown() {
    let store = tempfile::tempdir().unwrap();
    drop(disk(store.path()));
    let path = store.path().join("log/keys/signer");
    let secret = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, secret.replacen("Bwc", "Bwd", 1)).unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("keys/signer"), "{shown}");
    let seed = secret.trim_end().rsplit('+').next().unwrap();
    assert!(!shown.contains(seed));
    std::fs::write(&path, &secret).unwrap();
    let log = disk(store.path());
    assert!(!format!("{log:?} {:?}", small()).contains(seed));
}
