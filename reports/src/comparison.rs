//! A guest's facts before and after: what changed on the way.

use domain::check::Check;
use domain::observation::{Value, find};
use domain::policy::Policy;
use domain::score::Score;
use domain::step::Step;
use domain::verdict::{Steps, TrialVerdict};
use serde::Serialize;

use crate::topic::subject;

/// Longest value shown, in characters.
const LONGEST_VALUE: usize = 240;

/// Facts read both at the source and at the target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Those that differ, by name.
    pub changed: Vec<Change>,
    /// How many are the same.
    pub unchanged: usize,
}

/// One fact that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The fact.
    pub fact: String,
    /// Its value at the source; of a list the entries that are gone.
    pub before: String,
    /// Its value at the target; of a list the entries that are new.
    pub after: String,
    /// The lowest score a rule gives for it; none when no rule looks at it.
    pub score: Option<Score>,
}

impl Comparison {
    /// Compares the facts of steps 1 and 7. Empty until both have been read.
    #[must_use]
    pub fn new(steps: &Steps, verdict: &TrialVerdict, policy: &Policy) -> Self {
        let mut comparison = Self::default();
        let (Some(before), Some(after)) =
            (steps.get(&Step::SanityCheck), steps.get(&Step::Restart))
        else {
            return comparison;
        };
        let mut seen: Vec<_> = before.finished.observations.iter().collect();
        seen.sort_by(|a, b| a.fact.cmp(&b.fact));
        seen.dedup_by(|a, b| a.fact == b.fact);
        for fact in seen.into_iter().map(|it| &it.fact) {
            let before = find(&before.finished.observations, fact);
            match (before, find(&after.finished.observations, fact)) {
                (Some(a), Some(b)) if a == b => comparison.unchanged += 1,
                (Some(a), Some(b)) => {
                    comparison.changed.push(change(fact, (a, b), score(fact, verdict, policy)));
                }
                (Some(_), None) | (None, _) => {}
            }
        }
        comparison
    }
}

fn change(fact: &str, (before, after): (&Value, &Value), score: Option<Score>) -> Change {
    let (before, after) = match (before, after) {
        (Value::List(a), Value::List(b)) => (only(a, b), only(b, a)),
        _ => (before.to_string(), after.to_string()),
    };
    Change { fact: fact.to_owned(), before: clipped(&before), after: clipped(&after), score }
}

/// The entries of one list that the other lacks.
fn only(of: &[String], other: &[String]) -> String {
    let only: Vec<String> = of.iter().filter(|it| !other.contains(it)).cloned().collect();
    match (only.is_empty(), of.iter().any(|it| other.contains(it))) {
        (true, true) => "nothing else".to_owned(),
        _ => Value::List(only).to_string(),
    }
}

fn score(fact: &str, verdict: &TrialVerdict, policy: &Policy) -> Option<Score> {
    let about = |check: &&Check| {
        let rule = policy.rules.iter().find(|rule| rule.id == check.rule);
        rule.is_some_and(|rule| subject(&rule.compare) == fact)
    };
    let restart = verdict.steps.iter().find(|it| it.step == Step::Restart)?;
    restart.checks.iter().filter(about).filter_map(|it| it.finding.score()).min()
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
