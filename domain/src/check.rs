//! One rule applied to what was observed.

use serde::Serialize;

use crate::event::CheckWaived;
use crate::observation::{Observation, Value, find};
use crate::plan::Trial;
use crate::policy::{Compare, Gate, Rule};
use crate::score::Score;

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

/// What a comparison says before the rule's own score is applied.
enum Answer {
    Holds(String),
    Weak(String),
    Broken(String),
    Unread(String),
    Meaningless(String),
}

/// Applies a rule. `before` are the observations of step 1, `now` those of the rule's own step.
#[must_use]
pub fn check(rule: &Rule, before: &[Observation], now: &[Observation]) -> Check {
    let source_had = rule.when_source_had.as_ref().map(|fact| (fact, find(before, fact)));
    let answer = match source_had {
        Some((fact, None)) => Answer::Unread(format!("{fact} at the source")),
        Some((fact, Some(value))) if !has_something(value) => {
            Answer::Meaningless(format!("the source VM has no {fact}"))
        }
        Some((_, Some(_))) | None => compare(&rule.compare, before, now),
    };
    let Rule { id, title, otherwise, unread, .. } = rule;
    found(Terms { id, title, otherwise: *otherwise, unread: *unread }, answer)
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

fn compare(compare: &Compare, before: &[Observation], now: &[Observation]) -> Answer {
    match compare {
        Compare::Same { fact } => pair(fact, before, now, same),
        Compare::SameSet { fact } => pair(fact, before, now, same_set),
        Compare::Keeps { fact } => pair(fact, before, now, keeps),
        Compare::Differs { fact } => pair(fact, before, now, |a, b| {
            judge(a != b, format!("before {}, after {}", short(a), short(b)))
        }),
        Compare::NotLess { fact } => pair(fact, before, now, |a, b| {
            numbers(a, b, |a, b| judge(b >= a, format!("before {a}, after {b}")))
        }),
        Compare::NotMore { fact } => pair(fact, before, now, |a, b| {
            numbers(a, b, |a, b| judge(b <= a, format!("before {a}, after {b}")))
        }),
        Compare::Within { fact, success_percent, warning_percent } => {
            pair(fact, before, now, |a, b| {
                numbers(a, b, |a, b| within(a, b, *success_percent, *warning_percent))
            })
        }
        Compare::Holds { fact } => single(fact, now, |value| flag(value, fact, true)),
        Compare::HoldsNot { fact } => single(fact, now, |value| flag(value, fact, false)),
        Compare::None { fact } => {
            single(fact, now, |value| judge(!has_something(value), format!("{fact}: {value}")))
        }
        Compare::Some { fact } => {
            single(fact, now, |value| judge(has_something(value), format!("{fact}: {value}")))
        }
        Compare::AtMost { fact, success, warning } => {
            single(fact, now, |value| at_most(value, fact, *success, *warning))
        }
        Compare::Covers { have, need } => covers(have, need, now),
        Compare::Contains { list, item } => contains(list, item, before, now),
    }
}

fn pair(
    fact: &str,
    before: &[Observation],
    now: &[Observation],
    judge: impl FnOnce(&Value, &Value) -> Answer,
) -> Answer {
    match (find(before, fact), find(now, fact)) {
        (Some(Value::NotApplicable(why)), _) | (_, Some(Value::NotApplicable(why))) => {
            Answer::Meaningless(why.clone())
        }
        (Some(a), Some(b)) => judge(a, b),
        (None, _) => Answer::Unread(format!("{fact} before")),
        (_, None) => Answer::Unread(format!("{fact} after")),
    }
}

fn single(fact: &str, now: &[Observation], judge: impl FnOnce(&Value) -> Answer) -> Answer {
    match find(now, fact) {
        Some(Value::NotApplicable(why)) => Answer::Meaningless(why.clone()),
        Some(value) => judge(value),
        None => Answer::Unread(fact.to_owned()),
    }
}

fn judge(holds: bool, why: String) -> Answer {
    if holds { Answer::Holds(why) } else { Answer::Broken(why) }
}

fn same(a: &Value, b: &Value) -> Answer {
    if a == b {
        Answer::Holds(format!("unchanged: {}", short(a)))
    } else {
        Answer::Broken(format!("before {}, after {}", short(a), short(b)))
    }
}

fn same_set(a: &Value, b: &Value) -> Answer {
    match (a, b) {
        (Value::List(x), Value::List(y)) => {
            let (gone, come) = (missing(x, y), missing(y, x));
            match (gone.is_empty(), come.is_empty()) {
                (true, true) => Answer::Holds(format!("unchanged: {}", short(a))),
                _ => Answer::Broken(format!("gone: {}; new: {}", some(&gone), some(&come))),
            }
        }
        _ => same(a, b),
    }
}

fn keeps(a: &Value, b: &Value) -> Answer {
    match (a, b) {
        (Value::List(x), Value::List(y)) => {
            let gone = missing(x, y);
            judge(gone.is_empty(), format!("gone: {}", some(&gone)))
        }
        _ => same(a, b),
    }
}

fn missing<'a>(of: &'a [String], from: &[String]) -> Vec<&'a str> {
    of.iter().filter(|item| !from.contains(item)).map(String::as_str).collect()
}

fn some(items: &[&str]) -> String {
    if items.is_empty() { "none".to_owned() } else { clip(&items.join(", ")) }
}

fn numbers(a: &Value, b: &Value, judge: impl FnOnce(i64, i64) -> Answer) -> Answer {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => judge(*a, *b),
        _ => Answer::Unread("a number".to_owned()),
    }
}

fn within(a: i64, b: i64, success_percent: u32, warning_percent: u32) -> Answer {
    let deviation = a.abs_diff(b);
    let allowed = |percent: u32| {
        u128::from(deviation) * 100 <= u128::from(a.unsigned_abs()) * u128::from(percent)
    };
    let why = format!("before {a}, after {b}");
    if allowed(success_percent) {
        Answer::Holds(why)
    } else if allowed(warning_percent) {
        Answer::Weak(why)
    } else {
        Answer::Broken(why)
    }
}

fn flag(value: &Value, fact: &str, wanted: bool) -> Answer {
    if let Value::Flag(found) = value {
        judge(*found == wanted, format!("{fact}: {value}"))
    } else {
        Answer::Unread(fact.to_owned())
    }
}

fn at_most(value: &Value, fact: &str, success: i64, warning: i64) -> Answer {
    let Value::Integer(number) = value else { return Answer::Unread(fact.to_owned()) };
    let why = format!("{fact}: {number}");
    if *number <= success {
        Answer::Holds(why)
    } else if *number <= warning {
        Answer::Weak(why)
    } else {
        Answer::Broken(why)
    }
}

fn covers(have: &str, need: &str, now: &[Observation]) -> Answer {
    match (find(now, have), find(now, need)) {
        (Some(Value::Integer(h)), Some(Value::Integer(n))) => {
            judge(h >= n, format!("{have} is {h}, {need} is {n}"))
        }
        (Some(Value::Integer(_)), _) => Answer::Unread(need.to_owned()),
        _ => Answer::Unread(have.to_owned()),
    }
}

fn contains(list: &str, item: &str, before: &[Observation], now: &[Observation]) -> Answer {
    match (find(before, list), find(now, item)) {
        (Some(Value::List(entries)), Some(Value::Text(wanted))) => {
            let there = entries.contains(wanted);
            judge(there, format!("{list} {} {wanted}", if there { "has" } else { "lacks" }))
        }
        (Some(Value::List(_)), _) => Answer::Unread(item.to_owned()),
        _ => Answer::Unread(list.to_owned()),
    }
}

/// Whether a value says that something is there.
fn has_something(value: &Value) -> bool {
    match value {
        Value::Flag(flag) => *flag,
        Value::Integer(number) => *number != 0,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::NotApplicable(_) => false,
    }
}

fn short(value: &Value) -> String {
    clip(&value.to_string())
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
