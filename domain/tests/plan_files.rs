//! Plans as files: what is read back, and what hostile files are told.

use domain::plan::{MOST_TRIALS, Trial};
use domain::plan_file::{PlanFile, PlanFileProblem, SCHEMA};
use domain::testbed::TestbedProblem;
use domain::trials::TrialsProblem;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::*;

fn plan() -> PlanFile {
    PlanFile::new(testbed(), trials())
}

/// The plan with one place altered.
fn altered(place: &str, value: Value) -> Result<PlanFile, PlanFileProblem> {
    let mut file = serde_json::to_value(plan()).unwrap();
    *file.pointer_mut(place).unwrap() = value;
    PlanFile::parse(&file.to_string())
}

fn shape(text: &str) -> String {
    match PlanFile::parse(text) {
        Err(PlanFileProblem::Shape(words)) => words,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    let baseline = Some("spring".parse().unwrap());
    let plan = PlanFile { baseline, estimate_ms: u64::MAX, ..plan() };
    assert_eq!(PlanFile::parse(&serde_json::to_string_pretty(&plan).unwrap()), Ok(plan));
    let bare = json!({ "schema": SCHEMA, "testbed": testbed(), "trials": trials() });
    assert_eq!(PlanFile::parse(&bare.to_string()), Ok(self::plan()));
}

#[test]
fn another_schema_is_told_before_anything_else() {
    let problem = altered("/schema", json!("portolan.plan/2")).unwrap_err();
    let words = "it says schema \"portolan.plan/2\", and this version reads \"portolan.plan/1\"";
    assert_eq!(problem.to_string(), words);
    // Also when nothing else is as it should be.
    let other = r#"{"schema": "portolan.matrix/1", "campaign": "c-1", "matrices": []}"#;
    assert!(matches!(PlanFile::parse(other), Err(PlanFileProblem::Schema(_))));
    let long = altered("/schema", json!("x".repeat(1 << 20))).unwrap_err();
    assert!(long.to_string().len() < 200);
}

#[test]
fn what_is_no_plan_is_told_in_few_words() {
    for text in
        ["", "[]", "null", "{}", "{\"schema\": 1}", "\u{feff}{}", "plan", "{\"schema\": \"a\"} x"]
    {
        assert!(!shape(text).is_empty(), "{text:?}");
    }
    for deep in ["[", "{\"a\":"].map(|it| it.repeat(100_000)) {
        shape(&deep);
        shape(&format!("{{\"schema\": \"{SCHEMA}\", \"testbed\": {deep}"));
        shape(&format!("{{\"schema\": \"{SCHEMA}\", \"more\": {deep}"));
    }
    let mut file = serde_json::to_value(plan()).unwrap();
    file["x".repeat(1 << 20)] = json!(1);
    let words = shape(&file.to_string());
    assert!(words.starts_with("unknown field") && words.len() <= 300, "{words}");
    let twice = serde_json::to_string(&plan()).unwrap().replacen('{', "{\"schema\":\"a\",", 1);
    assert!(shape(&twice).contains("duplicate field"));
    let mut file = serde_json::to_value(plan()).unwrap();
    file["testbed"]["platform"][0]["command"] = json!("rm -rf /");
    assert!(shape(&file.to_string()).starts_with("unknown field `command`"));
}

#[test]
fn numbers_and_names_are_checked_where_they_come_in() {
    for (place, value) in [
        ("/trials/0/repetition", json!(-1)),
        ("/trials/0/repetition", json!(1.5)),
        ("/trials/0/repetition", json!(u64::from(u32::MAX) + 1)),
        ("/trials/0/guest", json!("../../etc")),
        ("/trials/0/route", json!("")),
        ("/trials/0", json!(null)),
        ("/estimate_ms", json!("1")),
        ("/testbed/slots/cpu", json!(-3)),
    ] {
        let problem = altered(place, value).unwrap_err();
        assert!(matches!(problem, PlanFileProblem::Shape(_)), "{place}: {problem}");
    }
    let problem = altered("/testbed/slots/cpu", json!(0)).unwrap_err();
    assert!(matches!(problem, PlanFileProblem::Testbed(TestbedProblem::Bounds { .. })));
    let problem = altered("/testbed/route/0/converters/0", json!("stranger")).unwrap_err();
    assert!(problem.to_string().starts_with("its testbed: route `direct` names converter"));
}

#[test]
fn every_trial_is_one_of_its_testbed_and_stands_once() {
    let trials_problem = |place: &str, value: Value| {
        let problem = altered(place, value).unwrap_err();
        let PlanFileProblem::Trials(problem) = problem else { panic!("{problem}") };
        problem
    };
    for field in ["guest", "source", "target", "route"] {
        let problem = trials_problem(&format!("/trials/1/{field}"), json!("stranger"));
        assert!(matches!(problem, TrialsProblem::Unknown { place: 2, .. }), "{problem}");
    }
    let problem = trials_problem("/trials/0/repetition", json!(0));
    assert!(matches!(problem, TrialsProblem::Repetition { place: 1, .. }));
    let problem = trials_problem("/trials/1", json!(trials()[0]));
    assert_eq!(problem.to_string(), format!("trial 2, {}: it stands twice", trials()[0]));
    assert_eq!(trials_problem("/trials", json!([])), TrialsProblem::Empty);
    let nowhere = altered("/trials/0/target", json!(trials()[0].source)).unwrap_err();
    assert!(matches!(nowhere, PlanFileProblem::Nowhere { place: 1, .. }));
    let first = trials()[0].clone();
    let repeated = |repetition: u32| Trial { repetition, ..first.clone() };
    let many: Vec<Trial> = (1..=MOST_TRIALS as u32).map(repeated).collect();
    assert!(PlanFile::new(testbed(), many.clone()).validate().is_ok());
    let more = [many, vec![repeated(MOST_TRIALS as u32 + 1)]].concat();
    let problem = PlanFile::new(testbed(), more).validate().unwrap_err();
    assert_eq!(problem, PlanFileProblem::Trials(TrialsProblem::TooMany(MOST_TRIALS + 1)));
}

proptest! {
    /// Whatever is done to a plan's bytes, it is read or refused in bounded words.
    #[test]
    fn no_bytes_are_too_strange(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..6)
    ) {
        let mut letters: Vec<char> = serde_json::to_string(&plan()).unwrap().chars().collect();
        for (at, letter) in cuts {
            let at = at.index(letters.len());
            letters[at] = letter;
        }
        match PlanFile::parse(&letters.into_iter().collect::<String>()) {
            Ok(read) => prop_assert_eq!(read.clone().validate(), Ok(read)),
            Err(problem) => prop_assert!(problem.to_string().chars().count() < 800),
        }
    }
}
