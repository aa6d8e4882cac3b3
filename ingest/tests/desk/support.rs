//! A small campaign at a desk.

use std::path::Path;
use std::sync::Arc;

use domain::command::{Command, RecordStep};
use domain::event::{Cost, Ending, Outcome, Pins};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use ingest::Desk;
use jiff::Timestamp;
use store::{Blobs, DiskLog, EventLog, NewKey, Settings};

pub(crate) fn log(store: &Path) -> DiskLog {
    let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    DiskLog::open(store, &Settings { new_key, ..Settings::default() }).unwrap()
}

/// A desk over a log that others may hold too.
pub(crate) fn desk(store: &Path, log: Arc<dyn EventLog>) -> Desk {
    Desk::open(log, Blobs::local(&store.join("evidence")).unwrap()).unwrap()
}

pub(crate) fn open(store: &Path) -> Desk {
    desk(store, Arc::new(log(store)))
}

pub(crate) fn testbed() -> Testbed {
    toml::from_str::<Testbed>(include_str!("../../../lab/testbeds/small.toml"))
        .unwrap()
        .validate()
        .unwrap()
}

pub(crate) fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

pub(crate) fn id() -> CampaignId {
    "c-1".parse().unwrap()
}

pub(crate) fn start() -> Command {
    let testbed = Box::new(testbed());
    Command::StartCampaign { testbed, pins: Pins::new(), plan: trials() }
}

pub(crate) fn step(trial: usize, step: Step) -> Command {
    ended(trial, step, Outcome::Completed)
}

pub(crate) fn ended(trial: usize, step: Step, outcome: Outcome) -> Command {
    Command::RecordStep(RecordStep {
        trial: trials()[trial].clone(),
        step,
        attempt: 0,
        outcome,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "act".to_owned(),
        duration_ms: 7,
    })
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn completed() -> Command {
    Command::FinishCampaign { ending: Ending::Completed, cost: Cost::default(), attempt: 0 }
}

/// For how many events each kept checkpoint was signed, in order.
pub(crate) fn signed(desk: &Desk) -> Vec<u64> {
    let size = |note: &ledger::Note| note.text().lines().nth(1).unwrap().parse().unwrap();
    desk.log().checkpoints().unwrap().iter().map(size).collect()
}
