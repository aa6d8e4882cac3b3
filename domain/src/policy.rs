//! The policy: rules as data. A rule has a stable id, reads facts, and says what a deviation costs.

mod base;
mod compare;
mod difference;
mod file;
mod near;
mod problem;
mod step_number;
mod strictness;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use base::{Base, NoBase};
pub use compare::Compare;
pub use difference::{Difference, FieldChange, Kind, Way, differences};
pub use file::{Change, DEEPEST, PolicyFile, Resolved};
pub use near::near;
pub use problem::{Misfit, PolicyProblem, meant};
pub use strictness::Relation;

use crate::ids::Sha256Digest;
use crate::score::Score;
use crate::step::Step;
use crate::testbed::Migration;

/// A named, versioned set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its version; raise it with every change.
    pub version: String,
    /// What a reader should know of it, such as whose proposal it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Its rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// What should hold for a campaign as a whole.
    #[serde(rename = "gate", default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id: a layer (`R` run, `H` preflight, `P` package, `G` guest, `A` application) and a name.
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
    /// Applies only where its step says that what it compares can be observed there, see
    /// [`crate::preflight::OBSERVABLE`]. What can be observed and was not is *not observed*.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub where_observable: bool,
    /// The types of migration that it is for; none for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<Migration>,
    /// Where the rule comes from: `seed`, or the practice that taught it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// What should hold for a campaign as a whole, by counted facts; see [`crate::gate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Stable id: `C` (campaign) and a name.
    pub id: String,
    /// What should hold, in words.
    pub title: String,
    /// What is compared; nothing that looks at step 1.
    pub compare: Compare,
    /// The score when it does not hold.
    pub otherwise: Score,
    /// The score when nobody counted.
    #[serde(default = "warning")]
    pub unread: Score,
}

impl Rule {
    /// Whether it says anything about this type of migration.
    #[must_use]
    pub fn is_for(&self, migration: Migration) -> bool {
        self.types.is_empty() || self.types.contains(&migration)
    }

    /// Whether it is for every type that the other is for.
    fn is_for_all_of(&self, other: &Self) -> bool {
        let all = other.types.is_empty();
        self.types.is_empty() || !all && other.types.iter().all(|it| self.types.contains(it))
    }
}

fn warning() -> Score {
    Score::Warning
}

impl Policy {
    /// Name and version, as shown.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Digest of the policy's meaning: two files that differ in comments alone share it, and so does
    /// one that says the same by building on another.
    #[must_use]
    pub fn digest(&self) -> Sha256Digest {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Sha256Digest::of(&canonical)
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|it| it.id == id)
    }

    /// The ids of its rules, then those of its gates.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let gates = self.gates.iter().map(|it| it.id.as_str());
        self.rules.iter().map(|it| it.id.as_str()).chain(gates)
    }

    /// Checks that there are rules, that no id stands twice or belongs to what stands above every
    /// policy, that no fact that was not read passes, and that gates look at counts alone.
    ///
    /// # Errors
    /// The first problem found.
    pub fn validate(self) -> Result<Self, PolicyProblem> {
        if self.rules.is_empty() {
            return Err(PolicyProblem::Empty);
        }
        let mut seen = BTreeSet::new();
        for id in self.ids() {
            check_id(id)?;
            if !seen.insert(id) {
                return Err(PolicyProblem::Twice(id.to_owned()));
            }
        }
        for rule in &self.rules {
            check_terms(&rule.id, &rule.compare, rule.unread)?;
        }
        for gate in &self.gates {
            check_terms(&gate.id, &gate.compare, gate.unread)?;
            if gate.compare.looks_before() {
                return Err(PolicyProblem::GateLooksBefore(gate.id.clone()));
            }
        }
        Ok(self)
    }
}

/// Whether this is the id of a rule that no policy can change: a step that is not completed is a
/// FAILURE, and an address that differs between repetitions is no SUCCESS (seed, "aggregation rule").
#[must_use]
pub fn stands_above(id: &str) -> bool {
    id.starts_with("R.step.") || id.starts_with("R.repeat.")
}

fn check_id(id: &str) -> Result<(), PolicyProblem> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if id.is_empty() || id.len() > 64 || !id.chars().all(is_plain) {
        return Err(PolicyProblem::Id(id.chars().take(64).collect()));
    }
    if stands_above(id) {
        return Err(PolicyProblem::Above(id.to_owned()));
    }
    Ok(())
}

fn check_terms(id: &str, compare: &Compare, unread: Score) -> Result<(), PolicyProblem> {
    if unread == Score::Success {
        return Err(PolicyProblem::Unread(id.to_owned()));
    }
    if !compare.margins_are_nested() {
        return Err(PolicyProblem::Margins(id.to_owned()));
    }
    Ok(())
}
