//! What is free at a target, and what a machine needs of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What is there and free. What the platform does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceReport {
    /// Memory of the hosts together, in bytes.
    pub memory_total_bytes: Option<u64>,
    /// Memory that is free, in bytes.
    pub memory_free_bytes: Option<u64>,
    /// Processors of the hosts together.
    pub cpus: Option<u64>,
    /// Where disks can lie.
    pub storages: Vec<Storage>,
    /// Networks that adapters can be on.
    pub networks: BTreeSet<String>,
}

/// One place for disks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Its size, in bytes.
    pub total_bytes: Option<u64>,
    /// What is free of it, in bytes.
    pub free_bytes: Option<u64>,
}

/// What a machine needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirement {
    /// Memory, in bytes.
    pub memory_bytes: u64,
    /// Virtual processors.
    pub cpus: u64,
    /// Storage in one place, in bytes.
    pub storage_bytes: u64,
    /// Networks by name.
    pub networks: BTreeSet<String>,
}

/// Something that does not suffice, or that the platform does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shortage {
    /// There is less of it than is needed; in bytes, or pieces for processors.
    Less {
        /// Of what.
        what: &'static str,
        /// How much is needed.
        needed: u64,
        /// How much there is.
        there: u64,
    },
    /// The platform does not say how much there is.
    NotObserved(&'static str),
    /// A network is not there.
    NoNetwork(String),
}

impl ResourceReport {
    /// What does not suffice; nothing when all does.
    #[must_use]
    pub fn shortages(&self, requirement: &Requirement) -> Vec<Shortage> {
        let storage = self.storages.iter().filter_map(|it| it.free_bytes).max();
        let compared = [
            ("memory", requirement.memory_bytes, self.memory_free_bytes),
            ("processors", requirement.cpus, self.cpus),
            ("storage", requirement.storage_bytes, storage),
        ];
        let lacking = compared.into_iter().filter_map(|(what, needed, there)| match there {
            Some(there) if there >= needed => None,
            Some(there) => Some(Shortage::Less { what, needed, there }),
            None => Some(Shortage::NotObserved(what)),
        });
        let absent = requirement.networks.difference(&self.networks);
        lacking.chain(absent.map(|it| Shortage::NoNetwork(it.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_not_enough() {
        let report = ResourceReport { cpus: Some(4), ..ResourceReport::default() };
        let needs = Requirement { memory_bytes: 1, cpus: 8, ..Requirement::default() };
        assert_eq!(
            report.shortages(&needs),
            [
                Shortage::NotObserved("memory"),
                Shortage::Less { what: "processors", needed: 8, there: 4 },
                Shortage::NotObserved("storage"),
            ]
        );
    }
}
