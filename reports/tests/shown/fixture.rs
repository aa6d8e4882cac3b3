//! A small campaign: two guests, three platforms, three routes, two repetitions, every standing.

use std::collections::BTreeMap;

use domain::event::{
    CampaignFinished, CampaignResumed, CampaignStarted, Cost, Ending, Event, Evidence,
    EvidenceKind, Outcome, Pins, Recorded, StepFinished, TrialsPlanned, VersionChanged,
};
use domain::ids::{CampaignId, Sha256Digest};
use domain::observation::{Channel, Observation, Value};
use domain::plan::{Selection, Trial, plan};
use domain::policy::Policy;
use domain::step::Step;
use domain::testbed::{Payload, Route, Testbed};
use jiff::Timestamp;
use reports::history::{CampaignHistory, History};
use reports::html::{Audience, Report};
use reports::matrix::Judged;
use reports::public::PublicView;

use crate::tale::{Fate, fate};

pub(crate) fn policy() -> Policy {
    toml::from_str::<Policy>(include_str!("policy.toml")).unwrap().validate().unwrap()
}

pub(crate) fn testbed() -> Testbed {
    toml::from_str::<Testbed>(include_str!("testbed.toml")).unwrap().validate().unwrap()
}

pub(crate) fn campaign_id() -> CampaignId {
    "2026-11-23-harbour".parse().unwrap()
}

pub(crate) fn history() -> History {
    History::of(&events())
}

pub(crate) fn only_campaign(history: &History) -> &CampaignHistory {
    history.campaign(&campaign_id()).unwrap()
}

/// The campaign as anyone may see it.
pub(crate) fn view() -> PublicView {
    view_of(&events())
}

/// What these events come to, as anyone may see it.
pub(crate) fn view_of(events: &[Recorded]) -> PublicView {
    let (history, policy) = (History::of(events), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    PublicView::from(&judged).of_history(&history)
}

/// The campaign's events, and one that belongs to no campaign.
pub(crate) fn events() -> Vec<Recorded> {
    let testbed = testbed();
    let plan = plan(&testbed, &Selection::default(), 2).unwrap();
    let mut events = vec![Event::CampaignStarted(CampaignStarted {
        campaign: campaign_id(),
        testbed,
        pins: pins(),
    })];
    for trials in plan.chunks(50) {
        let (campaign, trials) = (campaign_id(), trials.to_vec());
        events.push(Event::TrialsPlanned(TrialsPlanned { campaign, trials }));
    }
    for trial in &plan {
        events.extend(walk(trial).into_iter().map(Event::StepFinished));
    }
    events.push(version_changed("host:kernel", "Linux 6.1.0-18", "Linux 6.1.0-20"));
    events.push(version_changed("converter:canary-one", "1.0", "1.1"));
    events.push(Event::CampaignFinished(CampaignFinished {
        campaign: campaign_id(),
        ending: Ending::LabError,
        cost: cost(),
    }));
    events.push(Event::CampaignResumed(CampaignResumed { campaign: "another".parse().unwrap() }));
    record(events)
}

/// A campaign of live moves between two peers, beside a platform of another kind.
pub(crate) fn live_moves() -> Vec<Recorded> {
    let mut testbed = testbed();
    (testbed.platforms[1].vendor, testbed.platforms[1].product) =
        (testbed.platforms[2].vendor.clone(), testbed.platforms[2].product.clone());
    let id = "live".parse().unwrap();
    testbed.routes = vec![Route { id, through: Payload::Memory, converters: Vec::new() }];
    let trials = plan(&testbed, &Selection::default(), 1).unwrap();
    let campaign = campaign_id();
    let started = CampaignStarted { campaign: campaign.clone(), testbed, pins: pins() };
    let steps: Vec<Event> = trials.iter().flat_map(walk).map(Event::StepFinished).collect();
    let planned = Event::TrialsPlanned(TrialsPlanned { campaign, trials });
    let mut events = vec![Event::CampaignStarted(started), planned];
    events.extend(steps);
    record(events)
}

/// Puts events into envelopes, one a second.
pub(crate) fn record(events: Vec<Event>) -> Vec<Recorded> {
    let start: Timestamp = "2026-11-23T08:30:00Z".parse().unwrap();
    let recorded = |(position, event): (usize, Event)| Recorded {
        position: position as u64,
        at: start + jiff::SignedDuration::from_secs(position as i64),
        stream: event.campaign().map_or("log".to_owned(), ToString::to_string),
        version: position as u64,
        command: serde_json::from_value(format!("{position:032x}").into()).unwrap(),
        event,
    };
    events.into_iter().enumerate().map(recorded).collect()
}

fn cost() -> Cost {
    Cost {
        wall_ms: 95_000,
        tools_cpu_ms: 150_000,
        own_cpu_ms: 900,
        own_peak_kib: 24_000,
        processors: 2,
    }
}

pub(crate) fn pins() -> Pins {
    let pins = [
        ("platform:acme-like", "QEMU 7.2.22, i440fx"),
        ("platform:xen-like", "QEMU 7.2.22, i440fx"),
        ("platform:kvm", "QEMU 7.2.22, q35"),
        ("guest:portable", "image 7c33"),
        ("guest:host-only@acme-like", "image 1f0a"),
        ("guest:host-only@xen-like", "image 2e0b"),
        ("host:kernel", "Linux 6.1.0-18"),
        ("converter:canary-one", "1.0"),
        ("converter:canary-two", "5.2"),
        ("converter:canary-packer", "2.3.1"),
    ];
    pins.into_iter().map(|(subject, version)| (subject.into(), version.into())).collect()
}

fn version_changed(subject: &str, from: &str, to: &str) -> Event {
    Event::VersionChanged(VersionChanged {
        campaign: campaign_id(),
        subject: subject.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

/// The steps of one trial, up to where its fate ends it.
pub(crate) fn walk(trial: &Trial) -> Vec<StepFinished> {
    walk_to(&fate(trial), trial, &campaign_id(), &pins())
}

/// The steps of one trial to this fate, in a campaign with these versions.
pub(crate) fn walk_to(
    fate: &Fate,
    trial: &Trial,
    campaign: &CampaignId,
    pins: &Pins,
) -> Vec<StepFinished> {
    let mut steps = Vec::new();
    for step in Step::ALL {
        let outcome = match fate {
            Fate::NotRun => break,
            Fate::Stops(at, reason) if *at == step => {
                Outcome::NotCompleted { reason: (*reason).to_owned() }
            }
            Fate::LabBreaks(at) if *at == step => {
                Outcome::LabError { reason: "no space left: free 2 GiB in canary-work".to_owned() }
            }
            Fate::Stops(..) | Fate::LabBreaks(_) | Fate::Arrives(_) => Outcome::Completed,
        };
        let done = outcome == Outcome::Completed;
        let finished = finished(trial, step, outcome, fate);
        let (campaign, pins) = (campaign.clone(), pins.clone());
        steps.push(StepFinished { campaign, pins, ..finished });
        if !done {
            break;
        }
    }
    steps
}

pub(crate) fn finished(trial: &Trial, step: Step, outcome: Outcome, fate: &Fate) -> StepFinished {
    let tools = if trial.route.as_str() == "canary-ovf" { 2 } else { 1 };
    StepFinished {
        campaign: campaign_id(),
        trial: trial.clone(),
        step,
        observations: observations(step, &outcome, fate),
        outcome,
        evidence: evidence(step),
        pins: pins(),
        act: format!("canary-act {step} {}", trial.source),
        duration_ms: u64::from(step.number()) * 300 + tools * 450,
    }
}

fn observations(step: Step, outcome: &Outcome, fate: &Fate) -> Vec<Observation> {
    let api = Channel::PlatformApi;
    match step {
        Step::SanityCheck => {
            let mut seen = facts(&BTreeMap::new());
            seen.push(Observation::flag("pause.resumed", true, api));
            seen
        }
        Step::Shutdown => vec![Observation::flag("shutdown.graceful", true, api)],
        Step::Export | Step::Import => Vec::new(),
        Step::ResourceCheck => vec![
            Observation::integer("memory.available_mib", 900, Channel::Host),
            Observation::integer("memory.needed_mib", 256, Channel::Host),
        ],
        Step::ConsistencyCheck => {
            let value = Value::NotApplicable("a raw image has nothing to check".to_owned());
            vec![Observation::new("image.consistent", value, Channel::DiskInspection)]
        }
        Step::Restart if *outcome != Outcome::Completed => {
            let tail = vec!["ALERT!  LABEL=root does not exist.  Dropping to a shell!".to_owned()];
            vec![Observation::list("console.tail", tail, Channel::SerialConsole)]
        }
        Step::Restart => match fate {
            Fate::Arrives(changed) => facts(changed),
            Fate::NotRun | Fate::Stops(..) | Fate::LabBreaks(_) => Vec::new(),
        },
    }
}

/// The guest's facts, with those of `changed` in place of the usual ones.
fn facts(changed: &BTreeMap<&'static str, Value>) -> Vec<Observation> {
    let text = |text: &str| Value::Text(text.to_owned());
    let list = |items: &[&str]| Value::List(items.iter().map(ToString::to_string).collect());
    let usual = [
        ("canary.intact", Value::Flag(true)),
        ("clock.source", text("tsc")),
        ("cpu.model", text("Westmere E56xx/L56xx/X56xx")),
        ("firewall.rules", list(&["tcp dport 22 accept", "icmp type echo-request accept", "drop"])),
        ("host.name", text("<script>alert('guest')</script>")),
        ("ip.usable", Value::Flag(true)),
        ("ip.v4", list(&["10.71.1.15/24"])),
        ("memory.total_kib", Value::Integer(243_812)),
    ];
    let fact = |(fact, value): (&'static str, Value)| {
        let value = changed.get(fact).cloned().unwrap_or(value);
        Observation::new(fact, value, Channel::SerialConsole)
    };
    usual.into_iter().map(fact).collect()
}

fn evidence(step: Step) -> Vec<Evidence> {
    let proof = |kind, name: &str, bytes| Evidence {
        kind,
        name: name.to_owned(),
        sha256: Sha256Digest::of(name.as_bytes()),
        bytes,
    };
    match step {
        Step::Export => vec![
            proof(EvidenceKind::Argv, "canary-one.argv", 118),
            proof(EvidenceKind::Stderr, "canary-one.stderr", 2_048),
        ],
        Step::SanityCheck | Step::Restart => {
            vec![proof(EvidenceKind::SerialLog, "serial.log", 48_213)]
        }
        Step::Shutdown | Step::ResourceCheck | Step::ConsistencyCheck | Step::Import => Vec::new(),
    }
}

/// A report without a receipt.
pub(crate) fn report_of(judged: &Judged<'_>, audience: Audience, history: &History) -> String {
    let report = Report { judged, audience, history, receipt: None, leaves: None, records: &[] };
    report.page().unwrap()
}
