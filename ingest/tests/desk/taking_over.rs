//! Campaigns that another system told: whole or not at all, once, signed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::command::{Command, TakeOver};
use domain::event::{Ending, Event, Pins};
use domain::ids::Sha256Digest;
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::told::{DRIVER, ToldTrial};
use ingest::DeskError;
use store::EventLog;

use crate::faulty::Faulty;
use crate::support::*;

fn told(bytes: &[u8], count: u32) -> Command {
    let mut testbed = testbed();
    testbed.platforms.iter_mut().for_each(|it| it.driver = DRIVER.to_owned());
    let first = trials()[0].clone();
    let told = |repetition: u32| ToldTrial {
        trial: Trial { repetition, ..first.clone() },
        standing: Standing::Scored(Score::Success),
        step: None,
        reason: "as the file says".repeat(40),
        duration_ms: 0,
        at: at(5),
    };
    Command::TakeOver(Box::new(TakeOver {
        testbed,
        pins: Pins::new(),
        origin: "CSV".to_owned(),
        file: "past.csv".to_owned(),
        file_sha256: Sha256Digest::of(bytes),
        trials: (1..=count).map(told).collect(),
    }))
}

#[test]
fn a_file_is_taken_over_whole_and_signed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let recorded = desk.submit(&id(), told(b"file", 2000), at(10)).unwrap();
    let told = recorded
        .iter()
        .map(|it| if let Event::TrialsTold(told) = &it.event { told.trials.len() } else { 0 });
    assert_eq!(told.sum::<usize>(), 2000);
    assert!(recorded.iter().all(|it| it.at == at(10) && it.command == recorded[0].command));
    assert_eq!(desk.campaign(&id()).unwrap().ended, Some(Ending::Completed));
    assert_eq!(signed(&desk), [desk.log().head()]);
}

#[test]
fn the_same_file_again_is_answered_and_another_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let first = desk.submit(&id(), told(b"file", 3), at(10)).unwrap();
    drop(desk);
    let desk = open(folder.path());
    assert_eq!(desk.submit(&id(), told(b"file", 3), at(20)).unwrap(), first);
    let other = desk.submit(&id(), told(b"another file", 3), at(20)).unwrap_err();
    assert!(matches!(other, DeskError::Refused(_)), "{other}");
    let empty = desk.submit(&"c-2".parse().unwrap(), told(b"file", 0), at(20)).unwrap_err();
    assert_eq!(empty.to_string(), "past.csv cannot be taken over: it has no trials");
    assert_eq!(desk.log().head(), first.len() as u64);
}

#[test]
fn who_was_stopped_before_it_was_signed_asks_again_and_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let desk = desk(folder.path(), Arc::clone(&faulty) as Arc<dyn EventLog>);
    faulty.takes_nothing.store(true, Ordering::Relaxed);
    assert!(desk.submit(&id(), told(b"file", 300), at(10)).is_err());
    assert_eq!((desk.log().head(), desk.campaign(&id())), (0, None), "whole or not at all");
    faulty.takes_nothing.store(false, Ordering::Relaxed);
    faulty.signs_nothing.store(true, Ordering::Relaxed);
    assert!(desk.submit(&id(), told(b"file", 300), at(10)).is_err());
    assert!(signed(&desk).is_empty());
    drop((desk, faulty));
    let desk = open(folder.path());
    let recorded = desk.submit(&id(), told(b"file", 300), at(20)).unwrap();
    assert_eq!(recorded[0].at, at(10));
    assert_eq!(signed(&desk), [desk.log().head()]);
}
