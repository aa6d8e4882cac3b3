//! What a comparison says of facts, whatever it costs.

use crate::observation::{Observation, Value, find};
use crate::policy::Compare;

/// What a comparison says before the rule's own score is applied.
pub(super) enum Answer {
    Holds(String),
    Weak(String),
    Broken(String),
    Unread(String),
    Meaningless(String),
}

/// What a comparison says of these facts.
pub(super) fn compare(compare: &Compare, before: &[Observation], now: &[Observation]) -> Answer {
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
pub(super) fn has_something(value: &Value) -> bool {
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
