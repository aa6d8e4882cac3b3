//! A guest's facts before and after: what changed on the way.

use std::collections::BTreeSet;

use domain::check::{Check, Finding};
use domain::event::Outcome;
use domain::observation::{Channel, Observation, Value, find};
use domain::policy::Policy;
use domain::score::Score;
use domain::step::Step;
use domain::verdict::{Steps, TrialVerdict};
use serde::Serialize;

/// Longest value shown, in characters.
const LONGEST_VALUE: usize = 240;

/// Facts that are meant to differ at every boot, so that a difference says nothing.
const OF_ONE_BOOT: [&str; 5] =
    ["boot.count", "boot.id", "boot.uptime_ms", "clock.epoch_s", "pause.uptime_gap_ms"];

/// What stands for a value that was not read.
const NOT_OBSERVED: &str = "not observed";

/// The guest's facts at the source and at the target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Those that differ, by name.
    pub changed: Vec<Change>,
    /// Those that were read on one side only, by name.
    pub one_sided: Vec<Change>,
    /// How many are the same.
    pub unchanged: usize,
}

/// One fact that differs or was read on one side only.
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
    /// True when a waiver makes that cost nothing.
    pub waived: bool,
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
        if [before, after].iter().any(|it| it.finished.outcome != Outcome::Completed) {
            return comparison;
        }
        let (before, after) = (&before.finished.observations, &after.finished.observations);
        for fact in names(before, after) {
            match (find(before, fact), find(after, fact)) {
                (Some(a), Some(b)) if a == b => comparison.unchanged += 1,
                sides => {
                    let change = change(fact, sides, judged(fact, verdict, policy));
                    let is_on_both = sides.0.is_some() && sides.1.is_some();
                    let Self { changed, one_sided, .. } = &mut comparison;
                    if is_on_both { changed } else { one_sided }.push(change);
                }
            }
        }
        comparison
    }

    /// Every fact that is told: those that differ, then those read on one side only.
    #[must_use]
    pub fn told(&self) -> Vec<&Change> {
        self.changed.iter().chain(&self.one_sided).collect()
    }
}

/// What is compared: what was read on both sides, and of the guest's own facts those read on one.
fn names<'a>(before: &'a [Observation], after: &'a [Observation]) -> BTreeSet<&'a str> {
    let is_own = |it: &Observation| match it.channel {
        Channel::SerialConsole | Channel::GuestAgent => true,
        Channel::PlatformApi | Channel::DiskInspection | Channel::Host => false,
    };
    let is_on_both = |fact: &str| find(before, fact).is_some() && find(after, fact).is_some();
    let compared = |it: &&Observation| {
        !OF_ONE_BOOT.contains(&it.fact.as_str()) && (is_own(it) || is_on_both(&it.fact))
    };
    before.iter().chain(after).filter(compared).map(|it| it.fact.as_str()).collect()
}

fn change(
    fact: &str,
    sides: (Option<&Value>, Option<&Value>),
    judged: Option<(Score, bool)>,
) -> Change {
    let told = |it: Option<&Value>| it.map_or_else(|| NOT_OBSERVED.to_owned(), Value::to_string);
    let (before, after) = match sides {
        (Some(Value::List(a)), Some(Value::List(b))) => (only(a, b), only(b, a)),
        (a, b) => (told(a), told(b)),
    };
    Change {
        fact: fact.to_owned(),
        before: clipped(&before),
        after: clipped(&after),
        score: judged.map(|(score, _)| score),
        waived: judged.is_some_and(|(_, waived)| waived),
    }
}

/// The entries of one list that the other lacks.
fn only(of: &[String], other: &[String]) -> String {
    let only: Vec<String> = of.iter().filter(|it| !other.contains(it)).cloned().collect();
    match (only.is_empty(), of.iter().any(|it| other.contains(it))) {
        (true, true) => "nothing else".to_owned(),
        _ => Value::List(only).to_string(),
    }
}

/// The lowest score of the rules about a fact, and whether it is waived. What costs something comes
/// first, then what is waived.
fn judged(fact: &str, verdict: &TrialVerdict, policy: &Policy) -> Option<(Score, bool)> {
    let about = |check: &&Check| {
        let rule = policy.rules.iter().find(|rule| rule.id == check.rule);
        rule.is_some_and(|rule| rule.compare.fact() == fact)
    };
    let restart = verdict.steps.iter().find(|it| it.step == Step::Restart)?;
    let found = |check: &Check| match check.finding {
        Finding::Scored(score) | Finding::NotObserved(score) => Some((score, false)),
        Finding::Waived(score) => Some((score, true)),
        Finding::NotApplicable => None,
    };
    let found = restart.checks.iter().filter(about).filter_map(found);
    let weight = |(score, waived): &(Score, bool)| match (score, waived) {
        (Score::Failure | Score::Warning, false) => 0,
        (_, true) => 1,
        (Score::Success, false) => 2,
    };
    found.min_by_key(|it| (weight(it), it.0))
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
