//! The desk over a real log: one command has one effect, and a reopened desk knows what it knew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use domain::command::{Command, RecordStep};
use domain::event::{Outcome, Pins};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use ingest::{Desk, DeskError};
use jiff::Timestamp;
use store::{Blobs, DiskLog, NewKey, Settings};

fn open(store: &Path) -> Desk {
    let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    let log = DiskLog::open(store, &Settings { new_key, ..Settings::default() }).unwrap();
    Desk::open(Arc::new(log), Blobs::local(&store.join("evidence")).unwrap()).unwrap()
}

fn testbed() -> Testbed {
    toml::from_str::<Testbed>(include_str!("../../lab/testbeds/small.toml"))
        .unwrap()
        .validate()
        .unwrap()
}

fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

fn id() -> CampaignId {
    "c-1".parse().unwrap()
}

fn start() -> Command {
    let testbed = Box::new(testbed());
    Command::StartCampaign { testbed, pins: Pins::new(), plan: trials() }
}

fn step(trial: usize, step: Step) -> Command {
    Command::RecordStep(RecordStep {
        trial: trials()[trial].clone(),
        step,
        attempt: 0,
        outcome: Outcome::Completed,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "act".to_owned(),
        duration_ms: 7,
    })
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn a_repeated_command_is_answered_with_the_fact_already_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = open(folder.path());
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
    let mut desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    let head = desk.log().head();
    let refused = desk.submit(&id(), step(0, Step::Restart), at(2));
    assert!(matches!(refused, Err(DeskError::Refused(_))));
    assert_eq!(desk.log().head(), head);
}

#[test]
fn a_reopened_desk_stands_where_the_old_one_stood() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    for number in 1..=4 {
        desk.submit(&id(), step(1, Step::from_number(number).unwrap()), at(2)).unwrap();
    }
    let before = desk.campaign(&id()).cloned();
    drop(desk);
    let mut desk = open(folder.path());
    assert_eq!(desk.campaign(&id()).cloned(), before);
    // The next step follows; a step of before is still known.
    desk.submit(&id(), step(1, Step::ConsistencyCheck), at(3)).unwrap();
    let head = desk.log().head();
    desk.submit(&id(), step(1, Step::Export), at(3)).unwrap();
    assert_eq!(desk.log().head(), head);
}
