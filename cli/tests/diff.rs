//! `portolan diff` through the front door, over a store with three campaigns and a baseline.

use std::path::Path;
use std::sync::Arc;

use domain::command::{Command, RecordStep};
use domain::declare::Declaration;
use domain::event::{Cost, Ending, Outcome, Pins};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use ingest::Desk;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::Blobs;

use crate::{log, portolan, refused};

/// A store under the hands of the desk.
struct Lab {
    desk: Desk,
    testbed: Testbed,
    pins: Pins,
    now: Timestamp,
}

impl Lab {
    fn new(store: &Path) -> Self {
        let blobs = Blobs::local(&store.join("evidence")).unwrap();
        let pins = [
            ("platform:kvm-like", "QEMU 7.2, q35"),
            ("platform:xen-like", "QEMU 7.2, i440fx"),
            ("host:qemu", "7.2"),
            ("converter:qemu-img", "7.2"),
        ];
        Self {
            desk: Desk::open(Arc::new(log(store)), blobs).unwrap(),
            testbed: toml::from_str(include_str!("../../lab/testbeds/small.toml")).unwrap(),
            pins: pins.map(|(subject, version)| (subject.into(), version.into())).into(),
            now: "2026-11-23T06:00:00Z".parse().unwrap(),
        }
    }

    fn submit(&mut self, id: &CampaignId, command: Command) {
        self.now += SignedDuration::from_secs(1);
        self.desk.submit(id, command, self.now).unwrap();
    }

    /// A campaign in which each trial walks until its outcome ends it.
    fn campaign(&mut self, id: &str, ends: impl Fn(&Trial, Step) -> Outcome) {
        let id: CampaignId = id.parse().unwrap();
        let trials = plan(&self.testbed, &Selection::default(), 1).unwrap();
        let (testbed, pins) = (Box::new(self.testbed.clone()), self.pins.clone());
        self.submit(&id, Command::StartCampaign { testbed, pins, plan: trials.clone() });
        for trial in &trials {
            for step in Step::ALL {
                let outcome = ends(trial, step);
                let is_over = outcome != Outcome::Completed;
                self.submit(&id, record(trial, step, outcome));
                if is_over {
                    break;
                }
            }
        }
        let (ending, cost) = (Ending::Completed, Cost::default());
        self.submit(&id, Command::FinishCampaign { ending, cost, attempt: 0 });
    }

    fn baseline(&mut self, name: &str, campaign: &str) {
        let set = Declaration::SetBaseline {
            name: name.parse().unwrap(),
            campaign: campaign.parse().unwrap(),
            versions: self.pins.clone(),
            follows: None,
            reason: "before the upgrade".to_owned(),
        };
        self.desk.declare(set, "operator", self.now).unwrap();
    }
}

fn record(trial: &Trial, step: Step, outcome: Outcome) -> Command {
    Command::RecordStep(RecordStep {
        trial: trial.clone(),
        step,
        attempt: 0,
        outcome,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: format!("{step} {trial}"),
        duration_ms: 1000,
    })
}

fn is(trial: &Trial, guest: &str, source: &str) -> bool {
    trial.guest.as_str() == guest && trial.source.as_str() == source
}

/// `lean` does not start on xen-like any more since the second campaign; in the third the lab breaks
/// under `server`.
fn three_campaigns(store: &Path, testbed_name: &str) {
    let mut lab = Lab::new(store);
    testbed_name.clone_into(&mut lab.testbed.name);
    lab.campaign("c-1", |_, _| Outcome::Completed);
    lab.baseline("spring", "c-1");
    lab.pins.insert("host:qemu".to_owned(), "10.1".to_owned());
    let upgraded = |trial: &Trial, step| match is(trial, "lean", "kvm-like") {
        true if step == Step::Restart => {
            Outcome::NotCompleted { reason: "qemu-img: no boot device".to_owned() }
        }
        true | false => Outcome::Completed,
    };
    lab.campaign("c-2", upgraded);
    lab.campaign("c-3", |trial, step| match is(trial, "server", "xen-like") {
        true if step == Step::Import => Outcome::LabError { reason: "no space left".to_owned() },
        true | false => upgraded(trial, step),
    });
}

fn json(store: &Path, words: &[&str]) -> Value {
    let called = portolan(store, words);
    assert_eq!(called.code, 0, "{}", called.err);
    serde_json::from_str(&called.out).unwrap()
}

#[test]
fn a_comparison_reads_well_and_counts_every_cell() {
    let folder = tempfile::tempdir().unwrap();
    three_campaigns(folder.path(), "small lab");
    let called = portolan(folder.path(), &["diff", "--baseline", "spring"]);
    assert_eq!(called.code, 0, "{}", called.err);
    insta::assert_snapshot!("diff", called.out);
    let file = json(folder.path(), &["--json", "diff", "--baseline", "spring"]);
    assert_eq!(
        (&file["schema"], &file["audience"]),
        (&"portolan.diff/1".into(), &"operator".into())
    );
    let counts = file["counts"].as_object().unwrap();
    assert_eq!((counts.len(), &file["cells_total"]), (12, &4.into()));
    assert_eq!(counts.values().map(|it| it.as_u64().unwrap()).sum::<u64>(), 4);
    assert_eq!(file["open_regressions"], 1);
    let lean = file["cells"].as_array().unwrap().iter().find(|it| it["change"] == "regressed");
    let words = lean.unwrap()["words"].as_str().unwrap();
    assert_eq!(
        words,
        "kvm-like → xen-like for lean regressed: WARNING → FAILURE at step 7 since c-2 (last good \
         c-1); goes with host:qemu 7.2 → 10.1."
    );
}

#[test]
fn a_gate_stops_what_got_worse() {
    let folder = tempfile::tempdir().unwrap();
    three_campaigns(folder.path(), "small lab");
    let gate = |more: &[&str]| portolan(folder.path(), &[&["diff"], more].concat());
    let worse = gate(&["--baseline", "spring", "--fail-on", "regression"]);
    assert_eq!(worse.code, 1);
    assert!(worse.err.contains("1 cell worse than in c-1: 1 regressed; 1 open regression"));
    assert!(worse.out.contains("▼ regressed: 1 cell"), "what stops it is shown as well");
    let guest = ["--baseline", "spring", "--guest", "server", "--fail-on"];
    assert_eq!(gate(&[&guest[..], &["regression"]].concat()).code, 0);
    assert_eq!(gate(&[&guest[..], &["change"]].concat()).code, 1, "a broken lab is a change");
    assert_eq!(gate(&[&guest[..], &["none"]].concat()).code, 0);
    let since = ["--from", "c-2", "--campaign", "c-2", "--fail-on", "change"];
    assert_eq!(gate(&since).code, 0);
}

#[test]
fn two_campaigns_can_be_compared_without_a_baseline() {
    let folder = tempfile::tempdir().unwrap();
    three_campaigns(folder.path(), "small lab");
    let file = json(folder.path(), &["--json", "diff", "--from", "c-1", "--campaign", "c-2"]);
    assert_eq!((&file["baseline"], &file["to"]["campaign"]), (&Value::Null, &"c-2".into()));
    assert_eq!(file["counts"]["regressed"], 1);
    let back = json(folder.path(), &["--json", "diff", "--from", "c-2", "--campaign", "c-1"]);
    assert_eq!((&back["counts"]["fixed"], &back["open_regressions"]), (&1.into(), &0.into()));
}

#[test]
fn a_baseline_that_is_set_anew_is_compared_with_what_it_stands_for_now() {
    let folder = tempfile::tempdir().unwrap();
    three_campaigns(folder.path(), "small lab");
    Lab::new(folder.path()).baseline("spring", "c-2");
    let file = json(folder.path(), &["--json", "diff", "--baseline", "spring"]);
    assert_eq!(
        (&file["baseline"]["revision"], &file["from"]["campaign"]),
        (&2.into(), &"c-2".into())
    );
    assert_eq!(file["counts"]["regressed"], 0);
}

#[test]
fn every_form_is_there_for_every_reader() {
    let folder = tempfile::tempdir().unwrap();
    three_campaigns(folder.path(), "small lab");
    for format in ["text", "csv", "json", "html"] {
        let words = ["diff", "--baseline", "spring", "--all", "--format", format, "--audience"];
        let of = |audience| portolan(folder.path(), &[&words[..], &[audience]].concat());
        let (public, operator) = (of("public"), of("operator"));
        assert_eq!((public.code, operator.code), (0, 0), "{}{}", public.err, operator.err);
        assert!(
            !public.out.contains("qemu-img") && !public.out.contains("portolan-ovf"),
            "{format}"
        );
        assert!(public.out.contains("unchanged"), "{format}");
        assert_eq!(of("auditor").out, operator.out);
    }
    let sheet = portolan(folder.path(), &["diff", "--baseline", "spring", "--format", "csv"]).out;
    assert_eq!(sheet.split("\r\n").count(), 6, "a header, four cells, and the last line's end");
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path();
    refused(&store.join("nothing"), &["diff", "--baseline", "spring"], 2, "there is no store at");
    three_campaigns(store, "small lab");
    refused(store, &["diff"], 2, "--baseline <NAME>");
    refused(store, &["diff", "--baseline", "spring", "--from", "c-1"], 2, "cannot be used with");
    refused(
        store,
        &["diff", "--baseline", "autumn"],
        2,
        "there is no baseline `autumn`; known: spring",
    );
    refused(
        store,
        &["diff", "--from", "c-9"],
        2,
        "there is no campaign `c-9`; known: c-1, c-2, c-3",
    );
    let words = ["diff", "--baseline", "spring", "--campaign", "c-0"];
    refused(store, &words, 2, "there is no campaign `c-0`; known: c-1");
    let words = ["diff", "--baseline", "spring", "--guest", "amiga"];
    refused(store, &words, 2, "neither campaign has guest `amiga`; known: server, lean");
    let words = ["--json", "diff", "--baseline", "spring", "--format", "csv"];
    refused(store, &words, 2, "--json and --format ask for two things");
    refused(store, &["diff", "--baseline", "../spring"], 2, "is not an identifier");
}

#[test]
fn a_store_without_campaigns_or_baselines_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    drop(Lab::new(folder.path()));
    let words = ["diff", "--baseline", "spring"];
    refused(folder.path(), &words, 2, "portolan baseline set spring");
    refused(folder.path(), &["diff", "--from", "c-1"], 2, "the store holds no campaign yet");
}

#[test]
fn what_names_a_tool_is_not_published() {
    let folder = tempfile::tempdir().unwrap();
    three_campaigns(folder.path(), "the QEMU-IMG lab");
    let words = ["diff", "--baseline", "spring", "--audience", "public"];
    refused(folder.path(), &words, 2, "names the conversion tool `qemu-img`");
    assert_eq!(portolan(folder.path(), &["diff", "--baseline", "spring"]).code, 0);
}
