//! What differs between two policies, rule by rule.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Gate, Policy, Rule};

/// A rule or gate that two policies do not have alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its id.
    pub id: String,
    /// Whether it judges a step or a campaign.
    pub kind: Kind,
    /// How it differs.
    pub way: Way,
    /// What should hold, in the words of the policy that has it, of both those of the second.
    pub title: String,
    /// What of it differs.
    pub fields: Vec<FieldChange>,
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A step.
    Rule,
    /// A campaign.
    Gate,
}

/// How a rule or gate differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Only the second policy has it.
    Added,
    /// Only the first policy has it.
    Dropped,
    /// Both have it, on other terms.
    Changed,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Its name in a policy file.
    pub field: &'static str,
    /// What the first policy says; none when it has no such rule.
    pub from: Option<String>,
    /// What the second policy says; none when it has no such rule.
    pub to: Option<String>,
}

/// What differs from the first policy to the second: its rules, then its gates, in their order, then
/// what only the second has. Where a rule comes from is no part of what it says.
#[must_use]
pub fn differences(from: &Policy, to: &Policy) -> Vec<Difference> {
    let mut found = between(&rules(from), &rules(to));
    found.extend(between(&gates(from), &gates(to)));
    found
}

/// A rule or gate in words.
struct Entry<'a> {
    id: &'a str,
    kind: Kind,
    title: &'a str,
    fields: [(&'static str, String); 8],
}

impl<'a> Entry<'a> {
    fn of_rule(rule: &'a Rule) -> Self {
        let fields = [
            ("otherwise", rule.otherwise.to_string()),
            ("unread", rule.unread.to_string()),
            ("compare", rule.compare.to_string()),
            ("title", rule.title.clone()),
            ("step", rule.step.number().to_string()),
            ("when_source_had", rule.when_source_had.clone().unwrap_or_default()),
            ("where_observable", rule.where_observable.to_string()),
            ("types", rule.types.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ")),
        ];
        Self { id: &rule.id, kind: Kind::Rule, title: &rule.title, fields }
    }

    fn of_gate(gate: &'a Gate) -> Self {
        let fields = [
            ("otherwise", gate.otherwise.to_string()),
            ("unread", gate.unread.to_string()),
            ("compare", gate.compare.to_string()),
            ("title", gate.title.clone()),
            ("step", String::new()),
            ("when_source_had", String::new()),
            ("where_observable", String::new()),
            ("types", String::new()),
        ];
        Self { id: &gate.id, kind: Kind::Gate, title: &gate.title, fields }
    }

    fn difference(&self, way: Way, fields: Vec<FieldChange>) -> Difference {
        let (id, title) = (self.id.to_owned(), self.title.to_owned());
        Difference { id, kind: self.kind, way, title, fields }
    }

    /// What it costs, for one that only one policy has.
    fn costs(&self) -> Option<String> {
        self.fields.first().map(|(_, costs)| costs.clone())
    }
}

fn rules(of: &Policy) -> Vec<Entry<'_>> {
    of.rules.iter().map(Entry::of_rule).collect()
}

fn gates(of: &Policy) -> Vec<Entry<'_>> {
    of.gates.iter().map(Entry::of_gate).collect()
}

fn between(from: &[Entry<'_>], to: &[Entry<'_>]) -> Vec<Difference> {
    let old: BTreeSet<&str> = from.iter().map(|it| it.id).collect();
    let new: BTreeMap<&str, &Entry<'_>> = to.iter().map(|it| (it.id, it)).collect();
    let first = from.iter().filter_map(|it| match new.get(it.id) {
        None => {
            let costs = FieldChange { field: "otherwise", from: it.costs(), to: None };
            Some(it.difference(Way::Dropped, vec![costs]))
        }
        Some(other) => {
            let fields = changed(it, other);
            (!fields.is_empty()).then(|| other.difference(Way::Changed, fields))
        }
    });
    let second = to.iter().filter(|it| !old.contains(it.id)).map(|it| {
        let costs = FieldChange { field: "otherwise", from: None, to: it.costs() };
        it.difference(Way::Added, vec![costs])
    });
    first.chain(second).collect()
}

fn changed(from: &Entry<'_>, to: &Entry<'_>) -> Vec<FieldChange> {
    let pairs = from.fields.iter().zip(&to.fields).filter(|(a, b)| a.1 != b.1);
    let change = |((field, from), (_, to)): (&(&'static str, String), &(_, String))| FieldChange {
        field,
        from: Some(from.clone()),
        to: Some(to.clone()),
    };
    pairs.map(change).collect()
}
