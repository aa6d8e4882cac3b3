//! What a witness could swear to: a named fact, its value, and the channel it was read by.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::Sha256Digest;

/// How a fact was read. Facts of different channels are not silently comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The framed block a guest prints on its serial console.
    SerialConsole,
    /// An agent inside the guest.
    GuestAgent,
    /// The platform's management interface (QMP for the embedded lab).
    PlatformApi,
    /// The disk image, read from outside.
    DiskInspection,
    /// The machine the lab runs on: free memory, free space, installed tools.
    Host,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Channel::SerialConsole => "serial console",
            Channel::GuestAgent => "guest agent",
            Channel::PlatformApi => "platform API",
            Channel::DiskInspection => "disk inspection",
            Channel::Host => "host",
        })
    }
}

/// The value of a fact. Integers carry their unit in the fact's name (`memory.total_kib`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A whole number in the unit that the fact's name ends with.
    Integer(i64),
    /// A text.
    Text(String),
    /// Several texts, in the order they were read.
    List(Vec<String>),
    /// The fact has no meaning here, for example a consistency check of a format that has none.
    NotApplicable(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Flag(true) => write!(f, "yes"),
            Value::Flag(false) => write!(f, "no"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Text(text) if text.is_empty() => write!(f, "(empty)"),
            Value::Text(text) => write!(f, "{text}"),
            Value::List(items) if items.is_empty() => write!(f, "(none)"),
            Value::List(items) => write!(f, "{}", items.join(", ")),
            Value::NotApplicable(why) => write!(f, "not applicable: {why}"),
        }
    }
}

/// One fact as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Dotted name, the unit last: `cpu.model`, `memory.total_kib`. docs/facts.md lists them.
    pub fact: String,
    /// What was read.
    pub value: Value,
    /// How it was read.
    pub channel: Channel,
}

impl Observation {
    /// A fact read by this channel.
    #[must_use]
    pub fn new(fact: &str, value: Value, channel: Channel) -> Self {
        Self { fact: fact.to_owned(), value, channel }
    }

    /// A yes-or-no fact.
    #[must_use]
    pub fn flag(fact: &str, value: bool, channel: Channel) -> Self {
        Self::new(fact, Value::Flag(value), channel)
    }

    /// A whole-number fact; the unit is the last word of its name.
    #[must_use]
    pub fn integer(fact: &str, value: i64, channel: Channel) -> Self {
        Self::new(fact, Value::Integer(value), channel)
    }

    /// A text fact.
    #[must_use]
    pub fn text(fact: &str, value: impl Into<String>, channel: Channel) -> Self {
        Self::new(fact, Value::Text(value.into()), channel)
    }

    /// A fact of several texts.
    #[must_use]
    pub fn list(fact: &str, value: Vec<String>, channel: Channel) -> Self {
        Self::new(fact, Value::List(value), channel)
    }
}

/// Longest text recorded of one value, in characters.
const LONGEST_TEXT: usize = 512;
/// Most characters recorded of one list.
const LONGEST_LIST: usize = 2048;

/// A text of bounded length. What is cut is told by its digest, so that two texts that differ only
/// there still differ. A text that was bounded before stays as it is.
#[must_use]
pub fn bounded_text(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) if !is_digest(&text[end..]) => {
            format!("{}{CUT}{})", &text[..end], digest(text))
        }
        Some(_) | None => text.to_owned(),
    }
}

/// What stands where a text was cut, before the digest of the whole.
const CUT: &str = "… (whole: sha256 ";

fn is_digest(rest: &str) -> bool {
    let digits = rest.strip_prefix(CUT).and_then(|it| it.strip_suffix(')'));
    digits.is_some_and(|it| it.parse::<Sha256Digest>().is_ok())
}

impl Value {
    /// The same value, of bounded length; see [`bounded_text`].
    #[must_use]
    pub fn bounded(self) -> Self {
        match self {
            Value::Flag(_) | Value::Integer(_) => self,
            Value::Text(text) => Value::Text(bounded_text(&text)),
            Value::NotApplicable(why) => Value::NotApplicable(bounded_text(&why)),
            Value::List(items) => Value::List(bounded_list(items)),
        }
    }
}

fn bounded_list(items: Vec<String>) -> Vec<String> {
    let mut room = LONGEST_LIST;
    let fits = |item: &&String| {
        room = room.saturating_sub(item.chars().count() + 1);
        room > 0
    };
    let kept = items.iter().take_while(fits).count();
    if kept == items.len() {
        return items;
    }
    let rest = items[kept..].join("\n");
    let told = format!("… {} more (sha256 {})", items.len() - kept, digest(&rest));
    items.into_iter().take(kept).chain([told]).collect()
}

fn digest(text: &str) -> Sha256Digest {
    Sha256Digest::of(text.as_bytes())
}

/// The value of a fact among observations; of two readings the last counts.
#[must_use]
pub fn find<'a>(observations: &'a [Observation], fact: &str) -> Option<&'a Value> {
    observations.iter().rev().find(|seen| seen.fact == fact).map(|seen| &seen.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_still_tells_two_values_apart() {
        let list = |last: &str| {
            let mut items = vec!["rule".repeat(20); 300];
            items.push(last.to_owned());
            Value::List(items).bounded()
        };
        assert_ne!(list("accept"), list("drop"));
        assert_eq!(list("drop"), list("drop"));
        let text = |last: char| Value::Text(format!("{}{last}", "ä".repeat(5000))).bounded();
        assert_ne!(text('a'), text('b'));
        assert_eq!(text('a').bounded(), text('a'), "what is bounded stays as it is");
        assert!(list("x").to_string().chars().count() < LONGEST_LIST + 200);
        assert!(text('a').to_string().chars().count() < LONGEST_TEXT + 100);
    }

    #[test]
    fn what_is_short_stays_as_it_is() {
        let value = Value::List(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(value.clone().bounded(), value);
    }
}
