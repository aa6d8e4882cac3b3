//! The wire form of a batch: what is written reads back, and nothing else is read.

mod arbitrary;

use arbitrary::{any_accepted, any_submission};
use domain::command::{Command, RecordStep, TakeOver};
use domain::event::{CellShown, Cost, Ending, Evidence, EvidenceKind, Outcome, Pins};
use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation};
use domain::plan::{MOST_TRIALS, Trial};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::wire::{
    Accepted, LARGEST_SUBMISSION, MOST_COMMANDS, MOST_EVIDENCE, MOST_OBSERVATIONS, MOST_PINS,
    NotASubmission, Submission, SubmissionVersion, Unfit,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::*;

fn submission(commands: Vec<Command>) -> Submission {
    let (schema, campaign) = (SubmissionVersion::V1, campaign_id());
    Submission { schema, campaign, expected_version: Some(3), lease: None, commands }
}

fn record_step() -> RecordStep {
    RecordStep {
        trial: trials()[0].clone(),
        step: Step::Restart,
        attempt: 1,
        outcome: Outcome::NotCompleted { reason: "no root disk".to_owned() },
        observations: vec![Observation::integer("memory.total_kib", 7, Channel::Host)],
        evidence: vec![Evidence {
            kind: EvidenceKind::SerialLog,
            name: "serial.log".to_owned(),
            sha256: Sha256Digest::of(b"log"),
            bytes: 3,
        }],
        act: "7/restart".to_owned(),
        duration_ms: 5170,
    }
}

fn written(submission: &Submission) -> Vec<u8> {
    serde_json::to_vec(submission).unwrap()
}

/// A batch of one step, as JSON to be spoilt.
fn sample() -> Json {
    serde_json::to_value(submission(vec![Command::RecordStep(record_step())])).unwrap()
}

fn read(json: &Json) -> Result<Submission, NotASubmission> {
    Submission::read(&serde_json::to_vec(json).unwrap())
}

#[test]
fn the_form_is_the_one_that_is_promised() {
    let promised = json!({
        "schema": "portolan.submission/1", "campaign": "c", "expected_version": 3, "lease": null,
        "commands": [{"record-step": {
            "trial": {"guest": "g", "source": "a", "target": "b", "route": "direct",
                      "repetition": 1},
            "step": "restart", "attempt": 1,
            "outcome": {"not-completed": {"reason": "no root disk"}},
            "observations": [
                {"fact": "memory.total_kib", "value": {"integer": 7}, "channel": "host"}],
            "evidence": [{"kind": "serial-log", "name": "serial.log",
                          "sha256": Sha256Digest::of(b"log").to_string(), "bytes": 3}],
            "act": "7/restart", "duration_ms": 5170}}],
    });
    assert_eq!(sample(), promised);
    assert!(read(&promised).is_ok());
    let others = submission(vec![
        Command::ResumeCampaign { pins: Pins::new(), attempt: 1 },
        Command::FinishCampaign { ending: Ending::LabError, cost: Cost::default(), attempt: 0 },
        Command::ShowScores {
            policy: "default 1".to_owned(),
            policy_sha256: Sha256Digest::of(b"policy"),
            cells: Vec::new(),
            attempt: 0,
        },
    ]);
    let others = serde_json::to_value(others).unwrap();
    assert_eq!(
        others["commands"],
        json!([
            {"resume-campaign": {"pins": {}, "attempt": 1}},
            {"finish-campaign": {"ending": "lab-error", "attempt": 0, "cost": {
                "wall_ms": 0, "tools_cpu_ms": 0, "own_cpu_ms": 0, "own_peak_kib": 0, "processors": 0}}},
            {"show-scores": {"policy": "default 1", "cells": [], "attempt": 0,
                "policy_sha256": Sha256Digest::of(b"policy").to_string()}},
        ])
    );
    let start = serde_json::to_value(start()).unwrap();
    let fields: Vec<&String> = start["start-campaign"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["pins", "plan", "testbed"]);
}

#[test]
fn what_may_be_left_out_is_read_as_nothing() {
    let mut short = sample();
    short
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !["lease", "expected_version"].contains(&&**key));
    let read = read(&short).unwrap();
    assert_eq!((read.lease, read.expected_version), (None, None));
}

#[test]
fn what_an_operator_does_at_the_log_cannot_be_sent() {
    let withdraw = Command::WithdrawStep {
        trial: trials()[0].clone(),
        step: Step::Export,
        position: 3,
        reason: "a cable".to_owned(),
        by: "ada".to_owned(),
    };
    let take_over = Command::TakeOver(Box::new(TakeOver {
        testbed: testbed(),
        pins: Pins::new(),
        origin: "CSV".to_owned(),
        file: "past.csv".to_owned(),
        file_sha256: Sha256Digest::of(b"file"),
        trials: Vec::new(),
    }));
    for command in [withdraw, take_over] {
        assert!(serde_json::to_vec(&submission(vec![command])).is_err());
    }
    for name in ["withdraw-step", "take-over", "TakeOver", "WithdrawStep", "RecordStep"] {
        let mut json = sample();
        json["commands"] = json!([{ name: {} }]);
        let why = read(&json).unwrap_err().to_string();
        assert!(why.contains(&format!("unknown variant `{name}`")), "{why}");
    }
}

/// Every place of a JSON value where an object stands.
fn objects(json: &Json, at: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(fields) => {
            found.push(at.to_owned());
            fields.iter().for_each(|(key, it)| objects(it, &format!("{at}/{key}"), found));
        }
        Json::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                objects(it, &format!("{at}/{index}"), found);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[test]
fn a_field_that_is_not_known_is_refused_wherever_it_stands() {
    let shown = Command::ShowScores {
        policy: "default 1".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        cells: vec![CellShown {
            guest: "g".parse().unwrap(),
            source: "a".parse().unwrap(),
            target: "b".parse().unwrap(),
            standing: Standing::Scored(Score::Warning),
            route: None,
        }],
        attempt: 0,
    };
    let ended =
        Command::FinishCampaign { ending: Ending::Completed, cost: Cost::default(), attempt: 0 };
    let commands = vec![start(), Command::RecordStep(record_step()), shown, ended];
    let whole = serde_json::to_value(submission(commands)).unwrap();
    let mut places = Vec::new();
    objects(&whole, "", &mut places);
    // These are maps: every name is one of theirs.
    places.retain(|it| !it.ends_with("/pins") && !it.ends_with("/settings"));
    assert!(places.len() > 20, "{places:?}");
    for place in places {
        let mut json = whole.clone();
        let fields = json.pointer_mut(&place).unwrap().as_object_mut().unwrap();
        fields.insert("zzz".to_owned(), json!({"deep": [1]}));
        assert!(matches!(read(&json), Err(NotASubmission::Form(_))), "{place}");
    }
}

#[test]
fn hostile_values_are_refused_in_words() {
    let command = "/commands/0/record-step";
    let mut two_in_one = sample()["commands"][0].clone();
    two_in_one["resume-campaign"] = json!({"pins": {}, "attempt": 1});
    let cases = [
        ("/schema", json!("portolan.submission/2"), "expected `portolan.submission/1`"),
        ("/campaign", json!(""), "is not an identifier"),
        ("/campaign", json!("../../etc"), "is not an identifier"),
        ("/campaign", json!("a\u{1b}[2J"), "is not an identifier"),
        ("/campaign", json!("a".repeat(65)), "is not an identifier"),
        ("/campaign", json!(["c"]), "expected a string"),
        ("/expected_version", json!(-1), "expected u64"),
        ("/expected_version", json!(1.5), "expected u64"),
        ("/expected_version", json!("1"), "expected u64"),
        ("/lease", json!(""), "the lease is needed"),
        ("/lease", json!("a\nb"), "the lease has control characters"),
        ("/lease", json!("x".repeat(513)), "the lease has control characters or more than 512"),
        ("/commands", json!([]), "no command in the batch"),
        ("/commands", json!({}), "expected a list of at most 1024 commands"),
        ("/commands", json!([null]), "expected value"),
        ("/commands", json!(["record-step"]), "invalid type: unit variant"),
        ("/commands", json!([two_in_one]), "expected value"),
        ("/trial/guest", json!("a/b"), "is not an identifier"),
        ("/trial/repetition", json!(4_294_967_296_u64), "expected u32"),
        ("/step", json!("eighth"), "unknown variant `eighth`"),
        ("/step", json!(8), "expected value"),
        ("/attempt", json!(-1), "expected u32"),
        ("/duration_ms", json!(-1), "expected u64"),
        ("/outcome", json!("success"), "unknown variant `success`"),
        ("/outcome", json!({"not-completed": null}), "invalid type: null"),
        ("/evidence/0/sha256", json!("zz"), "64 hexadecimal digits"),
        ("/evidence/0/name", json!("\u{1b}[2J"), "the name of a piece of evidence has control"),
        ("/observations/0/fact", json!(""), "the name of a fact is needed"),
        (
            "/observations/0/value",
            json!({"integer": 9_223_372_036_854_775_808_u64}),
            "expected i64",
        ),
        ("/observations/0/value", json!({"flag": true, "integer": 1}), "expected"),
        ("/act", json!("a\u{0}b"), "the act has control characters"),
    ];
    for (place, value, words) in cases {
        let mut json = sample();
        let whole = if json.pointer(place).is_some() {
            place.to_owned()
        } else {
            command.to_owned() + place
        };
        *json.pointer_mut(&whole).unwrap() = value;
        let why = read(&json).unwrap_err().to_string();
        assert!(why.contains(words), "{place}: {why}");
        assert!(!why.chars().any(char::is_control), "{place}: {why:?}");
    }
}

#[test]
fn hostile_bytes_are_refused_in_bounded_words() {
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let form = |commands: &str| {
        format!(r#"{{"schema":"portolan.submission/1","campaign":"c","commands":{commands}}}"#)
    };
    let huge = form(r#"[{"resume-campaign":{"pins":{},"attempt":1e400}}]"#);
    let cases = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        deep("[", "]"),
        form(&deep("[", "]")),
        form(&deep("{\"record-step\":", "}")),
        form(&deep("[{\"a\":", "}]")),
        huge,
        form("[{\"resume-campaign\":{\"pins\":{},\"attempt\":1,\"attempt\":2}}]"),
        form("[]") + "x",
        form("[]").replace("\"c\"", "\"c\",\"campaign\":\"d\""),
        format!("{{\"{}\":1}}", "\u{7f}é".repeat(500_000)),
        "\u{feff}{}".to_owned(),
    ];
    for json in cases {
        let why = Submission::read(json.as_bytes()).unwrap_err().to_string();
        assert!(why.chars().count() < 400, "{why}");
        assert!(!why.chars().any(char::is_control), "{why:?}");
    }
    assert!(Submission::read(b"\xff\xfe").is_err());
    let large = vec![b' '; LARGEST_SUBMISSION + 1];
    assert_eq!(Submission::read(&large), Err(NotASubmission::TooLarge(LARGEST_SUBMISSION + 1)));
}

#[test]
fn a_batch_is_bounded() {
    let steps = |count| submission(vec![Command::RecordStep(record_step()); count]);
    assert!(Submission::read(&written(&steps(MOST_COMMANDS))).is_ok());
    let why = Submission::read(&written(&steps(MOST_COMMANDS + 1))).unwrap_err().to_string();
    assert!(why.contains("expected a list of at most 1024 commands"), "{why}");
    let seen = Observation::flag("f", true, Channel::Host);
    let observations = vec![seen; MOST_OBSERVATIONS + 1];
    let evidence = vec![record_step().evidence[0].clone(); MOST_EVIDENCE + 1];
    let pins = (0..=MOST_PINS).map(|it| (it.to_string(), String::new())).collect();
    let commands = [
        Command::RecordStep(RecordStep { observations, ..record_step() }),
        Command::RecordStep(RecordStep { evidence, ..record_step() }),
        Command::ResumeCampaign { pins, attempt: 1 },
    ];
    for command in commands {
        let batch = submission(vec![Command::RecordStep(record_step()), command]);
        let refused = Submission::read(&written(&batch));
        let Err(NotASubmission::Command { index: 1, why }) = refused else { panic!("{refused:?}") };
        assert!(matches!(*why, Unfit::TooMany { .. }), "{why}");
    }
}

#[test]
fn a_start_is_checked_against_its_own_testbed() {
    let with = |testbed: domain::testbed::Testbed, plan: Vec<Trial>| {
        let start = Command::StartCampaign { testbed: Box::new(testbed), pins: Pins::new(), plan };
        Submission::read(&written(&submission(vec![start])))
    };
    assert!(with(testbed(), trials()).is_ok());
    let mut torn = testbed();
    torn.converters.clear();
    let (ok, twice) = (trials(), [trials(), trials()].concat());
    let other = vec![Trial { guest: "other".parse().unwrap(), ..ok[0].clone() }];
    let many = 1..=u32::try_from(MOST_TRIALS).unwrap() + 1;
    let many = many.map(|repetition| Trial { repetition, ..ok[0].clone() }).collect();
    let cases = [
        (torn, ok, "the testbed: "),
        (testbed(), Vec::new(), "the plan: it has no trials"),
        (testbed(), other, "the plan: trial 1"),
        (testbed(), twice, "it stands twice"),
        (testbed(), many, "more than a campaign may have"),
    ];
    for (testbed, plan, words) in cases {
        let why = with(testbed, plan).unwrap_err().to_string();
        assert!(why.contains(words) && why.starts_with("command 0 of the batch"), "{why}");
    }
}

#[test]
fn the_largest_plan_fits() {
    let long = "x".repeat(40);
    let mut testbed = testbed();
    testbed.guests[0].id = long.parse().unwrap();
    let trial =
        |repetition| Trial { guest: long.parse().unwrap(), repetition, ..trials()[0].clone() };
    let first = trial(1);
    let most = u32::try_from(MOST_TRIALS).unwrap();
    let plan = (1..=most).map(|repetition| Trial { repetition, ..first.clone() }).collect();
    let start = Command::StartCampaign { testbed: Box::new(testbed), pins: Pins::new(), plan };
    assert!(Submission::read(&written(&submission(vec![start]))).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(submission in any_submission()) {
        let json = written(&submission);
        let read = Submission::read(&json).unwrap();
        prop_assert_eq!(written(&read), json);
        prop_assert_eq!(read, submission);
    }

    #[test]
    fn an_answer_reads_back(accepted in any_accepted()) {
        let json = serde_json::to_vec(&accepted).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Accepted>(&json).unwrap(), accepted);
    }

    #[test]
    fn whatever_bytes_come_the_answer_is_words(
        submission in any_submission(),
        cut in any::<prop::sample::Index>(),
        with in vec(any::<u8>(), 0..6),
    ) {
        let mut json = written(&submission);
        let at = cut.index(json.len());
        let end = (at + with.len()).min(json.len());
        json.splice(at..end, with);
        // Some changes leave a batch: then it is one that is written as it was read.
        match Submission::read(&json) {
            Ok(read) => prop_assert_eq!(Submission::read(&written(&read)).unwrap(), read),
            Err(why) => {
                let why = why.to_string();
                prop_assert!(!why.chars().any(char::is_control) && why.chars().count() < 1000);
            }
        }
    }
}
