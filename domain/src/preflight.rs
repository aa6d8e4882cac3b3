//! Preflight: what two platforms say of a machine before it travels, as facts that rules can read.
//!
//! Whoever reaches a platform fills in [`Machine`] and [`Target`]; the facts follow from them alone, so
//! that every kind of platform is judged by the same rules. What a platform cannot be asked for is no
//! fact and no rule; what it could be asked for and did not tell is *not observed*.

mod source;
mod target;

pub use source::at_source;
pub use target::{at_target, fits, is_host_name};

use std::collections::{BTreeMap, BTreeSet};

use crate::observation::{Channel, Observation, Value};

/// The fact that lists which others can be observed in its step. Rules with `where_observable` apply
/// where it lists theirs.
pub const OBSERVABLE: &str = "observable";

/// Whether something was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<T> {
    /// This kind of platform cannot be asked.
    CannotBeAsked,
    /// It can, and gave no answer.
    Unread,
    /// Its answer.
    Is(T),
}

/// A machine as its platform describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Whether it is in a normal state: not migrating, crashed or out of reach.
    pub is_normal: Told<bool>,
    /// Its disks.
    pub disks: Told<Vec<Disk>>,
    /// Its network adapters.
    pub nics: Told<Vec<Nic>>,
    /// Devices of the host that are passed through to it.
    pub passed_through: Told<Vec<PassedThrough>>,
    /// Whether only signed boot loaders start.
    pub secure_boot: Told<bool>,
    /// Whether it has a TPM.
    pub tpm: Told<bool>,
}

/// A disk of a machine; none: not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disk {
    /// The bus or controller it is on.
    pub bus: Option<String>,
    /// Whether other machines may write to it too.
    pub shared: Option<bool>,
}

/// A network adapter of a machine; none: not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nic {
    /// Its model.
    pub model: Option<String>,
    /// The network it is on.
    pub network: Option<String>,
}

/// A device of the host that is passed through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedThrough {
    /// What the platform calls it.
    pub name: String,
    /// Whether it is only a USB device or a virtual function: the machine starts without it.
    pub is_light: bool,
}

/// What a target says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Most disks of one machine.
    pub most_disks: Told<u64>,
    /// Most network adapters of one machine.
    pub most_nics: Told<u64>,
    /// Buses and controllers that it offers.
    pub buses: Told<BTreeSet<String>>,
    /// Models of network adapters that it offers.
    pub models: Told<BTreeSet<String>>,
    /// The target's network for each network of the source; what is not here has none.
    pub networks: Told<BTreeMap<String, String>>,
    /// Whether it offers secure boot.
    pub secure_boot: Told<bool>,
    /// Whether it offers a TPM.
    pub tpm: Told<bool>,
}

impl<T> Told<T> {
    /// What follows from it, where it was told.
    pub fn map<U>(&self, with: impl FnOnce(&T) -> U) -> Told<U> {
        self.and_then(|it| Told::Is(with(it)))
    }

    /// What follows from it and may not have been told in turn.
    pub fn and_then<U>(&self, with: impl FnOnce(&T) -> Told<U>) -> Told<U> {
        match self {
            Self::CannotBeAsked => Told::CannotBeAsked,
            Self::Unread => Told::Unread,
            Self::Is(it) => with(it),
        }
    }

    /// What follows from both. What one side cannot be asked for nobody can compare.
    fn with<U, V>(&self, other: &Told<U>, then: impl FnOnce(&T, &U) -> Told<V>) -> Told<V> {
        match (self, other) {
            (Self::CannotBeAsked, _) | (_, Told::CannotBeAsked) => Told::CannotBeAsked,
            (Self::Unread, _) | (_, Told::Unread) => Told::Unread,
            (Self::Is(one), Told::Is(two)) => then(one, two),
        }
    }
}

impl<T> From<Option<T>> for Told<T> {
    /// The answer of a platform that can be asked.
    fn from(answer: Option<T>) -> Self {
        answer.map_or(Self::Unread, Self::Is)
    }
}

/// Facts that are being gathered, and which of them could be asked for.
#[derive(Debug, Default)]
struct Facts {
    observable: Vec<String>,
    seen: Vec<Observation>,
}

impl Facts {
    fn tell(&mut self, fact: &str, told: Told<Value>) {
        match told {
            Told::CannotBeAsked => return,
            Told::Unread => {}
            Told::Is(value) => {
                self.seen.push(Observation::new(fact, value, Channel::PlatformApi));
            }
        }
        self.observable.push(fact.to_owned());
    }

    fn finish(mut self) -> Vec<Observation> {
        self.seen.push(Observation::list(OBSERVABLE, self.observable, Channel::PlatformApi));
        self.seen
    }
}

/// Adds facts to those that can be observed among these; without any the list begins with them.
pub fn also_observable(seen: &mut Vec<Observation>, facts: &[&str]) {
    if facts.is_empty() {
        return;
    }
    let facts = facts.iter().map(|it| (*it).to_owned());
    let there = seen.iter_mut().rev().find(|it| it.fact == OBSERVABLE).map(|it| &mut it.value);
    match there {
        Some(Value::List(known)) => known.extend(facts),
        _ => seen.push(Observation::list(OBSERVABLE, facts.collect(), Channel::Host)),
    }
}

/// A number as rules compare it.
fn number(count: u64) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}
