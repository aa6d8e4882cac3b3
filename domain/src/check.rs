//! One rule applied to what was observed.

use serde::Serialize;

use crate::event::CheckWaived;
use crate::observation::{Observation, Value, find};
use crate::plan::Trial;
use crate::policy::{Gate, Rule};
use crate::preflight::OBSERVABLE;
use crate::score::Score;

mod comparing;

use comparing::{Answer, compare, has_something};

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Check {
    /// The id of the rule or gate.
    pub rule: String,
    /// What should hold.
    pub title: String,
    /// What it came to.
    pub finding: Finding,
    /// Why, in words, with the values.
    pub why: String,
}

/// What a rule came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// It was judged.
    Scored(Score),
    /// A fact could not be read; never a SUCCESS by accident.
    NotObserved(Score),
    /// It has no meaning here.
    NotApplicable,
    /// It would cost this, but somebody answers for it until a date.
    Waived(Score),
}

impl Finding {
    /// What it adds to the step's score.
    #[must_use]
    pub fn score(self) -> Option<Score> {
        match self {
            Finding::Scored(score) | Finding::NotObserved(score) => Some(score),
            Finding::NotApplicable | Finding::Waived(_) => None,
        }
    }
}

impl Check {
    /// The same check, waived if it costs anything and a waiver of this trial covers its rule.
    #[must_use]
    pub fn waived_by(self, waivers: &[&CheckWaived], trial: &Trial) -> Self {
        let Some(cost @ (Score::Failure | Score::Warning)) = self.finding.score() else {
            return self;
        };
        match waivers.iter().find(|it| it.covers(&self.rule, trial)) {
            None => self,
            Some(CheckWaived { waiver, reason, owner, expires, .. }) => {
                let until = expires.strftime("%Y-%m-%d %H:%M UTC");
                let why = format!(
                    "{}; waived by {owner} until {until} (waiver `{waiver}`: {reason})",
                    self.why
                );
                Self { finding: Finding::Waived(cost), why, ..self }
            }
        }
    }
}

/// Applies a rule. `before` are the observations of step 1, `now` those of the rule's own step.
#[must_use]
pub fn check(rule: &Rule, before: &[Observation], now: &[Observation]) -> Check {
    let source_had = rule.when_source_had.as_ref().map(|fact| (fact, find(before, fact)));
    let answer = match source_had {
        _ if rule.where_observable && !is_observable(rule.compare.fact(), now) => {
            Answer::Meaningless(format!("{} cannot be asked for here", rule.compare.fact()))
        }
        Some((fact, None)) => Answer::Unread(format!("{fact} at the source")),
        Some((fact, Some(value))) if !has_something(value) => {
            Answer::Meaningless(format!("the source VM has no {fact}"))
        }
        Some((_, Some(_))) | None => compare(&rule.compare, before, now),
    };
    let Rule { id, title, otherwise, unread, .. } = rule;
    found(Terms { id, title, otherwise: *otherwise, unread: *unread }, answer)
}

/// Whether a step says that this fact can be observed where it was taken.
fn is_observable(fact: &str, now: &[Observation]) -> bool {
    match find(now, OBSERVABLE) {
        Some(Value::List(facts)) => facts.iter().any(|it| it == fact),
        _ => false,
    }
}

/// Applies a gate to the facts that were counted: the same comparisons, none of which looks before.
#[must_use]
pub fn check_gate(gate: &Gate, facts: &[Observation]) -> Check {
    let Gate { id, title, otherwise, unread, .. } = gate;
    let terms = Terms { id, title, otherwise: *otherwise, unread: *unread };
    found(terms, compare(&gate.compare, &[], facts))
}

/// What a rule or gate is called, and what it costs.
struct Terms<'a> {
    id: &'a str,
    title: &'a str,
    otherwise: Score,
    unread: Score,
}

/// What an answer comes to under these terms.
fn found(terms: Terms<'_>, answer: Answer) -> Check {
    let (finding, why) = match answer {
        Answer::Holds(why) => (Finding::Scored(Score::Success), why),
        Answer::Weak(why) => (Finding::Scored(Score::Warning.max(terms.otherwise)), why),
        Answer::Broken(why) => (Finding::Scored(terms.otherwise), why),
        Answer::Unread(fact) => {
            (Finding::NotObserved(terms.unread), format!("{fact} was not observed"))
        }
        Answer::Meaningless(why) => (Finding::NotApplicable, why),
    };
    Check { rule: terms.id.to_owned(), title: terms.title.to_owned(), finding, why }
}
