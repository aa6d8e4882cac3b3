//! What the log of the walked service holds: three campaigns that have ended and one that runs, a
//! baseline, and a waiver.

use std::path::Path;

use domain::event::{
    BaselineSet, CampaignFinished, CampaignStarted, CheckWaived, Cost, Ending, Event, Evidence,
    Pins, StepFinished, TrialsPlanned, WaiverScope,
};
use domain::ids::{CampaignId, Sha256Digest};
use domain::observation::Value;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use jiff::{SignedDuration, Timestamp};
use store::{Append, Blobs, DiskLog, EventLog as _, Expected, NewKey, Settings};

use crate::fixture::walk_to;
use crate::tale::{Fate, address, changed, clock, cpu, memory, unchanged};

/// The campaign that runs.
pub(crate) const RUNNING: &str = "winter";
/// The newest that has ended.
pub(crate) const ENDED: &str = "autumn";

/// So many trials of the campaign that runs have been walked.
const WALKED: usize = 60;

/// The log as it grows.
struct Year {
    now: Timestamp,
    pins: Pins,
    appends: Vec<Append>,
}

/// Makes the store, as it would be at this instant.
pub(crate) fn make(folder: &Path, now: Timestamp) {
    let new_key = Some(NewKey { origin: "harbour.example/log".to_owned(), seed: [7; 32] });
    let log = DiskLog::open(folder, &Settings { new_key, ..Settings::default() }).unwrap();
    let blobs = Blobs::local(&folder.join("evidence")).unwrap();
    for kept in Step::ALL.iter().flat_map(|it| evidence(*it)) {
        blobs.put(content(&kept.name).as_bytes()).unwrap();
    }
    let mut year = Year { now, pins: pins(), appends: Vec::new() };
    year.campaign("spring", 270);
    year.declare(baseline(), 269);
    year.pins.insert("host:kernel".to_owned(), "Linux 6.12.41".to_owned());
    year.campaign("summer", 180);
    year.pins.insert("converter:ferry".to_owned(), "2.0".to_owned());
    year.pins.insert("platform:boreal-x".to_owned(), "4.1".to_owned());
    year.campaign(ENDED, 90);
    year.declare(waiver(now), 60);
    year.begin();
    log.append_all(year.appends).into_iter().for_each(|it| drop(it.unwrap()));
    log.checkpoint().unwrap();
}

/// The trials of the campaign that runs that nobody has begun.
pub(crate) fn rest() -> Vec<Trial> {
    trials().split_off(WALKED)
}

impl Year {
    fn campaign(&mut self, id: &str, days: i64) {
        let mut at = self.now - SignedDuration::from_hours(24 * days);
        let campaign = self.start(id, &mut at);
        for trial in trials() {
            self.walk(&trial, &campaign, &mut at);
        }
        let (ending, cost) = (Ending::Completed, cost());
        let finished = CampaignFinished { campaign, ending, cost };
        self.append(Event::CampaignFinished(finished), at);
    }

    fn begin(&mut self) {
        let mut at = self.now - SignedDuration::from_mins(25);
        let campaign = self.start(RUNNING, &mut at);
        for trial in trials().iter().take(WALKED) {
            self.walk(trial, &campaign, &mut at);
        }
    }

    fn start(&mut self, id: &str, at: &mut Timestamp) -> CampaignId {
        let campaign: CampaignId = id.parse().unwrap();
        let (testbed, pins) = (testbed(), self.pins.clone());
        let started = CampaignStarted { campaign: campaign.clone(), testbed, pins };
        self.append(Event::CampaignStarted(started), *at);
        let planned = TrialsPlanned { campaign: campaign.clone(), trials: trials() };
        self.append(Event::TrialsPlanned(planned), *at);
        campaign
    }

    fn walk(&mut self, trial: &Trial, campaign: &CampaignId, at: &mut Timestamp) {
        let fate = fate(trial, campaign.as_str());
        for step in walk_to(&fate, trial, campaign, &self.pins) {
            *at += SignedDuration::from_secs(3);
            self.append(Event::StepFinished(dressed(step)), *at);
        }
    }

    fn declare(&mut self, event: Event, days: i64) {
        self.append(event, self.now - SignedDuration::from_hours(24 * days));
    }

    fn append(&mut self, event: Event, at: Timestamp) {
        let stream = event.campaign().map(|it| format!("campaign/{it}"));
        let declared = matches!(event, Event::BaselineSet(_) | Event::CheckWaived(_));
        let stream = stream.filter(|_| !declared);
        let stream = stream.unwrap_or_else(|| domain::declare::STREAM.to_owned());
        let command = uuid::Uuid::from_u128(self.appends.len() as u128);
        let expected = Expected::Any;
        self.appends.push(Append { stream, expected, command, at, events: vec![event] });
    }
}

fn testbed() -> Testbed {
    toml::from_str::<Testbed>(include_str!("testbed.toml")).unwrap().validate().unwrap()
}

fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 2).unwrap()
}

/// What became of a trial in a campaign.
fn fate(trial: &Trial, campaign: &str) -> Fate {
    let way = (trial.source.as_str(), trial.target.as_str(), trial.route.as_str());
    match trial.guest.as_str() {
        "server" => of_server(way, campaign, trial.repetition),
        "cloud" => of_cloud(way, campaign),
        _ => of_lean(way, campaign),
    }
}

fn of_server(way: (&str, &str, &str), campaign: &str, repetition: u32) -> Fate {
    let is_late = campaign != "spring" && campaign != "summer";
    match way {
        (_, "boreal-x", "ferry-direct") if is_late => changed([cpu(), clock()]),
        (_, "boreal-x", _) if is_late => changed([clock()]),
        ("cirrus-kvm", "boreal-hv", _) => {
            changed([address(["10.71.4.20/24", "10.71.4.21/24"][repetition as usize - 1])])
        }
        (_, "atlas-esv", "barge-direct") => Fate::Stops(Step::Import, "the disk is not accepted"),
        _ => unchanged(),
    }
}

fn of_cloud(way: (&str, &str, &str), campaign: &str) -> Fate {
    match way {
        ("boreal-hv", "atlas-esv", _) => Fate::Stops(Step::Restart, "no sign of life in 180 s"),
        ("atlas-esv", "boreal-hv", _) if campaign == "spring" => changed([clock()]),
        ("atlas-esv", "boreal-hv", _) => unchanged(),
        (_, "boreal-x", _) => changed([clock(), memory(236_000)]),
        ("boreal-x", "cirrus-kvm", _) if campaign != "spring" => changed([address("10.71.4.9/24")]),
        (_, _, "crate-ovf") => changed([address("10.71.4.15/24")]),
        _ => unchanged(),
    }
}

fn of_lean(way: (&str, &str, &str), campaign: &str) -> Fate {
    match way {
        ("boreal-hv", "boreal-x", _) | ("boreal-x", "boreal-hv", _) => unchanged(),
        ("cirrus-kvm", "atlas-esv", "crate-ovf") => changed([cpu(), memory(236_000)]),
        ("cirrus-kvm", "boreal-x", _) if campaign == ENDED => Fate::LabBreaks(Step::Import),
        ("atlas-esv", "boreal-x", _) => Fate::NotRun,
        _ => Fate::Stops(Step::Restart, "the guest does not find its root disk"),
    }
}

/// The step with evidence that is really kept, and in the words of this lab.
fn dressed(step: StepFinished) -> StepFinished {
    let mut step = step;
    step.evidence = evidence(step.step);
    step.act = format!("{} {} at {}", step.trial.route, step.step, step.trial.source);
    for seen in step.observations.iter_mut().filter(|it| it.fact == "host.name") {
        seen.value = Value::Text("guest".to_owned());
    }
    step
}

/// What is kept of a step; its content is a little text.
fn evidence(step: Step) -> Vec<Evidence> {
    use domain::event::EvidenceKind::{Argv, SerialLog, Stderr};
    let kept: &[_] = match step {
        Step::Export => &[(Argv, "export.argv"), (Stderr, "export.stderr")],
        Step::SanityCheck | Step::Restart => &[(SerialLog, "serial.log")],
        Step::Shutdown | Step::ResourceCheck | Step::ConsistencyCheck | Step::Import => &[],
    };
    let kept = kept.iter().map(|(kind, name)| Evidence {
        kind: *kind,
        name: (*name).to_owned(),
        sha256: Sha256Digest::of(content(name).as_bytes()),
        bytes: content(name).len() as u64,
    });
    kept.collect()
}

fn content(name: &str) -> String {
    format!("{name}: what the machine said, line by line\n").repeat(40)
}

fn cost() -> Cost {
    let (wall_ms, tools_cpu_ms) = (2_730_000, 4_150_000);
    Cost { wall_ms, tools_cpu_ms, own_cpu_ms: 9_000, own_peak_kib: 24_000, processors: 2 }
}

fn pins() -> Pins {
    let pins = [
        ("platform:atlas-esv", "7.0.3"),
        ("platform:boreal-hv", "2025.2"),
        ("platform:boreal-x", "4.0"),
        ("platform:cirrus-kvm", "10.1"),
        ("guest:server", "image 7c33"),
        ("guest:cloud", "image 90ab"),
        ("guest:lean", "image 1f0a"),
        ("host:kernel", "Linux 6.12.38"),
        ("converter:ferry", "1.4"),
        ("converter:barge", "5.2"),
        ("converter:crate", "2.3.1"),
    ];
    pins.into_iter().map(|(subject, version)| (subject.into(), version.into())).collect()
}

fn baseline() -> Event {
    Event::BaselineSet(BaselineSet {
        name: "reference".parse().unwrap(),
        campaign: "spring".parse().unwrap(),
        versions: pins(),
        revision: 1,
        follows: None,
        reason: "the first complete one".to_owned(),
        by: "ada".to_owned(),
    })
}

fn waiver(now: Timestamp) -> Event {
    let target = Some("boreal-x".parse().unwrap());
    let guest = Some("cloud".parse().unwrap());
    Event::CheckWaived(CheckWaived {
        waiver: "clock-of-boreal".parse().unwrap(),
        rule: "G.clock".to_owned(),
        scope: WaiverScope { target, guest, ..WaiverScope::default() },
        reason: "known to the vendor, mended in the next version".to_owned(),
        owner: "ada".to_owned(),
        expires: now + SignedDuration::from_hours(24 * 60),
    })
}
