//! What people declare: recorded once, signed, known to the next desk.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::declare::{Declaration, NotDeclared, STREAM};
use domain::event::{Event, Pins, WaiverScope};
use ingest::DeskError;
use store::{EventLog, StoreError};

use crate::faulty::Faulty;
use crate::support::*;

fn baseline(name: &str) -> Declaration {
    Declaration::SetBaseline {
        name: name.parse().unwrap(),
        campaign: id(),
        versions: Pins::new(),
        follows: None,
        reason: String::new(),
    }
}

fn waiver(name: &str) -> Declaration {
    Declaration::Waive {
        waiver: name.parse().unwrap(),
        rule: "G.ip.same".to_owned(),
        scope: WaiverScope::default(),
        reason: "a new network".to_owned(),
        expires: at(100),
    }
}

#[test]
fn a_declaration_is_recorded_signed_and_known_to_the_next_desk() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    let recorded = desk.declare(baseline("spring"), " ada ", at(2)).unwrap().unwrap();
    assert_eq!((&*recorded.stream, recorded.version, recorded.at), (STREAM, 0, at(2)));
    let Event::BaselineSet(set) = &recorded.event else { panic!("{recorded:?}") };
    assert_eq!((&*set.by, set.revision), ("ada", 1));
    assert_eq!(signed(&desk), [desk.log().head()]);
    let second = desk.declare(waiver("w"), "ada", at(3)).unwrap().unwrap();
    assert_eq!((second.version, second.position), (1, recorded.position + 1));
    assert_eq!(signed(&desk), [second.position, desk.log().head()]);
    let before = desk.registry();
    drop(desk);
    let desk = open(folder.path());
    assert_eq!(desk.registry(), before);
    let third = desk.declare(baseline("autumn"), "ada", at(4)).unwrap().unwrap();
    assert_eq!(third.version, 2);
}

#[test]
fn a_repeated_declaration_records_nothing_and_a_refused_one_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    desk.declare(waiver("w"), "ada", at(1)).unwrap().unwrap();
    let (head, notes) = (desk.log().head(), signed(&desk));
    assert_eq!(desk.declare(waiver("w"), "ada", at(2)).unwrap(), None);
    let late = desk.declare(waiver("w"), "ada", at(100)).unwrap_err();
    assert!(matches!(late, DeskError::NotDeclared(NotDeclared::Past(_))));
    let nobody = desk.declare(waiver("v"), "", at(2)).unwrap_err();
    assert!(matches!(nobody, DeskError::NotDeclared(NotDeclared::Empty(_))));
    assert_eq!((desk.log().head(), signed(&desk)), (head, notes));
    assert_eq!(desk.registry().waivers().len(), 1);
}

#[test]
fn two_desks_over_one_log_never_declare_past_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let shared: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let here = desk(folder.path(), Arc::clone(&shared));
    let there = desk(folder.path(), Arc::clone(&shared));
    let first = here.declare(waiver("w"), "ada", at(1)).unwrap().unwrap();
    // The same words at the same place are the same request, whoever says them.
    assert_eq!(there.declare(waiver("w"), "ada", at(1)).unwrap(), Some(first));
    assert_eq!(shared.head(), 1);
    here.declare(waiver("u"), "ada", at(2)).unwrap().unwrap();
    // It has not heard of the other: it is told, and nothing is recorded.
    let behind = there.declare(waiver("v"), "ada", at(3)).unwrap_err();
    assert!(matches!(behind, DeskError::Store(StoreError::WrongVersion { .. })), "{behind}");
    assert_eq!(shared.head(), 2);
    let again = desk(folder.path(), shared);
    assert!(again.declare(waiver("v"), "ada", at(3)).unwrap().is_some());
}

#[test]
fn who_was_stopped_before_it_was_signed_asks_again_and_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let desk = desk(folder.path(), Arc::clone(&faulty) as Arc<dyn EventLog>);
    faulty.signs_nothing.store(true, Ordering::Relaxed);
    assert!(desk.declare(waiver("w"), "ada", at(1)).is_err());
    assert_eq!((desk.log().head(), signed(&desk)), (1, Vec::new()), "recorded first, then signed");
    drop((desk, faulty));
    let desk = open(folder.path());
    assert_eq!(desk.declare(waiver("w"), "ada", at(2)).unwrap(), None);
    assert_eq!(signed(&desk), [1]);
}

#[test]
fn what_the_log_did_not_take_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let desk = desk(folder.path(), Arc::clone(&faulty) as Arc<dyn EventLog>);
    faulty.takes_nothing.store(true, Ordering::Relaxed);
    assert!(desk.declare(waiver("w"), "ada", at(1)).is_err());
    assert!(desk.registry().waivers().is_empty());
    assert_eq!((desk.log().head(), signed(&desk)), (0, Vec::new()));
    faulty.takes_nothing.store(false, Ordering::Relaxed);
    assert!(desk.declare(waiver("w"), "ada", at(1)).unwrap().is_some());
}
