//! One command has one effect.

use domain::step::Step;
use ingest::DeskError;

use crate::support::*;

#[test]
fn a_repeated_command_is_answered_with_the_fact_already_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    let first = desk.submit(&id(), step(0, Step::SanityCheck), at(2)).unwrap();
    let head = desk.log().head();
    let again = desk.submit(&id(), step(0, Step::SanityCheck), at(3)).unwrap();
    assert_eq!(first, again, "also the time is the first one's");
    assert_eq!(desk.log().head(), head);
}

#[test]
fn a_refused_command_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    let head = desk.log().head();
    let refused = desk.submit(&id(), step(0, Step::Restart), at(2));
    assert!(matches!(refused, Err(DeskError::Refused(_))));
    assert_eq!(desk.log().head(), head);
}

#[test]
fn a_reopened_desk_stands_where_the_old_one_stood() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    for number in 1..=4 {
        desk.submit(&id(), step(1, Step::from_number(number).unwrap()), at(2)).unwrap();
    }
    let before = desk.campaign(&id());
    drop(desk);
    let desk = open(folder.path());
    assert_eq!(desk.campaign(&id()), before);
    // The next step follows; a step of before is still known.
    desk.submit(&id(), step(1, Step::ConsistencyCheck), at(3)).unwrap();
    let head = desk.log().head();
    desk.submit(&id(), step(1, Step::Export), at(3)).unwrap();
    assert_eq!(desk.log().head(), head);
}
