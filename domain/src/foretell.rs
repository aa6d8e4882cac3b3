//! What can be said of a trial before anything is touched: steps 1, 4 and 5, judged by the same rules.
//!
//! A rule whose facts nobody asked for is *open*: only a run tells. It costs nothing and is no SUCCESS. A
//! rule whose facts were asked for and not told is *not observed*, as ever.

use std::collections::BTreeSet;

use crate::check::{Check, Finding, check};
use crate::event::Outcome;
use crate::observation::Observation;
use crate::policy::{Policy, Rule};
use crate::score::{Score, Standing};
use crate::step::Step;
use crate::testbed::Migration;

/// The steps that can be looked at without touching anything.
pub const STEPS: [Step; 3] = [Step::SanityCheck, Step::ResourceCheck, Step::ConsistencyCheck];

/// What was seen of one step without touching anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Which step.
    pub step: Step,
    /// How the look ended.
    pub outcome: Outcome,
    /// What was seen.
    pub observations: Vec<Observation>,
    /// Facts that were asked for, whether they were told or not.
    pub asked: BTreeSet<String>,
}

/// What one step would come to, as far as that can be foretold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foretold {
    /// Which step.
    pub step: Step,
    /// How it stands: the lowest of its checks; not run when nothing could be judged.
    pub standing: Standing,
    /// Why it could not be looked at, in the words of whoever looked.
    pub reason: Option<String>,
    /// What each rule found.
    pub checks: Vec<Check>,
    /// Rules that only a run can judge.
    pub open: Vec<String>,
}

/// Judges what was seen of a trial of this type of migration before anything is touched.
#[must_use]
pub fn foretell(policy: &Policy, migration: Migration, looked: &[Looked]) -> Vec<Foretold> {
    let first = looked.iter().find(|it| it.step == Step::SanityCheck);
    let before = first.map_or(&[][..], |it| &it.observations);
    let asked: BTreeSet<&str> =
        looked.iter().flat_map(|it| it.asked.iter().map(String::as_str)).collect();
    looked.iter().map(|it| judge((policy, migration), before, it, &asked)).collect()
}

/// How a trial stands, as far as that can be foretold: the lowest of its steps.
#[must_use]
pub fn standing(steps: &[Foretold]) -> Standing {
    let scores = || steps.iter().filter_map(|it| it.standing.score());
    let broken = steps.iter().any(|it| it.standing == Standing::LabError);
    match scores().min() {
        Some(Score::Failure) => Standing::Scored(Score::Failure),
        _ if broken => Standing::LabError,
        Some(score) => Standing::Scored(score),
        None => Standing::NotRun,
    }
}

fn judge(
    (policy, migration): (&Policy, Migration),
    before: &[Observation],
    it: &Looked,
    asked: &BTreeSet<&str>,
) -> Foretold {
    let (standing, reason) = match &it.outcome {
        Outcome::LabError { reason } => (Standing::LabError, Some(reason.clone())),
        Outcome::NotCompleted { reason } => {
            (Standing::Scored(Score::Failure), Some(reason.clone()))
        }
        Outcome::Completed => (Standing::NotRun, None),
    };
    let mut told =
        Foretold { step: it.step, standing, reason, checks: Vec::new(), open: Vec::new() };
    if it.outcome != Outcome::Completed {
        return told;
    }
    let rules = policy.rules.iter().filter(|rule| rule.step == it.step && rule.is_for(migration));
    for rule in rules {
        let found = check(rule, before, &it.observations);
        match found.finding {
            Finding::NotObserved(_) if !was_asked(rule, asked) => told.open.push(rule.id.clone()),
            Finding::NotObserved(_)
            | Finding::Scored(_)
            | Finding::NotApplicable
            | Finding::Waived(_) => told.checks.push(found),
        }
    }
    let lowest = told.checks.iter().filter_map(|it| it.finding.score()).min();
    told.standing = lowest.map_or(Standing::NotRun, Standing::Scored);
    told
}

fn was_asked(rule: &Rule, asked: &BTreeSet<&str>) -> bool {
    let had = rule.when_source_had.as_deref();
    rule.compare.facts().into_iter().chain(had).all(|fact| asked.contains(fact))
}
