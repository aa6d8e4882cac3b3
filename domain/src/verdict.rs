//! From the steps of one trial to its scores: the aggregation rule of the seed.
//!
//! A step's score is the lowest of its checks; a trial's score is the lowest of its steps.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::check::{Check, Finding, check};
use crate::diagnosis::{Cause, why_no_boot, why_not_well};
use crate::event::{CheckWaived, Outcome, StepFinished, StepWithdrawn};
use crate::observation::Observation;
use crate::plan::Trial;
use crate::policy::Policy;
use crate::score::{Score, Standing};
use crate::step::Step;
use crate::testbed::Migration;
use crate::told::ToldTrial;

/// A finished step and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSeen {
    /// Position of the event in the log.
    pub position: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The event.
    pub finished: StepFinished,
    /// The later event that withdrew it, if one did.
    pub withdrawn: Option<StepWithdrawn>,
}

/// The finished steps of one trial; of several attempts the last.
pub type Steps = BTreeMap<Step, StepSeen>;

/// How one step stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TrialVerdict {
    /// How it stands.
    pub standing: Standing,
    /// All seven steps, in order.
    pub steps: Vec<StepVerdict>,
}

/// How the reason of a step begins that was withdrawn.
const WITHDRAWN: &str = "withdrawn by";

impl TrialVerdict {
    /// How a trial stands whose steps stand like this.
    #[must_use]
    pub fn of(steps: Vec<StepVerdict>) -> Self {
        Self { standing: lowest(&steps), steps }
    }

    /// The same verdict with a step withdrawn: a broken lab says nothing about the product, and what
    /// came after it neither.
    #[must_use]
    pub fn withdrawn(self, withdrawn: &StepWithdrawn) -> Self {
        let StepWithdrawn { step, by, reason, .. } = withdrawn;
        let after = |it: StepVerdict| match (it.step.cmp(step), it.standing) {
            (Ordering::Less, _) | (_, Standing::NotRun | Standing::Blocked) => it,
            (Ordering::Equal, _) => StepVerdict {
                reason: Some(format!("{WITHDRAWN} {by}: {reason}")),
                ..unreached(it.step, Standing::LabError)
            },
            (Ordering::Greater, _) => unreached(it.step, Standing::Blocked),
        };
        Self::of(self.steps.into_iter().map(after).collect())
    }

    /// The same verdict with the checks of this trial waived that somebody answers for.
    #[must_use]
    pub fn waived(self, waivers: &[&CheckWaived], trial: &Trial) -> Self {
        if waivers.is_empty() {
            return self;
        }
        let steps: Vec<StepVerdict> =
            self.steps.into_iter().map(|it| it.waived(waivers, trial)).collect();
        // What another system told has no checks: nothing is waived, and it stands as told.
        let is_judged = steps.iter().any(|it| !it.checks.is_empty());
        Self { standing: if is_judged { lowest(&steps) } else { self.standing }, steps }
    }

    /// Whether a step has a score: it was tried, the lab did not break, and it was not withdrawn.
    #[must_use]
    pub fn is_scored(&self, step: Step) -> bool {
        self.steps.iter().any(|it| it.step == step && it.standing.score().is_some())
    }

    /// The step that holds the trial back: the first among those with the lowest score.
    #[must_use]
    pub fn limiting(&self) -> Option<&StepVerdict> {
        let scored = self.steps.iter().filter(|it| it.standing.score().is_some());
        scored
            .min_by_key(|it| it.standing.score())
            .filter(|it| it.standing != Standing::Scored(Score::Success))
    }
}

impl StepVerdict {
    /// Whether it was withdrawn: the lab had broken unseen.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        let says_so = self.reason.as_ref().is_some_and(|it| it.starts_with(WITHDRAWN));
        self.standing == Standing::LabError && says_so
    }

    fn waived(self, waivers: &[&CheckWaived], trial: &Trial) -> Self {
        let is_waived = |it: &Check| matches!(it.finding, Finding::Waived(_));
        let checks: Vec<Check> =
            self.checks.into_iter().map(|it| it.waived_by(waivers, trial)).collect();
        if !checks.iter().any(is_waived) {
            return Self { checks, ..self };
        }
        let standing = Standing::Scored(lowest_of(&checks));
        // A cause was found in all that failed: of what is left it may say nothing.
        let whole = !checks.iter().any(|it| it.finding == Finding::Waived(Score::Failure));
        let failed = standing == Standing::Scored(Score::Failure);
        let cause = self.cause.filter(|_| failed && whole);
        Self { standing, checks, cause, ..self }
    }
}

/// A completed step is as good as its lowest check.
fn lowest_of(checks: &[Check]) -> Score {
    let scores = checks.iter().filter_map(|check| check.finding.score());
    scores.min().unwrap_or(Score::Success)
}

/// Judges one trial of this type of migration under one policy.
#[must_use]
pub fn judge(policy: &Policy, migration: Migration, steps: &Steps) -> TrialVerdict {
    let before: &[Observation] = observations(steps, Step::SanityCheck);
    let mut verdicts = Vec::with_capacity(Step::ALL.len());
    let mut unreached_is = Standing::NotRun;
    for step in Step::ALL {
        let seen = steps.get(&step);
        verdicts.push(match seen {
            Some(seen) => judge_step((policy, migration), before, &seen.finished),
            None => unreached(step, unreached_is),
        });
        if seen.is_some_and(|it| matches!(it.finished.outcome, Outcome::NotCompleted { .. })) {
            unreached_is = Standing::Blocked;
        }
    }
    let verdict = TrialVerdict::of(verdicts);
    match steps.values().find_map(|it| it.withdrawn.as_ref()) {
        Some(withdrawn) => verdict.withdrawn(withdrawn),
        None => verdict,
    }
}

fn observations(steps: &Steps, step: Step) -> &[Observation] {
    steps.get(&step).map_or(&[], |seen| &seen.finished.observations)
}

fn unreached(step: Step, standing: Standing) -> StepVerdict {
    StepVerdict { step, standing, checks: Vec::new(), reason: None, cause: None }
}

/// How a trial stands that another system told: nothing was observed, so nothing is judged.
#[must_use]
pub fn told(told: &ToldTrial) -> TrialVerdict {
    let reason = Some(told.reason.clone()).filter(|it| !it.is_empty());
    let step = |step| match told.step == Some(step) {
        true => StepVerdict { reason: reason.clone(), ..unreached(step, told.standing) },
        false => unreached(step, Standing::NotRun),
    };
    TrialVerdict { standing: told.standing, steps: Step::ALL.map(step).into() }
}

fn judge_step(
    (policy, migration): (&Policy, Migration),
    before: &[Observation],
    event: &StepFinished,
) -> StepVerdict {
    let now = &event.observations;
    let step = event.step;
    let (standing, checks, reason) = match &event.outcome {
        Outcome::LabError { reason } => (Standing::LabError, Vec::new(), Some(reason.clone())),
        Outcome::NotCompleted { reason } => {
            let checks = vec![not_completed(step, reason)];
            (Standing::Scored(Score::Failure), checks, Some(reason.clone()))
        }
        Outcome::Completed => {
            let rules = policy.rules.iter().filter(|it| it.step == step && it.is_for(migration));
            let checks: Vec<Check> = rules.map(|rule| check(rule, before, now)).collect();
            (Standing::Scored(lowest_of(&checks)), checks, None)
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
