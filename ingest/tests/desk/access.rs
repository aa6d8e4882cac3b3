//! The desk for access: what is recorded stands, once, in order, and is known after reopening.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::access::{AccessCommand, Means, NotGranted, Role, STREAM, Viewer};
use domain::event::{AccessGranted, AccessRevoked, Disclosed, SignedIn};
use domain::ids::Sha256Digest;
use ingest::{AccessDesk, AccessError};
use jiff::Timestamp;
use store::{Direction, EventLog};

use crate::faulty::Faulty;
use crate::support::log;

fn at() -> Timestamp {
    "2026-12-01T08:00:00Z".parse().unwrap()
}

fn grant(name: &str) -> AccessCommand {
    AccessCommand::Grant(AccessGranted {
        grant: name.parse().unwrap(),
        account: "anna".parse().unwrap(),
        role: Role::Auditor,
        scopes: Role::Auditor.scopes().to_vec(),
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(name.as_bytes())),
        expires: None,
        reason: "a test".to_owned(),
        by: "tester".to_owned(),
    })
}

fn sign_in(name: &str) -> AccessCommand {
    let (account, grant) = ("anna".parse().unwrap(), name.parse().unwrap());
    AccessCommand::NoteSignIn(SignedIn { account, grant, means: Means::Password })
}

fn disclosure(name: &str, bytes: &[u8]) -> AccessCommand {
    AccessCommand::NoteDisclosure(Disclosed {
        account: "anna".parse().unwrap(),
        grant: name.parse().unwrap(),
        role: Role::Auditor,
        what: "/".to_owned(),
        campaign: None,
        sha256: Sha256Digest::of(bytes),
        bytes: bytes.len() as u64,
    })
}

fn revoke(name: &str) -> AccessCommand {
    let (reason, by) = ("a test".to_owned(), "tester".to_owned());
    AccessCommand::Revoke(AccessRevoked { grant: name.parse().unwrap(), reason, by })
}

fn viewer(desk: &AccessDesk, name: &str) -> Viewer {
    desk.look(|it| it.by_secret(Sha256Digest::of(name.as_bytes()), at()))
}

#[test]
fn what_was_granted_is_known_at_once_and_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let desk = AccessDesk::open(Arc::clone(&log)).unwrap();
    assert_eq!(viewer(&desk, "g-1"), Viewer::Public);
    let recorded = desk.record(grant("g-1"), at()).unwrap().unwrap();
    assert_eq!((recorded.stream.as_str(), recorded.version), (STREAM, 0));
    assert!(desk.record(grant("g-1"), at()).unwrap().is_none(), "it stands already");
    assert!(matches!(viewer(&desk, "g-1"), Viewer::Known(_)));
    desk.record(grant("g-2"), at()).unwrap();
    desk.record(revoke("g-1"), at()).unwrap();
    assert_eq!(viewer(&desk, "g-1"), Viewer::Public);
    let again = AccessDesk::open(Arc::clone(&log)).unwrap();
    assert_eq!(again.look(Clone::clone), desk.look(Clone::clone));
    let signed_in = again.record(sign_in("g-2"), at()).unwrap().unwrap();
    assert_eq!(signed_in.version, 3);
}

#[test]
fn a_refusal_records_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let desk = AccessDesk::open(Arc::clone(&log)).unwrap();
    for command in [sign_in("g-1"), disclosure("g-1", b"x"), revoke("g-1")] {
        let refused = desk.record(command, at()).unwrap_err();
        assert!(matches!(refused, AccessError::NotGranted(NotGranted::None(_))), "{refused}");
    }
    assert_eq!(log.head(), 0);
}

#[test]
fn many_at_once_are_each_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let desk = AccessDesk::open(Arc::clone(&log)).unwrap();
    desk.record(grant("g-1"), at()).unwrap();
    let (signed_in, disclosed, refused) = std::thread::scope(|scope| {
        let sign_ins: Vec<_> =
            (0..40).map(|_| scope.spawn(|| desk.record(sign_in("g-1"), at()))).collect();
        let disclosures: Vec<_> =
            (0..20).map(|_| scope.spawn(|| desk.record(disclosure("g-1", b"x"), at()))).collect();
        let refused: Vec<_> =
            (0..10).map(|_| scope.spawn(|| desk.record(sign_in("g-none"), at()))).collect();
        (
            sign_ins.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>(),
            disclosures.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>(),
            refused.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>(),
        )
    });
    let positions: BTreeSet<u64> =
        signed_in.into_iter().map(|it| it.unwrap().unwrap().position).collect();
    assert_eq!(positions.len(), 40, "each sign-in is an event of its own");
    let told = disclosed.into_iter().filter_map(Result::unwrap).count();
    assert_eq!(told, 1, "the same bytes are disclosed once");
    assert!(refused.iter().all(Result::is_err));
    let versions: Vec<u64> =
        log.read_stream(STREAM, 0, Direction::Forward).map(|it| it.unwrap().version).collect();
    assert_eq!(versions, (0..42).collect::<Vec<_>>());
}

#[test]
fn what_the_disk_did_not_take_was_not_granted() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(Faulty::new(folder.path()));
    let desk = AccessDesk::open(Arc::clone(&log) as Arc<dyn EventLog>).unwrap();
    log.takes_nothing.store(true, Ordering::Relaxed);
    assert!(matches!(desk.record(grant("g-1"), at()), Err(AccessError::Store(_))));
    assert_eq!(viewer(&desk, "g-1"), Viewer::Public);
    log.takes_nothing.store(false, Ordering::Relaxed);
    assert_eq!(desk.record(grant("g-1"), at()).unwrap().unwrap().version, 0);
    assert!(matches!(viewer(&desk, "g-1"), Viewer::Known(_)));
}
