//! Any verdict of a trial, and the aggregation rule written out.

use domain::check::{Check, Finding};
use domain::diagnosis::Cause;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::verdict::{StepVerdict, TrialVerdict};
use proptest::prelude::*;
use proptest::sample::select;

const SCORES: [Score; 3] = [Score::Failure, Score::Warning, Score::Success];
pub(crate) const RULES: [&str; 4] = ["A", "B", "C", "R.step.4"];

fn finding() -> impl Strategy<Value = Finding> {
    let score = || select(SCORES.to_vec());
    prop_oneof![
        score().prop_map(Finding::Scored),
        score().prop_map(Finding::NotObserved),
        Just(Finding::NotApplicable),
    ]
}

fn checks() -> impl Strategy<Value = Vec<Check>> {
    let check = |(rule, finding): (&str, Finding)| Check {
        rule: rule.to_owned(),
        title: "t".to_owned(),
        finding,
        why: "w".to_owned(),
    };
    prop::collection::vec((select(RULES.to_vec()), finding()).prop_map(check), 0..4)
}

pub(crate) fn lowest(checks: &[Check]) -> Score {
    checks.iter().filter_map(|it| it.finding.score()).min().unwrap_or(Score::Success)
}

pub(crate) fn step_verdict(step: Step, standing: Standing, checks: Vec<Check>) -> StepVerdict {
    let failed = standing == Standing::Scored(Score::Failure);
    StepVerdict {
        step,
        standing,
        checks,
        reason: None,
        cause: failed.then_some(Cause::DataAltered),
    }
}

/// A verdict of a trial that came so far, and then ran on, stopped for now or met a lab error.
pub(crate) fn verdict() -> impl Strategy<Value = TrialVerdict> {
    let walked = prop::collection::vec(checks(), 0..=7);
    let rest = select(vec![Standing::NotRun, Standing::Blocked, Standing::LabError]);
    (walked, rest).prop_map(|(walked, rest)| {
        let steps: Vec<StepVerdict> = Step::ALL
            .into_iter()
            .enumerate()
            .map(|(place, step)| match (walked.get(place), rest) {
                (Some(checks), _) => {
                    step_verdict(step, Standing::Scored(lowest(checks)), checks.clone())
                }
                (None, Standing::LabError) if place > walked.len() => {
                    step_verdict(step, Standing::NotRun, Vec::new())
                }
                (None, rest) => step_verdict(step, rest, Vec::new()),
            })
            .collect();
        TrialVerdict { standing: plain_standing(&steps), steps }
    })
}

/// The aggregation rule, written out: a FAILURE counts at once, then a broken lab, then a gap.
pub(crate) fn plain_standing(steps: &[StepVerdict]) -> Standing {
    let has = |wanted: Standing| steps.iter().any(|it| it.standing == wanted);
    let all_scored = steps.iter().all(|it| it.standing.score().is_some());
    match () {
        () if has(Standing::Scored(Score::Failure)) => Standing::Scored(Score::Failure),
        () if has(Standing::LabError) => Standing::LabError,
        () if !all_scored => Standing::NotRun,
        () if has(Standing::Scored(Score::Warning)) => Standing::Scored(Score::Warning),
        () => Standing::Scored(Score::Success),
    }
}
