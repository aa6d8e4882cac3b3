//! A policy as a person writes it: whole, or as what it changes of another.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Base, Compare, Gate, Misfit, Policy, PolicyProblem, Rule, near, stands_above};
use crate::score::Score;

/// Most policies that one may stand on, one on the other.
pub const DEEPEST: usize = 4;

/// A policy file as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What a reader should know of it. That of a base is not taken over.
    #[serde(default)]
    pub note: String,
    /// What it builds on, if it does.
    #[serde(default)]
    pub extends: Option<Base>,
    /// The score of every rule and gate of the base whose facts could not be read.
    #[serde(default)]
    pub unread: Option<Score>,
    /// Ids of rules and gates of the base that it does without.
    #[serde(default)]
    pub drop: Vec<String>,
    /// What it changes of the base.
    #[serde(rename = "change", default)]
    pub changes: Vec<Change>,
    /// Its own rules, behind those of the base.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
    /// Its own gates, behind those of the base.
    #[serde(rename = "gate", default)]
    pub gates: Vec<Gate>,
}

/// Other terms for a rule or gate of the base. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Which rule or gate.
    pub id: String,
    /// What should hold, in words.
    #[serde(default)]
    pub title: Option<String>,
    /// What is compared.
    #[serde(default)]
    pub compare: Option<Compare>,
    /// The score when it does not hold.
    #[serde(default)]
    pub otherwise: Option<Score>,
    /// The score when a fact could not be read.
    #[serde(default)]
    pub unread: Option<Score>,
}

/// Changes by what they change.
type Changes<'a> = BTreeMap<&'a str, &'a Change>;

/// A policy, and the one that its file builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The policy, whole.
    pub policy: Policy,
    /// What it builds on, whole.
    pub base: Option<Policy>,
}

impl PolicyFile {
    /// The whole policy that this file comes to. `place` is how people call the file, `own` how
    /// another one beside it would name it; `lookup` reads a base.
    ///
    /// # Errors
    /// What `lookup` says, or the first problem, with the file it is in.
    pub fn resolve<E: From<Misfit>>(
        self,
        place: &str,
        own: Option<Base>,
        mut lookup: impl FnMut(&Base) -> Result<PolicyFile, E>,
    ) -> Result<Resolved, E> {
        let misfit = |place: &str, problem| Misfit { place: place.to_owned(), problem };
        let mut names: Vec<Base> = own.into_iter().collect();
        let mut chain = vec![(place.to_owned(), self)];
        while let Some(base) = chain.last().and_then(|(_, file)| file.extends.clone()) {
            if names.contains(&base) {
                names.push(base);
                return Err(misfit(place, PolicyProblem::Cycle(names)).into());
            }
            if chain.len() > DEEPEST {
                return Err(misfit(place, PolicyProblem::TooDeep).into());
            }
            chain.push((base.to_string(), lookup(&base)?));
            names.push(base);
        }
        let (mut built, mut below) = (None, None);
        for (place, file) in chain.into_iter().rev() {
            below = built.take();
            let policy = file.on(below.as_ref()).map_err(|problem| misfit(&place, problem))?;
            built = Some(policy);
        }
        match built {
            Some(policy) => Ok(Resolved { policy, base: below }),
            // A chain has at least the file itself.
            None => Err(misfit(place, PolicyProblem::Empty).into()),
        }
    }

    /// The policy that this file comes to on its base, which is given when the file names one.
    ///
    /// # Errors
    /// The first problem found.
    pub fn on(mut self, base: Option<&Policy>) -> Result<Policy, PolicyProblem> {
        let (mut rules, mut gates) = (Vec::new(), Vec::new());
        match base {
            None => self.check_alone()?,
            Some(base) => {
                self.check_against(base)?;
                let dropped: BTreeSet<&str> = self.drop.iter().map(String::as_str).collect();
                let changes: Changes<'_> =
                    self.changes.iter().map(|it| (it.id.as_str(), it)).collect();
                let kept = |id: &str| !dropped.contains(id);
                rules.extend(base.rules.iter().filter(|it| kept(&it.id)).cloned());
                gates.extend(base.gates.iter().filter(|it| kept(&it.id)).cloned());
                rules.iter_mut().for_each(|it| self.change(&changes, Terms::of_rule(it)));
                gates.iter_mut().for_each(|it| self.change(&changes, Terms::of_gate(it)));
            }
        }
        rules.append(&mut self.rules);
        gates.append(&mut self.gates);
        let Self { name, version, note, .. } = self;
        Policy { name, version, note, rules, gates }.validate()
    }

    fn check_alone(&self) -> Result<(), PolicyProblem> {
        let needs = |is_there: bool, what| {
            if is_there { Err(PolicyProblem::NoBase(what)) } else { Ok(()) }
        };
        needs(!self.drop.is_empty(), "drop")?;
        needs(!self.changes.is_empty(), "[[change]]")?;
        needs(self.unread.is_some(), "unread")
    }

    /// Whether all it says of its base can be said.
    fn check_against(&self, base: &Policy) -> Result<(), PolicyProblem> {
        let known: BTreeSet<&str> = base.ids().collect();
        let touched = self.drop.iter().chain(self.changes.iter().map(|it| &it.id));
        let mut seen = BTreeSet::new();
        for id in touched {
            if stands_above(id) {
                return Err(PolicyProblem::Above(id.clone()));
            }
            if !known.contains(id.as_str()) {
                return Err(unknown(id, &known));
            }
            if !seen.insert(id) {
                return Err(PolicyProblem::TouchedTwice(id.clone()));
            }
        }
        if let Some(change) = self.changes.iter().find(|it| it.is_empty()) {
            return Err(PolicyProblem::NoChange(change.id.clone()));
        }
        let mut own = self.rules.iter().map(|it| &it.id).chain(self.gates.iter().map(|it| &it.id));
        match own.find(|id| known.contains(id.as_str())) {
            Some(id) => Err(PolicyProblem::Already(id.clone())),
            None => Ok(()),
        }
    }

    /// Gives a rule or gate of the base the terms of this file.
    fn change(&self, changes: &Changes<'_>, terms: Terms<'_>) {
        let change = changes.get(terms.id);
        let told = |of: fn(&Change) -> Option<Score>| change.and_then(|it| of(it));
        if let Some(unread) = told(|it| it.unread).or(self.unread) {
            *terms.unread = unread;
        }
        if let Some(otherwise) = told(|it| it.otherwise) {
            *terms.otherwise = otherwise;
        }
        if let Some(title) = change.and_then(|it| it.title.as_ref()) {
            terms.title.clone_from(title);
        }
        if let Some(compare) = change.and_then(|it| it.compare.as_ref()) {
            terms.compare.clone_from(compare);
        }
    }
}

impl Change {
    fn is_empty(&self) -> bool {
        let Self { id: _, title, compare, otherwise, unread } = self;
        title.is_none() && compare.is_none() && otherwise.is_none() && unread.is_none()
    }
}

/// What a rule and a gate have in common, and a change may touch.
struct Terms<'a> {
    id: &'a str,
    title: &'a mut String,
    compare: &'a mut Compare,
    otherwise: &'a mut Score,
    unread: &'a mut Score,
}

impl<'a> Terms<'a> {
    fn of_rule(rule: &'a mut Rule) -> Self {
        let Rule { id, title, compare, otherwise, unread, .. } = rule;
        Self { id, title, compare, otherwise, unread }
    }

    fn of_gate(gate: &'a mut Gate) -> Self {
        let Gate { id, title, compare, otherwise, unread } = gate;
        Self { id, title, compare, otherwise, unread }
    }
}

fn unknown(id: &str, known: &BTreeSet<&str>) -> PolicyProblem {
    let near = near(id, known.iter().copied()).into_iter().map(str::to_owned).collect();
    PolicyProblem::Unknown { id: id.chars().take(64).collect(), near }
}
