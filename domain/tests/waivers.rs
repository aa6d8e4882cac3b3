//! Waivers relax what they name and nothing else: against a plain second implementation.

use domain::check::{Check, Finding};
use domain::event::{CheckWaived, WaiverScope};
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::verdict::{TrialVerdict, told};
use proptest::prelude::*;
use proptest::sample::select;

use crate::declarations::at;
use crate::verdicts::{RULES, lowest, plain_standing, step_verdict, verdict};

fn waiver(rule: &str, scope: WaiverScope) -> CheckWaived {
    CheckWaived {
        waiver: "w".parse().unwrap(),
        rule: rule.to_owned(),
        scope,
        reason: "r".to_owned(),
        owner: "ada".to_owned(),
        expires: at(100),
    }
}

fn trial(names: [&str; 4]) -> Trial {
    Trial {
        guest: names[0].parse().unwrap(),
        source: names[1].parse().unwrap(),
        target: names[2].parse().unwrap(),
        route: names[3].parse().unwrap(),
        repetition: 1,
    }
}

fn scope(names: [Option<&str>; 4]) -> WaiverScope {
    WaiverScope {
        guest: names[0].map(|it| it.parse().unwrap()),
        source: names[1].map(|it| it.parse().unwrap()),
        target: names[2].map(|it| it.parse().unwrap()),
        route: names[3].map(|it| it.parse().unwrap()),
    }
}

fn names() -> impl Strategy<Value = [&'static str; 4]> {
    prop::array::uniform4(select(vec!["x", "y"]))
}

fn waiver_of() -> impl Strategy<Value = (&'static str, [Option<&'static str>; 4])> {
    let name = || prop::option::weighted(0.3, select(vec!["x", "y"]));
    (select(RULES.to_vec()), prop::array::uniform4(name()))
}

#[test]
fn a_waiver_covers_what_it_names_and_nothing_else() {
    let all = waiver("A", WaiverScope::default());
    assert!(all.covers("A", &trial(["x"; 4])) && !all.covers("A.b", &trial(["x"; 4])));
    for place in 0..4 {
        let mut named = [None; 4];
        named[place] = Some("x");
        let narrow = waiver("A", scope(named));
        let mut other = ["x"; 4];
        assert!(narrow.covers("A", &trial(other)));
        other[place] = "y";
        assert!(!narrow.covers("A", &trial(other)), "{other:?}");
    }
    // A log from elsewhere may hold what the desk would refuse.
    for above in ["R.step.1", "R.step.9", "R.repeat.ip"] {
        assert!(!waiver(above, WaiverScope::default()).covers(above, &trial(["x"; 4])));
    }
}

#[test]
fn what_another_system_told_stays_as_told() {
    let told_trial = domain::told::ToldTrial {
        trial: trial(["x"; 4]),
        standing: Standing::Scored(Score::Warning),
        step: Some(Step::Import),
        reason: "late".to_owned(),
        duration_ms: 0,
        at: at(0),
    };
    let verdict = told(&told_trial);
    let waiver = waiver("A", WaiverScope::default());
    assert_eq!(verdict.clone().waived(&[&waiver], &told_trial.trial), verdict);
    assert_eq!(verdict.steps[5].reason.as_deref(), Some("late"));
    let standings: Vec<Standing> = verdict.steps.iter().map(|it| it.standing).collect();
    assert_eq!(standings.iter().filter(|it| **it == Standing::NotRun).count(), 6);
}

#[test]
fn a_cause_found_with_what_is_waived_is_told_no_more() {
    let check = |rule: &str| Check {
        rule: rule.to_owned(),
        title: "t".to_owned(),
        finding: Finding::Scored(Score::Failure),
        why: "w".to_owned(),
    };
    let failed = Standing::Scored(Score::Failure);
    let step = step_verdict(Step::Restart, failed, vec![check("A"), check("B")]);
    let verdict = TrialVerdict { standing: failed, steps: vec![step] };
    let waived = verdict.waived(&[&waiver("A", WaiverScope::default())], &trial(["x"; 4]));
    assert_eq!((waived.steps[0].standing, waived.steps[0].cause), (failed, None));
    assert!(waived.steps[0].checks[0].why.contains("until 1970-01-01 00:01 UTC"));
}

proptest! {
    /// A plain table: what a waiver names costs nothing, unless it stands above every policy.
    #[test]
    fn waivers_relax_what_a_plain_table_says(
        before in verdict(), at_hand in names(), waivers in prop::collection::vec(waiver_of(), 0..4)
    ) {
        let covered = |rule: &str| waivers.iter().any(|(wanted, names)| {
            let fits = names.iter().zip(at_hand).all(|(it, name)| it.is_none() || *it == Some(name));
            *wanted == rule && rule != "R.step.4" && fits
        });
        let declared: Vec<CheckWaived> =
            waivers.iter().map(|(rule, names)| waiver(rule, scope(*names))).collect();
        let after = before.clone().waived(&declared.iter().collect::<Vec<_>>(), &trial(at_hand));
        let costs = |it: &&Check| it.finding.score().is_some_and(|score| score < Score::Success);
        for (then, now) in before.steps.iter().zip(&after.steps) {
            let left = then.checks.iter().filter(|it| !(costs(it) && covered(&it.rule)));
            let left: Vec<Check> = left.cloned().collect();
            let waived = then.checks.len() - left.len();
            if waived == 0 {
                prop_assert_eq!(then, now);
                continue;
            }
            prop_assert_eq!(now.standing, Standing::Scored(lowest(&left)));
            let is_waived = |it: &&Check| matches!(it.finding, Finding::Waived(_));
            prop_assert_eq!(now.checks.iter().filter(is_waived).count(), waived);
            for (raw, relaxed) in then.checks.iter().zip(&now.checks) {
                if let Finding::Waived(cost) = relaxed.finding {
                    prop_assert_eq!(raw.finding.score(), Some(cost));
                    prop_assert!(relaxed.why.starts_with("w; waived by ada until "));
                } else {
                    prop_assert_eq!(raw, relaxed);
                }
            }
        }
        prop_assert_eq!(after.standing, plain_standing(&after.steps));
        prop_assert!(before.standing.score() <= after.standing.score() || after.standing.score().is_none());
    }
}
