//! From the steps of one trial to its scores: the aggregation rule of the seed.
//!
//! A step's score is the lowest of its checks; a trial's score is the lowest of its steps.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::{Check, Finding, check};
use crate::diagnosis::{Cause, why_no_boot, why_not_well};
use crate::event::{Outcome, StepFinished};
use crate::observation::Observation;
use crate::policy::Policy;
use crate::score::{Score, Standing};
use crate::step::Step;

/// A finished step and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSeen {
    /// Position of the event in the log.
    pub position: u64,
    /// The event.
    pub finished: StepFinished,
}

/// The finished steps of one trial; of several attempts the last.
pub type Steps = BTreeMap<Step, StepSeen>;

/// How one step stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepVerdict {
    /// Which step.
    pub step: Step,
    /// How it stands.
    pub standing: Standing,
    /// What each rule found.
    pub checks: Vec<Check>,
    /// Why it could not be completed, in the words of the witness.
    pub reason: Option<String>,
    /// The class of the failure's cause.
    pub cause: Option<Cause>,
}

/// How one trial stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialVerdict {
    /// How it stands.
    pub standing: Standing,
    /// All seven steps, in order.
    pub steps: Vec<StepVerdict>,
}

impl TrialVerdict {
    /// The step that holds the trial back: the first among those with the lowest score.
    #[must_use]
    pub fn limiting(&self) -> Option<&StepVerdict> {
        let scored = self.steps.iter().filter(|it| it.standing.score().is_some());
        scored
            .min_by_key(|it| it.standing.score())
            .filter(|it| it.standing != Standing::Scored(Score::Success))
    }
}

/// Judges one trial under one policy.
#[must_use]
pub fn judge(policy: &Policy, steps: &Steps) -> TrialVerdict {
    let before: &[Observation] = observations(steps, Step::SanityCheck);
    let mut verdicts = Vec::with_capacity(Step::ALL.len());
    let mut stopped = Standing::NotRun;
    for step in Step::ALL {
        let verdict = match steps.get(&step) {
            Some(seen) => judge_step(policy, before, &seen.finished),
            None => unreached(step, stopped),
        };
        if let Some(seen) = steps.get(&step) {
            stopped = match seen.finished.outcome {
                Outcome::NotCompleted { .. } => Standing::Blocked,
                Outcome::Completed | Outcome::LabError { .. } => stopped,
            };
        }
        verdicts.push(verdict);
    }
    TrialVerdict { standing: lowest(&verdicts), steps: verdicts }
}

fn observations(steps: &Steps, step: Step) -> &[Observation] {
    steps.get(&step).map_or(&[], |seen| &seen.finished.observations)
}

fn unreached(step: Step, standing: Standing) -> StepVerdict {
    StepVerdict { step, standing, checks: Vec::new(), reason: None, cause: None }
}

fn judge_step(policy: &Policy, before: &[Observation], event: &StepFinished) -> StepVerdict {
    let now = &event.observations;
    let step = event.step;
    let (standing, checks, reason) = match &event.outcome {
        Outcome::LabError { reason } => (Standing::LabError, Vec::new(), Some(reason.clone())),
        Outcome::NotCompleted { reason } => {
            let checks = vec![not_completed(step, reason)];
            (Standing::Scored(Score::Failure), checks, Some(reason.clone()))
        }
        Outcome::Completed => {
            let rules = policy.rules.iter().filter(|rule| rule.step == step);
            let checks: Vec<Check> = rules.map(|rule| check(rule, before, now)).collect();
            let lowest = checks.iter().filter_map(|check| check.finding.score()).min();
            (Standing::Scored(lowest.unwrap_or(Score::Success)), checks, None)
        }
    };
    let cause = match (&reason, standing) {
        (Some(reason), Standing::Scored(Score::Failure)) if boots(step) => {
            Some(why_no_boot(reason, now))
        }
        (None, Standing::Scored(Score::Failure)) if boots(step) => {
            why_not_well(before, now, &failing(policy, &checks))
        }
        _ => None,
    };
    StepVerdict { step, standing, checks, reason, cause }
}

/// The facts whose rules are FAILUREs.
fn failing<'a>(policy: &'a Policy, checks: &[Check]) -> Vec<&'a str> {
    let failed = |rule: &str| {
        checks.iter().any(|it| it.rule == rule && it.finding.score() == Some(Score::Failure))
    };
    let rules = policy.rules.iter().filter(|rule| failed(&rule.id));
    rules.map(|rule| rule.compare.fact()).collect()
}

fn boots(step: Step) -> bool {
    matches!(step, Step::SanityCheck | Step::Restart)
}

/// The rule that stands above every policy: a step that cannot be completed is a FAILURE (seed).
fn not_completed(step: Step, reason: &str) -> Check {
    Check {
        rule: format!("R.step.{}", step.number()),
        title: format!("The {} is completed", step.title()),
        finding: Finding::Scored(Score::Failure),
        why: reason.to_owned(),
    }
}

/// The lowest of the steps. An unfinished trial has no score, unless a step failed already.
fn lowest(steps: &[StepVerdict]) -> Standing {
    let scores: Vec<Score> = steps.iter().filter_map(|it| it.standing.score()).collect();
    if scores.contains(&Score::Failure) {
        return Standing::Scored(Score::Failure);
    }
    if steps.iter().any(|it| it.standing == Standing::LabError) {
        return Standing::LabError;
    }
    match scores.iter().min() {
        Some(lowest) if scores.len() == Step::ALL.len() => Standing::Scored(*lowest),
        _ => Standing::NotRun,
    }
}
