//! The seven steps of a trial, as the seed lists them ("Experimental Results").

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the seven steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// 1: the VM boots at the source, reports its facts, pauses and resumes.
    SanityCheck,
    /// 2: the VM is shut down at the source.
    Shutdown,
    /// 3: the VM is exported to OVF or to the destination format.
    Export,
    /// 4: the target has the resources the VM needs.
    ResourceCheck,
    /// 5: the target could run what was exported.
    ConsistencyCheck,
    /// 6: the VM is imported at the target.
    Import,
    /// 7: the VM is restarted at the target and its facts are compared.
    Restart,
}

impl Step {
    /// All seven, in order.
    pub const ALL: [Step; 7] = [
        Step::SanityCheck,
        Step::Shutdown,
        Step::Export,
        Step::ResourceCheck,
        Step::ConsistencyCheck,
        Step::Import,
        Step::Restart,
    ];

    /// Its number in the seed, 1 to 7.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Step::SanityCheck => 1,
            Step::Shutdown => 2,
            Step::Export => 3,
            Step::ResourceCheck => 4,
            Step::ConsistencyCheck => 5,
            Step::Import => 6,
            Step::Restart => 7,
        }
    }

    /// The step with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.number() == number)
    }

    /// What a person calls it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Step::SanityCheck => "sanity check at the source",
            Step::Shutdown => "shutdown at the source",
            Step::Export => "export",
            Step::ResourceCheck => "resource check at the target",
            Step::ConsistencyCheck => "consistency check at the target",
            Step::Import => "import",
            Step::Restart => "restart at the target",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} ({})", self.number(), self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_numbered_in_order() {
        let numbers: Vec<u8> = Step::ALL.iter().map(|step| step.number()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
        assert!(Step::ALL.is_sorted());
        assert_eq!(Step::from_number(8), None);
    }
}
