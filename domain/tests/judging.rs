//! Rules and verdicts: each comparison by example, and the lowest score against a plain fold.

use domain::check::{Finding, check};
use domain::diagnosis::Cause;
use domain::event::{Outcome, StepFinished};
use domain::observation::{Channel, Observation, Value};
use domain::policy::{Policy, Rule};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Migration;
use domain::verdict::{StepSeen, Steps, judge};
use proptest::prelude::*;

use crate::support::*;

fn rule(compare: &str, more: &str) -> Rule {
    let text = format!(
        "id = \"T\"\nstep = 7\ntitle = \"t\"\ncompare = {{ {compare} }}\notherwise = \"FAILURE\"\n{more}"
    );
    toml::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn seen(value: Value) -> Vec<Observation> {
    vec![Observation::new("f", value, Channel::SerialConsole)]
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(ToString::to_string).collect())
}

const SUCCESS: Finding = Finding::Scored(Score::Success);
const WARNING: Finding = Finding::Scored(Score::Warning);
const FAILURE: Finding = Finding::Scored(Score::Failure);
const UNREAD: Finding = Finding::NotObserved(Score::Warning);

#[test]
fn every_comparison_by_example() {
    let int = Value::Integer;
    let within = "within = { fact = \"f\", success_percent = 2, warning_percent = 10 }";
    let at_most = "at-most = { fact = \"f\", success = 0, warning = 5 }";
    let cases = [
        ("same = { fact = \"f\" }", int(1), int(1), SUCCESS),
        ("same = { fact = \"f\" }", int(1), int(2), FAILURE),
        ("same-set = { fact = \"f\" }", list(&["a", "b"]), list(&["b", "a"]), SUCCESS),
        ("same-set = { fact = \"f\" }", list(&["a"]), list(&["a", "b"]), FAILURE),
        ("keeps = { fact = \"f\" }", list(&["a"]), list(&["a", "b"]), SUCCESS),
        ("keeps = { fact = \"f\" }", list(&["a", "b"]), list(&["a"]), FAILURE),
        ("differs = { fact = \"f\" }", int(1), int(2), SUCCESS),
        ("differs = { fact = \"f\" }", int(1), int(1), FAILURE),
        ("not-less = { fact = \"f\" }", int(1), int(2), SUCCESS),
        ("not-less = { fact = \"f\" }", int(2), int(1), FAILURE),
        ("not-more = { fact = \"f\" }", int(2), int(1), SUCCESS),
        ("not-more = { fact = \"f\" }", int(1), int(2), FAILURE),
        (within, int(1000), int(1020), SUCCESS),
        (within, int(1000), int(979), WARNING),
        (within, int(1000), int(899), FAILURE),
        (within, int(i64::MAX), int(i64::MIN), FAILURE),
        ("holds = { fact = \"f\" }", int(0), Value::Flag(true), SUCCESS),
        ("holds = { fact = \"f\" }", int(0), Value::Flag(false), FAILURE),
        ("holds = { fact = \"f\" }", int(0), int(1), UNREAD),
        ("holds-not = { fact = \"f\" }", int(0), Value::Flag(false), SUCCESS),
        ("none = { fact = \"f\" }", int(0), list(&[]), SUCCESS),
        ("none = { fact = \"f\" }", int(0), int(3), FAILURE),
        ("some = { fact = \"f\" }", int(0), Value::Text("x".into()), SUCCESS),
        ("some = { fact = \"f\" }", int(0), Value::Text(String::new()), FAILURE),
        (at_most, int(0), int(0), SUCCESS),
        (at_most, int(0), int(5), WARNING),
        (at_most, int(0), int(6), FAILURE),
        ("covers = { have = \"f\", need = \"f\" }", int(0), int(6), SUCCESS),
        (
            "contains = { list = \"f\", item = \"f\" }",
            list(&["x"]),
            Value::Text("x".into()),
            SUCCESS,
        ),
        (
            "contains = { list = \"f\", item = \"f\" }",
            list(&["x"]),
            Value::Text("y".into()),
            FAILURE,
        ),
        (
            "same = { fact = \"f\" }",
            int(0),
            Value::NotApplicable("n".into()),
            Finding::NotApplicable,
        ),
    ];
    for (compare, before, now, finding) in cases {
        let found = check(&rule(compare, ""), &seen(before.clone()), &seen(now.clone()));
        assert_eq!(found.finding, finding, "{compare}: {before:?} {now:?}: {}", found.why);
    }
}

#[test]
fn a_fact_that_was_not_read_is_never_a_success() {
    let same = rule("same = { fact = \"f\" }", "");
    let read = seen(Value::Integer(1));
    for (before, now, word) in
        [(&[][..], &read[..], "before"), (&read, &[], "after"), (&[], &[], "before")]
    {
        let found = check(&same, before, now);
        assert_eq!(found.finding, UNREAD);
        assert_eq!(found.why, format!("f {word} was not observed"));
    }
    let strict = rule("same = { fact = \"f\" }", "unread = \"FAILURE\"");
    assert_eq!(check(&strict, &[], &[]).finding, Finding::NotObserved(Score::Failure));
}

#[test]
fn a_rule_for_what_the_source_had_rests_where_it_had_nothing() {
    let rule = rule("some = { fact = \"f\" }", "when_source_had = \"f\"");
    let (nothing, something) = (seen(list(&[])), seen(list(&["10.0.0.1"])));
    assert_eq!(check(&rule, &nothing, &nothing).finding, Finding::NotApplicable);
    assert_eq!(check(&rule, &something, &nothing).finding, FAILURE);
}

fn policy() -> Policy {
    let rules = (1..=7).map(|step| {
        format!(
            "[[rule]]\nid = \"T.{step}\"\nstep = {step}\ntitle = \"t\"\n\
             compare = {{ at-most = {{ fact = \"f\", success = 0, warning = 1 }} }}\n\
             otherwise = \"FAILURE\"\n"
        )
    });
    toml::from_str(&format!("name = \"p\"\nversion = \"1\"\n{}", rules.collect::<String>()))
        .unwrap()
}

fn steps(values: &[(i64, Outcome)]) -> Steps {
    let seen_step = |(step, (value, outcome)): (&Step, &(i64, Outcome))| {
        let finished = StepFinished {
            campaign: campaign_id(),
            trial: trials()[0].clone(),
            step: *step,
            outcome: outcome.clone(),
            observations: seen(Value::Integer(*value)),
            evidence: Vec::new(),
            pins: domain::event::Pins::new(),
            act: String::new(),
            duration_ms: 0,
        };
        let at = "2026-11-23T08:30:00Z".parse().unwrap();
        (*step, StepSeen { position: 0, at, finished, withdrawn: None })
    };
    Step::ALL.iter().zip(values).map(seen_step).collect()
}

#[test]
fn what_follows_a_step_that_was_not_completed_is_blocked() {
    let verdict =
        judge(&policy(), Migration::Cold, &steps(&[(0, Outcome::Completed), (0, not_completed())]));
    assert_eq!(verdict.standing, Standing::Scored(Score::Failure));
    let standings: Vec<Standing> = verdict.steps.iter().map(|it| it.standing).collect();
    assert_eq!(standings[1], Standing::Scored(Score::Failure));
    assert!(standings[2..].iter().all(|it| *it == Standing::Blocked));
    assert_eq!(verdict.limiting().unwrap().step, Step::Shutdown);
}

#[test]
fn a_lab_error_is_no_failure() {
    let verdict =
        judge(&policy(), Migration::Cold, &steps(&[(0, Outcome::Completed), (9, lab_error())]));
    assert_eq!(verdict.standing, Standing::LabError);
    assert_eq!(verdict.steps[2].standing, Standing::NotRun);
}

#[test]
fn a_guest_that_did_not_boot_is_given_a_cause() {
    let mut six = vec![(0, Outcome::Completed); 6];
    let reason = "the guest gave up: ALERT!  LABEL=x does not exist.  Dropping to a shell!";
    six.push((0, Outcome::NotCompleted { reason: reason.to_owned() }));
    let verdict = judge(&policy(), Migration::Cold, &steps(&six));
    assert_eq!(verdict.steps[6].cause, Some(Cause::DriverMissingInInitramfs));
}

proptest! {
    /// The aggregation rule against a plain minimum over the seven numbers.
    #[test]
    fn a_finished_trial_scores_its_lowest_step(values in proptest::array::uniform7(0..3_i64)) {
        let all: Vec<_> = values.iter().map(|it| (*it, Outcome::Completed)).collect();
        let scores = [Score::Success, Score::Warning, Score::Failure];
        let plain = scores[values.iter().max().map_or(0, |it| usize::try_from(*it).unwrap())];
        prop_assert_eq!(judge(&policy(), Migration::Cold, &steps(&all)).standing, Standing::Scored(plain));
    }

    /// An unfinished trial has no score unless one of its steps is a FAILURE.
    #[test]
    fn an_unfinished_trial_scores_only_failure(values in proptest::collection::vec(0..3_i64, 0..7)) {
        let some: Vec<_> = values.iter().map(|it| (*it, Outcome::Completed)).collect();
        let plain = match values.contains(&2) {
            true => Standing::Scored(Score::Failure),
            false => Standing::NotRun,
        };
        prop_assert_eq!(judge(&policy(), Migration::Cold, &steps(&some)).standing, plain);
    }
}
