//! Files of other systems at the front door, and our own exports coming back through it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::event::{CampaignStarted, Event, Outcome, Pins, Recorded, StepFinished, TrialsPlanned};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::policy::Policy;
use domain::step::Step;
use domain::testbed::Testbed;
use ingest::history::{Defaults, ForeignCampaign, read};
use reports::history::History;
use reports::matrix::Judged;
use reports::{cells_csv, leak, steps_csv};

use crate::{portolan, refused};

fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../ingest/src/history/samples");
    format!("{folder}/{name}")
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn what_would_be_imported_is_shown_and_nothing_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let shown = portolan(&store, &["import", &sample("team.csv"), "--dry-run"]);
    insta::assert_snapshot!("import", shown.out);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let words = ["import", &sample("quic-interop.json"), "--dry-run", "--json", "--campaign", "q"];
    let told = portolan(&store, &words).out;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["recorded"], false);
    let campaign = &told["campaigns"][0];
    assert_eq!(campaign["campaign"], "imported-q");
    assert_eq!((&campaign["cells"], &campaign["trials"]), (&27.into(), &27.into()));
    let standings: BTreeMap<String, usize> =
        serde_json::from_value(campaign["standings"].clone()).unwrap();
    assert_eq!(standings.values().sum::<usize>(), 27);
    assert!(!store.exists(), "a look creates no store");
}

#[test]
fn every_row_that_cannot_be_read_is_told_and_nothing_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let text = "guest,source,target,standing\ng,a,b,green\ng,\u{1b}[2J,b,pass\ng,a,b,pass\n";
    let file = written(folder.path(), "bad.csv", text);
    let name = file.to_str().unwrap();
    let called = portolan(&store, &["import", name, "--at", "2013-06-01"]);
    assert_eq!(called.code, 2);
    insta::assert_snapshot!("import_rejected", called.err);
    let told = portolan(&store, &["import", name, "--at", "2013-06-01", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((told.code, &rows["rejected"]), (2, &2.into()));
    assert_eq!(rows["rows"][0]["line"], 2);
    refused(&store, &["import", name], 2, "line 1: no time is given");
    assert!(!store.exists(), "refusals create nothing");
}

#[test]
fn a_wrong_call_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path();
    let team = sample("team.csv");
    refused(store, &["import"], 2, "required");
    refused(store, &["import", "no-such.csv"], 2, "cannot read no-such.csv");
    refused(store, &["import", "/"], 2, "cannot read /");
    refused(store, &["import", "/dev/zero"], 2, "larger than 64 MiB");
    refused(store, &["import", &team, "--format", "xls"], 2, "possible values: csv, junit, qir");
    refused(store, &["import", &team, "--format", "junit"], 2, "not well-formed XML");
    refused(store, &["import", &team, "--map", "("], 2, "no regular expression");
    refused(store, &["import", &team, "--map", "(.*)"], 2, "no named group");
    refused(store, &["import", &team, "--at", "today"], 2, "is no time");
    refused(store, &["import", &team, "--guest", "A B"], 2, "is not an identifier");
}

/// A policy whose only rule warns, because nothing was observed.
fn policy() -> Policy {
    let rule = "id = \"A\"\nstep = 7\ntitle = \"t\"\notherwise = \"FAILURE\"\n";
    let compare = "compare = { holds = { fact = \"f\" } }\n";
    let text = format!("name = \"p\"\nversion = \"1\"\n[[rule]]\n{rule}{compare}");
    toml::from_str(&text).unwrap()
}

/// A campaign of the small testbed: each of its four cells stands otherwise.
fn history() -> History {
    let testbed: Testbed = toml::from_str(include_str!("../../lab/testbeds/small.toml")).unwrap();
    let trials = plan(&testbed, &Selection::default(), 1).unwrap();
    let campaign: CampaignId = "c-1".parse().unwrap();
    let started = CampaignStarted { campaign: campaign.clone(), testbed, pins: Pins::new() };
    let planned = TrialsPlanned { campaign: campaign.clone(), trials: trials.clone() };
    let mut events = vec![Event::CampaignStarted(started), Event::TrialsPlanned(planned)];
    for (trial, (walked, last)) in trials.iter().zip(fates()) {
        for step in Step::ALL.into_iter().take(walked) {
            let is_last = usize::from(step.number()) == walked;
            let outcome = if is_last { last.clone() } else { Outcome::Completed };
            events.push(finished(&campaign, trial, step, outcome));
        }
    }
    told_by(events)
}

fn told_by(events: Vec<Event>) -> History {
    let recorded = |(position, event)| Recorded {
        position,
        at: "2026-11-23T08:30:00Z".parse().unwrap(),
        stream: "campaign/c-1".to_owned(),
        version: position,
        command: uuid::Uuid::from_u128(u128::from(position)),
        event,
    };
    let recorded: Vec<Recorded> = (0..).zip(events).map(recorded).collect();
    History::of(&recorded)
}

/// How many steps each trial walked, and how the last of them ended: two trials a cell.
fn fates() -> [(usize, Outcome); 8] {
    let reason = || "=cannot read, \"header\"\nat all".to_owned();
    let fails = || Outcome::NotCompleted { reason: reason() };
    let breaks = || Outcome::LabError { reason: reason() };
    let completes = || Outcome::Completed;
    [
        (7, completes()),
        (3, fails()),
        (0, completes()),
        (0, completes()),
        (6, breaks()),
        (2, completes()),
        (7, fails()),
        (1, fails()),
    ]
}

fn finished(campaign: &CampaignId, trial: &Trial, step: Step, outcome: Outcome) -> Event {
    Event::StepFinished(StepFinished {
        campaign: campaign.clone(),
        trial: trial.clone(),
        step,
        outcome,
        observations: Vec::new(),
        evidence: Vec::new(),
        pins: Pins::new(),
        act: "act".to_owned(),
        duration_ms: 750,
    })
}

fn back(text: &str) -> ForeignCampaign {
    let at = Some("2026-11-23T08:30:00Z".parse().unwrap());
    let defaults = Defaults { at, ..Defaults::default() };
    read(None, "ours.csv", text.as_bytes(), &defaults).unwrap().remove(0)
}

#[test]
fn our_own_exports_come_back_with_the_same_standings() {
    let (history, policy) = (history(), policy());
    let judged = Judged::new(&history.campaigns()[0], &policy);
    let cells = back(&cells_csv::operator(&judged).unwrap());
    let expected: Vec<_> = judged.cells().map(|(_, cell)| cell.verdict.standing).collect();
    let found: Vec<_> = cells.trials.iter().map(|it| it.standing).collect();
    assert_eq!((cells.campaign.as_str(), found), ("imported-c-1", expected.clone()));
    assert!(cells.testbed.platforms.iter().all(|it| it.stand_in), "stand-ins stay stand-ins");
    let kinds: BTreeSet<_> = expected.iter().collect();
    assert_eq!(kinds.len(), 4, "a campaign of each kind: {kinds:?}");

    let steps = back(&steps_csv::operator(&judged).unwrap());
    let all = judged.cells().flat_map(|(_, cell)| &cell.routes).flat_map(|it| &it.trials);
    let expected: BTreeMap<&Trial, _> = all
        .map(|it| (&it.trial, (it.verdict.standing, it.verdict.limiting().map(|it| it.step))))
        .collect();
    assert_eq!(steps.trials.len(), expected.len());
    for told in &steps.trials {
        let (standing, limiting) = expected[&told.trial];
        assert_eq!(told.standing, standing, "{}", told.trial);
        if standing.score().is_some() {
            assert_eq!(told.step, limiting, "{}", told.trial);
        }
    }
    let broken = steps.trials.iter().find(|it| it.reason.starts_with("=cannot read"));
    assert_eq!(broken.unwrap().reason, "=cannot read, \"header\"\nat all");
}

#[test]
fn what_the_file_does_not_say_is_never_taken_for_the_name_of_a_tool() {
    let policy = policy();
    for name in ["team.csv", "spreadsheet.csv", "portolan-cells.csv", "quic-interop.json"] {
        let bytes = std::fs::read(sample(name)).unwrap();
        for foreign in read(None, name, &bytes, &Defaults::default()).unwrap() {
            let ForeignCampaign { campaign, testbed, pins, trials, .. } = foreign;
            let trials = trials.into_iter().map(|it| it.trial).collect();
            let history = told_by(vec![
                Event::CampaignStarted(CampaignStarted {
                    campaign: campaign.clone(),
                    testbed,
                    pins,
                }),
                Event::TrialsPlanned(TrialsPlanned { campaign, trials }),
            ]);
            let judged = Judged::new(&history.campaigns()[0], &policy);
            assert_eq!(leak::tool_named(&judged), None, "{name}");
        }
    }
}
