//! A small campaign to test with.

use domain::campaign::{Campaign, evolve};
use domain::command::{Command, RecordStep};
use domain::decide::{Refusal, decide};
use domain::event::{Event, Outcome, Pins};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;

pub(crate) const TESTBED: &str = r#"
name = "two"
slots = { cpu = 2, memory_mib = 1024 }
vendor = [{ id = "maker", name = "Maker" }]
platform = [
  { id = "a", vendor = "maker", product = "A", driver = "qemu" },
  { id = "b", vendor = "maker", product = "B", driver = "qemu" },
]
guest = [
  { id = "g", name = "G", architecture = "x86_64", firmware = "bios", memory_mib = 256, cpus = 1 },
]
converter = [{ id = "tool", vendor = "maker", product = "Tool" }]
route = [{ id = "direct", through = "disk", converters = ["tool"] }]
"#;

pub(crate) fn testbed() -> Testbed {
    toml::from_str::<Testbed>(TESTBED).unwrap().validate().unwrap()
}

pub(crate) fn campaign_id() -> CampaignId {
    "c".parse().unwrap()
}

pub(crate) fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

pub(crate) fn start() -> Command {
    let pins = Pins::from([("platform:a".to_owned(), "1".to_owned())]);
    Command::StartCampaign { testbed: Box::new(testbed()), pins, plan: trials() }
}

pub(crate) fn record(trial: &Trial, step: Step, attempt: u32, outcome: Outcome) -> Command {
    Command::RecordStep(RecordStep {
        trial: trial.clone(),
        step,
        attempt,
        outcome,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "act".to_owned(),
        duration_ms: 1,
    })
}

pub(crate) fn lab_error() -> Outcome {
    Outcome::LabError { reason: "the lab broke".to_owned() }
}

pub(crate) fn not_completed() -> Outcome {
    Outcome::NotCompleted { reason: "it did not boot".to_owned() }
}

/// Given these events, when this command, then what?
pub(crate) fn when(given: &[Event], command: Command) -> Result<Vec<Event>, Refusal> {
    decide(state(given).as_ref(), &campaign_id(), command)
}

pub(crate) fn state(given: &[Event]) -> Option<Campaign> {
    given.iter().fold(None, evolve)
}

/// The events of these commands in turn; refused ones cause none.
pub(crate) fn history(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for command in commands {
        if let Ok(more) = when(&events, command) {
            events.extend(more);
        }
    }
    events
}
