//! Whether one policy can ever score higher than another, told from their rules alone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Policy, Rule};

/// How the scores of one policy lie to those of another, whatever was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Always the same.
    Same,
    /// Never higher.
    NeverHigher,
    /// Never lower.
    NeverLower,
    /// That depends on what was observed, as far as the rules tell.
    Mixed,
}

impl Relation {
    /// How the scores under `this` lie to those under `other`.
    #[must_use]
    pub fn of(this: &Policy, other: &Policy) -> Self {
        match (this.is_as_strict_as(other), other.is_as_strict_as(this)) {
            (true, true) => Self::Same,
            (true, false) => Self::NeverHigher,
            (false, true) => Self::NeverLower,
            (false, false) => Self::Mixed,
        }
    }
}

impl Policy {
    /// Whether it never scores a cell higher than the other does: it has all the other's rules, each
    /// at least as strict. May be false where nobody could find a difference; never true where there
    /// is one. Gates score no cell and do not count here.
    ///
    /// Lowest over checks, lowest over steps, lowest over repetitions and best over routes all keep
    /// the order of their inputs, so that what holds for every rule holds for every cell.
    #[must_use]
    pub fn is_as_strict_as(&self, other: &Policy) -> bool {
        let ours: BTreeMap<&str, &Rule> =
            self.rules.iter().map(|it| (it.id.as_str(), it)).collect();
        other
            .rules
            .iter()
            .all(|theirs| ours.get(theirs.id.as_str()).is_some_and(|it| it.is_as_strict_as(theirs)))
    }
}

impl Rule {
    /// Whether it never finds a higher score than the other.
    fn is_as_strict_as(&self, other: &Rule) -> bool {
        self.step == other.step
            && self.is_for_all_of(other)
            && self.when_source_had == other.when_source_had
            && (!self.where_observable || other.where_observable)
            && self.otherwise <= other.otherwise
            && self.unread <= other.unread
            && self.compare.is_as_strict_as(&other.compare)
    }
}
