//! What rules and gates compare, and when one comparison is as strict as another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a rule compares. "Before" is a fact of step 1, "after" the same fact of the rule's step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Compare {
    /// Before equals after.
    Same {
        /// The fact.
        fact: String,
    },
    /// Before and after hold the same entries, in any order.
    SameSet {
        /// The fact, a list.
        fact: String,
    },
    /// Nothing of before is missing after.
    Keeps {
        /// The fact, a list.
        fact: String,
    },
    /// Before differs from after.
    Differs {
        /// The fact.
        fact: String,
    },
    /// After is at least before.
    NotLess {
        /// The fact, an integer.
        fact: String,
    },
    /// After is at most before.
    NotMore {
        /// The fact, an integer.
        fact: String,
    },
    /// After is within a margin of before: SUCCESS, within a wider one: WARNING.
    Within {
        /// The fact, an integer.
        fact: String,
        /// Widest deviation that is a SUCCESS, in per cent of before.
        success_percent: u32,
        /// Widest deviation that is a WARNING, in per cent of before.
        warning_percent: u32,
    },
    /// The flag is up.
    Holds {
        /// The fact, a flag.
        fact: String,
    },
    /// The flag is down.
    HoldsNot {
        /// The fact, a flag.
        fact: String,
    },
    /// The number is zero, the list or text empty.
    None {
        /// The fact.
        fact: String,
    },
    /// The number is not zero, the list or text not empty.
    Some {
        /// The fact.
        fact: String,
    },
    /// At most this is a SUCCESS, at most that a WARNING.
    AtMost {
        /// The fact, an integer.
        fact: String,
        /// Largest SUCCESS.
        success: i64,
        /// Largest WARNING.
        warning: i64,
    },
    /// One number covers another, both of the same step.
    Covers {
        /// What there is.
        have: String,
        /// What is needed.
        need: String,
    },
    /// A list of step 1 contains a text of this step.
    Contains {
        /// The list, of step 1.
        list: String,
        /// The text, of this step.
        item: String,
    },
}

impl Compare {
    /// The fact it is about.
    #[must_use]
    pub fn fact(&self) -> &str {
        match self {
            Compare::Same { fact }
            | Compare::SameSet { fact }
            | Compare::Keeps { fact }
            | Compare::Differs { fact }
            | Compare::NotLess { fact }
            | Compare::NotMore { fact }
            | Compare::Within { fact, .. }
            | Compare::Holds { fact }
            | Compare::HoldsNot { fact }
            | Compare::None { fact }
            | Compare::Some { fact }
            | Compare::AtMost { fact, .. }
            | Compare::Covers { have: fact, .. }
            | Compare::Contains { item: fact, .. } => fact,
        }
    }

    /// Every fact it reads.
    #[must_use]
    pub fn facts(&self) -> Vec<&str> {
        match self {
            Compare::Covers { have, need } => vec![have, need],
            Compare::Contains { list, item } => vec![list, item],
            Compare::Same { .. }
            | Compare::SameSet { .. }
            | Compare::Keeps { .. }
            | Compare::Differs { .. }
            | Compare::NotLess { .. }
            | Compare::NotMore { .. }
            | Compare::Within { .. }
            | Compare::Holds { .. }
            | Compare::HoldsNot { .. }
            | Compare::None { .. }
            | Compare::Some { .. }
            | Compare::AtMost { .. } => vec![self.fact()],
        }
    }

    /// Whether it looks at a fact of step 1 as well: a gate cannot, it counts what is there now.
    #[must_use]
    pub fn looks_before(&self) -> bool {
        match self {
            Compare::Same { .. }
            | Compare::SameSet { .. }
            | Compare::Keeps { .. }
            | Compare::Differs { .. }
            | Compare::NotLess { .. }
            | Compare::NotMore { .. }
            | Compare::Within { .. }
            | Compare::Contains { .. } => true,
            Compare::Holds { .. }
            | Compare::HoldsNot { .. }
            | Compare::None { .. }
            | Compare::Some { .. }
            | Compare::AtMost { .. }
            | Compare::Covers { .. } => false,
        }
    }

    /// Whether the margin for SUCCESS lies within that for WARNING; true where there are none.
    #[must_use]
    pub fn margins_are_nested(&self) -> bool {
        if let Compare::Within { success_percent, warning_percent, .. } = *self {
            success_percent <= warning_percent
        } else if let Compare::AtMost { success, warning, .. } = *self {
            success <= warning
        } else {
            true
        }
    }

    /// Whether nothing that this lets pass is held back by the other: the same comparison, one with
    /// narrower margins, or one that asks for more of the same fact. May be false where nobody
    /// could tell the difference; never true where there is one.
    #[must_use]
    pub fn is_as_strict_as(&self, other: &Compare) -> bool {
        match (self, other) {
            (
                Compare::Within { fact: a, success_percent: s, warning_percent: w },
                Compare::Within { fact: b, success_percent: t, warning_percent: x },
            ) => a == b && s <= t && w <= x,
            (
                Compare::AtMost { fact: a, success: s, warning: w },
                Compare::AtMost { fact: b, success: t, warning: x },
            ) => a == b && s <= t && w <= x,
            (
                Compare::Same { fact: a },
                Compare::SameSet { fact: b } | Compare::Keeps { fact: b },
            )
            | (Compare::SameSet { fact: a }, Compare::Keeps { fact: b }) => a == b,
            _ => self == other,
        }
    }
}

/// As a policy file writes it, without the signs: `within cpu.mhz: 5 %, at worst 50 %`.
impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compare::Same { fact } => write!(f, "same {fact}"),
            Compare::SameSet { fact } => write!(f, "same-set {fact}"),
            Compare::Keeps { fact } => write!(f, "keeps {fact}"),
            Compare::Differs { fact } => write!(f, "differs {fact}"),
            Compare::NotLess { fact } => write!(f, "not-less {fact}"),
            Compare::NotMore { fact } => write!(f, "not-more {fact}"),
            Compare::Within { fact, success_percent, warning_percent } => {
                write!(f, "within {fact}: {success_percent} %, at worst {warning_percent} %")
            }
            Compare::Holds { fact } => write!(f, "holds {fact}"),
            Compare::HoldsNot { fact } => write!(f, "holds-not {fact}"),
            Compare::None { fact } => write!(f, "none {fact}"),
            Compare::Some { fact } => write!(f, "some {fact}"),
            Compare::AtMost { fact, success, warning } => {
                write!(f, "at-most {fact}: {success}, at worst {warning}")
            }
            Compare::Covers { have, need } => write!(f, "{have} covers {need}"),
            Compare::Contains { list, item } => write!(f, "{list} contains {item}"),
        }
    }
}
