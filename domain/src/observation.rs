//! What a witness could swear to: a named fact, its value, and the channel it was read by.

use std::fmt;

use serde::{Deserialize, Serialize};

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
pub struct Observation {
    /// Dotted name, the unit last: `cpu.model`, `memory.total_kib`. See docs/scoring.md.
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

/// The value of a fact among observations; of two readings the last counts.
#[must_use]
pub fn find<'a>(observations: &'a [Observation], fact: &str) -> Option<&'a Value> {
    observations.iter().rev().find(|seen| seen.fact == fact).map(|seen| &seen.value)
}
