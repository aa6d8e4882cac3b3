//! The chain of keys: accepted as the rule says, refused where it is broken.

use ledger::bundle::{BundleError, ChainError, Export, ExportWriter, verify};
use ledger::{Note, Verifier};

use crate::exports::{Log, key_changed};
use crate::support::signer;

/// Two changes, with checkpoints before, between and after.
fn rotated() -> Log {
    let mut log = Log::of(3);
    log.change_key();
    log.grow(4);
    log.sign();
    log.change_key();
    log.grow(2);
    log.sign();
    log
}

fn chain_error(export: &[u8], trusted: &[Verifier]) -> ChainError {
    match verify(export, trusted) {
        Err(BundleError::Chain(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn exported(log: &Log, keys: Vec<Verifier>) -> Vec<u8> {
    let mut notes: Vec<Note> = log.notes.values().cloned().collect();
    let last = notes.pop().unwrap();
    let header = Export::new(keys, last, notes).unwrap();
    let mut writer = ExportWriter::begin(Vec::new(), &header).unwrap();
    log.leaves.iter().for_each(|leaf| writer.leaf(leaf).unwrap());
    writer.finish().unwrap()
}

#[test]
fn whoever_trusts_one_key_of_the_chain_can_trust_the_export() {
    let log = rotated();
    for key in 0..3 {
        let report = verify(&*log.export(), &[log.verifier(key)]).unwrap();
        assert!(report.trusted);
        assert_eq!((report.key_changes, report.checkpoints), (2, 5));
        assert_eq!(report.signers, [log.verifier(2)]);
    }
    assert!(!verify(&*log.export(), &[]).unwrap().trusted);
    let stranger = [signer("log.example", 77).verifier().clone()];
    let error = verify(&*log.export(), &stranger).unwrap_err();
    assert!(matches!(error, BundleError::Untrusted { .. }), "{error}");
}

#[test]
fn an_export_may_end_at_the_change_itself() {
    let mut log = Log::of(3);
    log.change_key();
    let report = verify(&*log.export(), &[log.verifier(0)]).unwrap();
    assert_eq!(report.signers, log.verifiers());
    log.change_key();
    assert!(verify(&*log.export(), &[log.verifier(0)]).unwrap().trusted);
}

/// Without the old key's signature below the change, anybody could have made it up: older keys
/// prove nothing after it.
#[test]
fn a_change_that_the_old_key_has_not_signed_needs_the_newer_key() {
    let lost = |remove: u64| {
        let mut log = rotated();
        log.notes.remove(&remove);
        log
    };
    let mut alone = Log::of(3);
    alone.change_key();
    alone.sign_with(&[1]);
    let mut twice = Log::of(3);
    twice.change_key();
    twice.notes.remove(&4);
    twice.change_key();
    for (log, position, anchor) in [(lost(4), 3, 1), (lost(9), 8, 2), (alone, 3, 1), (twice, 3, 1)]
    {
        let report = verify(&*log.export(), &[]).unwrap();
        assert_eq!(report.unproven_key_changes, [position]);
        for (index, key) in log.verifiers().into_iter().enumerate() {
            if index < anchor {
                let error = chain_error(&log.export(), &[key]);
                assert_eq!(error, ChainError::Unproven { position });
            } else {
                assert!(verify(&*log.export(), &[key]).unwrap().trusted);
            }
        }
    }
    assert!(verify(&*rotated().export(), &[]).unwrap().unproven_key_changes.is_empty());
}

#[test]
fn a_change_that_the_new_key_has_not_signed_is_refused() {
    let mut log = Log::of(3);
    log.change_key();
    log.sign_with(&[0]);
    let key = log.verifier(1).label();
    assert_eq!(chain_error(&log.export(), &[]), ChainError::Unsigned { size: 4, key });
}

#[test]
fn a_retired_key_signs_nothing_and_a_future_one_neither() {
    let mut log = rotated();
    log.grow(1);
    log.sign_with(&[0]);
    let error = verify(&*log.export(), &log.verifiers()).unwrap_err();
    assert!(matches!(error, BundleError::Signature { size: 12, .. }), "{error}");
    let mut log = rotated();
    log.grow(1);
    log.sign_with(&[1]);
    assert!(verify(&*log.export(), &log.verifiers()).is_err());
    let mut log = Log::of(2);
    log.signers.push(signer("log.example", 2));
    log.sign();
    log.signers.pop();
    log.grow(1);
    log.change_key();
    let error = verify(&*log.export(), &log.verifiers()).unwrap_err();
    assert!(matches!(error, BundleError::Signature { size: 2, .. }), "{error}");
}

#[test]
fn a_key_that_no_event_introduces_is_refused() {
    let log = rotated();
    let mut keys = log.verifiers();
    keys.push(signer("log.example", 50).verifier().clone());
    let error = chain_error(&exported(&log, keys), &[]);
    assert_eq!(error, ChainError::OtherKeys { listed: 4, proven: 3 });
    let error = chain_error(&exported(&log, log.verifiers()[..2].to_vec()), &[]);
    assert_eq!(error, ChainError::OtherKeys { listed: 2, proven: 3 });
    assert_eq!(chain_error(&exported(&log, vec![]), &[]), ChainError::NoKey);
    let alien = vec![signer("other.example", 1).verifier().clone()];
    assert!(matches!(chain_error(&exported(&log, alien), &[]), ChainError::OtherName { .. }));
    let mut keys = log.verifiers();
    keys.remove(0);
    assert!(verify(&*exported(&log, keys), &[]).is_err());
}

#[test]
fn a_change_from_or_to_the_wrong_key_is_refused() {
    let (one, two, three) =
        (signer("log.example", 1), signer("log.example", 2), signer("log.example", 3));
    for (from, to) in [(&two, &three), (&one, &one), (&three, &one)] {
        let mut log = Log::of(3);
        log.push(key_changed(from.verifier(), to.verifier()));
        log.sign();
        let error = chain_error(&log.export(), &[]);
        assert!(matches!(error, ChainError::WrongKey { position: 3, .. }), "{error}");
    }
    let mut log = Log::of(3);
    log.push(key_changed(one.verifier(), signer("other.example", 2).verifier()));
    log.sign();
    assert!(matches!(chain_error(&log.export(), &[]), ChainError::OtherName { .. }));
    let mut log = Log::of(3);
    log.push(br#"{"schema":2,"type":"KeyChanged","event":{"from":"?"}}"#.to_vec());
    log.sign();
    let error = chain_error(&log.export(), &[]);
    assert!(matches!(error, ChainError::Unreadable { position: 3, .. }), "{error}");
}

/// Only an event of that type changes the key, however an event speaks of it.
#[test]
fn an_event_that_only_mentions_a_change_changes_nothing() {
    let mut log = Log::new();
    let change = String::from_utf8(key_changed(&log.verifier(0), &log.verifier(0))).unwrap();
    log.push(format!(r#"{{"schema":2,"type":"Noted","event":{change}}}"#).into_bytes());
    log.push(format!(r#"{{"schema":2,"type":"Noted","event":{change:?}}}"#).into_bytes());
    log.push(change.replace("\"type\":", "\"type\": ").into_bytes());
    log.push(change.replace("schema", "Schema").into_bytes());
    log.push(change.replace("{\"schema\":2,", "{").into_bytes());
    log.sign();
    assert_eq!(verify(&*log.export(), &log.verifiers()).unwrap().key_changes, 0);
}

#[test]
fn more_keys_than_any_log_has_had_are_refused() {
    let log = rotated();
    let keys = vec![log.verifier(0); ledger::bundle::MOST_KEYS + 1];
    let error = chain_error(&exported(&log, keys), &[]);
    assert_eq!(error, ChainError::TooManyKeys(ledger::bundle::MOST_KEYS + 1));
}
