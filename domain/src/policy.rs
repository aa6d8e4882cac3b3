//! The policy: rules as data. A rule has a stable id, reads facts, and says what a deviation costs.

use serde::{Deserialize, Serialize};

use crate::ids::Sha256Digest;
use crate::score::Score;
use crate::step::Step;

/// A named, versioned set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its version; raise it with every change.
    pub version: String,
    /// Its rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id: a layer (`R` run, `H` preflight, `P` package, `G` guest) and a name.
    pub id: String,
    /// The step it belongs to, 1 to 7.
    #[serde(with = "step_number")]
    pub step: Step,
    /// What should hold, in words.
    pub title: String,
    /// What is compared.
    pub compare: Compare,
    /// The score when it does not hold.
    pub otherwise: Score,
    /// The score when a fact could not be read.
    #[serde(default = "warning")]
    pub unread: Score,
    /// Applies only where the source VM had a value for this fact (not empty, not zero, not no).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_source_had: Option<String>,
    /// Where the rule comes from: `seed`, or the practice that taught it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

fn warning() -> Score {
    Score::Warning
}

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
}

impl Policy {
    /// Name and version, as shown.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Digest of the policy's meaning: two files that differ in comments alone share it.
    #[must_use]
    pub fn digest(&self) -> Sha256Digest {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Sha256Digest::of(&canonical)
    }

    /// Checks that there are rules, that none stands twice, and that none lets a fact that was not
    /// read pass.
    ///
    /// # Errors
    /// The first problem found.
    pub fn validate(self) -> Result<Self, PolicyProblem> {
        if self.rules.is_empty() {
            return Err(PolicyProblem::Empty);
        }
        for (place, rule) in self.rules.iter().enumerate() {
            if self.rules.iter().take(place).any(|earlier| earlier.id == rule.id) {
                return Err(PolicyProblem::Twice(rule.id.clone()));
            }
            if rule.unread == Score::Success {
                return Err(PolicyProblem::Unread(rule.id.clone()));
            }
            if let Compare::Within { success_percent, warning_percent, .. } = rule.compare
                && success_percent > warning_percent
            {
                return Err(PolicyProblem::Margins(rule.id.clone()));
            }
        }
        Ok(self)
    }
}

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// It has no rule, so everything would be a SUCCESS.
    #[error("a policy needs at least one rule")]
    Empty,
    /// Two rules share an id.
    #[error("rule `{0}` stands twice: ids are unique")]
    Twice(String),
    /// A fact that was not read would be a SUCCESS.
    #[error("rule `{0}`: a fact that could not be read is never a SUCCESS; use WARNING or FAILURE")]
    Unread(String),
    /// The margin for SUCCESS is wider than that for WARNING.
    #[error("rule `{0}`: success_percent is larger than warning_percent")]
    Margins(String),
}

mod step_number {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::step::Step;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` passes a reference")]
    pub(super) fn serialize<S: Serializer>(step: &Step, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(step.number())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Step, D::Error> {
        let number = u8::deserialize(from)?;
        Step::from_number(number).ok_or_else(|| D::Error::custom("a step is a number from 1 to 7"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default policy, as the binary compiles it in.
    fn default_policy() -> Policy {
        toml::from_str::<Policy>(include_str!("../policy/default.toml"))
            .unwrap()
            .validate()
            .unwrap()
    }

    #[test]
    fn the_default_policy_has_at_least_forty_rules() {
        assert!(default_policy().rules.len() >= 40);
    }

    #[test]
    fn every_rule_is_in_the_scoring_document_with_its_default_score() {
        let document = include_str!("../../docs/scoring.md");
        for rule in default_policy().rules {
            let row = document.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id)));
            let row = row.unwrap_or_else(|| panic!("docs/scoring.md lacks `{}`", rule.id));
            assert!(row.contains(rule.otherwise.word()), "{row}");
            assert!(row.contains(&rule.title), "{row} does not say {:?}", rule.title);
        }
    }

    #[test]
    fn a_comment_does_not_change_the_digest_but_a_score_does() {
        let text = include_str!("../policy/default.toml");
        let read = |text: &str| toml::from_str::<Policy>(text).unwrap().digest();
        assert_eq!(read(text), read(&format!("# a comment\n{text}")));
        assert_ne!(read(text), read(&text.replacen("\"FAILURE\"", "\"WARNING\"", 1)));
    }
}
