//! Campaigns of three seasons, walked at the desk at fixed times, and one that another system told.

use domain::command::{Command, RecordStep, TakeOver};
use domain::event::{Cost, Ending, Outcome, Pins};
use domain::ids::Sha256Digest;
use domain::observation::Value;
use domain::plan::{Selection, Trial, plan};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Testbed;
use domain::told::{DRIVER, ToldTrial};
use ingest::Desk;
use jiff::{SignedDuration, Timestamp};

use crate::facts::perfect;

/// What becomes of a trial: where it stops, or the facts at its restart that are not perfect.
pub(crate) enum Fate {
    Arrives,
    Changes(&'static str, Value),
    Stops(Step, &'static str),
    LabBreaks(Step),
}

pub(crate) fn testbed() -> Testbed {
    let text = include_str!("../../../lab/testbeds/small.toml");
    toml::from_str::<Testbed>(text).unwrap().validate().unwrap()
}

/// Both guests, both ways, by both routes.
pub(crate) fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The versions of everything, with this emulator.
pub(crate) fn pins(emulator: &str) -> Pins {
    let pins = [
        ("platform:kvm-like", format!("QEMU {emulator}, q35")),
        ("platform:xen-like", "XenServer 8.4, i440fx".to_owned()),
        ("guest:server", "image 5e7f".to_owned()),
        ("guest:lean@kvm-like", "image 1ea0".to_owned()),
        ("guest:lean@xen-like", "image 1ea1".to_owned()),
        ("converter:qemu-img", "7.2.22".to_owned()),
        ("converter:portolan-ovf", "portolan 0.1.0".to_owned()),
        ("host:kernel", "Linux 6.1.0-18".to_owned()),
    ];
    pins.into_iter().map(|(subject, version)| (subject.to_owned(), version)).collect()
}

pub(crate) fn spring(trial: &Trial) -> Fate {
    let is = |guest: &str, source: &str| {
        trial.guest.as_str() == guest && trial.source.as_str() == source
    };
    match trial.route.as_str() {
        _ if is("lean", "kvm-like") => Fate::Stops(Step::Restart, "the root disk is missing"),
        "direct" if is("lean", "xen-like") => Fate::LabBreaks(Step::Export),
        "ovf" if is("server", "kvm-like") => Fate::Stops(Step::Import, "no such controller"),
        _ => Fate::Arrives,
    }
}

pub(crate) fn summer(trial: &Trial) -> Fate {
    match (trial.guest.as_str(), trial.source.as_str()) {
        ("server", "xen-like") => Fate::Changes("cpu.model", Value::Text("another".to_owned())),
        _ => spring(trial),
    }
}

/// Walks a campaign from its start to its end, a second for each event.
pub(crate) fn walk(
    desk: &Desk,
    id: &str,
    (begin, emulator): (&str, &str),
    fate: fn(&Trial) -> Fate,
) {
    let id = id.parse().unwrap();
    let mut clock = at(begin);
    let mut submit = |command: Command| {
        desk.submit(&id, command, clock).unwrap();
        clock += SignedDuration::from_secs(1);
    };
    let (testbed, pins, plan) = (Box::new(testbed()), pins(emulator), trials());
    submit(Command::StartCampaign { testbed, pins, plan: plan.clone() });
    for trial in &plan {
        for step in Step::ALL {
            let (outcome, goes_on) = outcome(&fate(trial), step);
            submit(record(trial, step, outcome, &fate(trial)));
            if !goes_on {
                break;
            }
        }
    }
    let cost = Cost { wall_ms: 60_000, processors: 2, ..Cost::default() };
    submit(Command::FinishCampaign { ending: Ending::Completed, cost, attempt: 0 });
}

fn outcome(fate: &Fate, step: Step) -> (Outcome, bool) {
    match fate {
        Fate::Stops(at, reason) if *at == step => {
            (Outcome::NotCompleted { reason: (*reason).to_owned() }, false)
        }
        Fate::LabBreaks(at) if *at == step => {
            (Outcome::LabError { reason: "no space left".to_owned() }, false)
        }
        Fate::Arrives | Fate::Changes(..) | Fate::Stops(..) | Fate::LabBreaks(_) => {
            (Outcome::Completed, true)
        }
    }
}

fn record(trial: &Trial, step: Step, outcome: Outcome, fate: &Fate) -> Command {
    let mut observations = perfect(step);
    if let (Fate::Changes(fact, value), Step::Restart) = (fate, step) {
        let changed = observations.iter_mut().find(|it| it.fact == *fact).unwrap();
        changed.value = value.clone();
    }
    Command::RecordStep(RecordStep {
        trial: trial.clone(),
        step,
        attempt: 0,
        outcome,
        observations,
        evidence: Vec::new(),
        act: format!("act {step}"),
        duration_ms: 1000 * u64::from(step.number()),
    })
}

/// Takes over what another system told of 2013: three cells, of which one has no step.
pub(crate) fn take_over(desk: &Desk, id: &str, instant: &str) {
    let mut testbed = testbed();
    testbed.name = "the industry's proof of concept".to_owned();
    testbed.platforms.iter_mut().for_each(|it| it.driver = DRIVER.to_owned());
    let told = |(place, trial): (usize, Trial)| {
        let (score, step) = match place {
            0 => (Score::Success, None),
            1 => (Score::Warning, Some(Step::Restart)),
            _ => (Score::Failure, Some(Step::Import)),
        };
        ToldTrial {
            trial,
            standing: Standing::Scored(score),
            step,
            reason: "as the table says".to_owned(),
            duration_ms: 0,
            at: at("2013-06-01T00:00:00Z") + SignedDuration::from_hours(24 * place as i64),
        }
    };
    let direct = trials().into_iter().filter(|it| it.route.as_str() == "direct");
    let told = TakeOver {
        testbed,
        pins: Pins::new(),
        origin: "CSV".to_owned(),
        file: "poc.csv".to_owned(),
        file_sha256: Sha256Digest::of(b"poc"),
        trials: direct.take(3).enumerate().map(told).collect(),
    };
    desk.submit(&id.parse().unwrap(), Command::TakeOver(Box::new(told)), at(instant)).unwrap();
}
