//! Operating a machine: what is asked of a platform beside moving (the seed's usage scenario of common operations), and how
//! it is judged.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::score::{Score, Standing};

/// One operation, in the order in which they are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// The machine is listed, once.
    Inventory,
    /// It is started, and its guest reports.
    Start,
    /// It is paused: its guest is silent.
    Pause,
    /// It goes on.
    Unpause,
    /// A snapshot of it is made while it runs, and is listed.
    Snapshot,
    /// The snapshot is removed, and the guest goes on.
    SnapshotRemoval,
    /// The power button: the guest shuts itself down.
    Shutdown,
    /// It is started once more.
    StartAgain,
    /// The plug is pulled.
    ForceOff,
    /// It is still listed, once, and is off.
    InventoryAfter,
}

impl Operation {
    /// Every operation, in order.
    pub const ALL: [Self; 10] = [
        Self::Inventory,
        Self::Start,
        Self::Pause,
        Self::Unpause,
        Self::Snapshot,
        Self::SnapshotRemoval,
        Self::Shutdown,
        Self::StartAgain,
        Self::ForceOff,
        Self::InventoryAfter,
    ];

    /// The operation without which this one cannot be tried.
    #[must_use]
    pub fn needs(self) -> Option<Self> {
        match self {
            Self::Inventory => None,
            Self::Start => Some(Self::Inventory),
            Self::Pause | Self::Snapshot | Self::Shutdown => Some(Self::Start),
            Self::Unpause => Some(Self::Pause),
            Self::SnapshotRemoval => Some(Self::Snapshot),
            // Whatever became of the shutdown, the machine is off after it.
            Self::StartAgain => Some(Self::Start),
            Self::ForceOff => Some(Self::StartAgain),
            Self::InventoryAfter => Some(Self::Inventory),
        }
    }

    /// Its name in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
            Self::Snapshot => "snapshot",
            Self::SnapshotRemoval => "snapshot removal",
            Self::Shutdown => "shutdown",
            Self::StartAgain => "start again",
            Self::ForceOff => "force off",
            Self::InventoryAfter => "inventory, off",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "found", content = "why")]
pub enum Found {
    /// It had its effect.
    Held,
    /// It had its effect by another way than the one asked for.
    Otherwise(String),
    /// The platform's driver does not offer it.
    NotOffered,
    /// It was refused, or had no effect.
    Failed(String),
    /// It was not tried, because of the one it needs.
    NotTried,
    /// It could not be tried: the lab broke.
    LabError(String),
}

impl Found {
    /// How it stands: the rules of this scenario, which no policy changes.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Held => Standing::Scored(Score::Success),
            Self::Otherwise(_) | Self::NotOffered => Standing::Scored(Score::Warning),
            Self::Failed(_) => Standing::Scored(Score::Failure),
            Self::NotTried => Standing::Blocked,
            Self::LabError(_) => Standing::LabError,
        }
    }

    /// What there is to say of it.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Otherwise(why) | Self::Failed(why) | Self::LabError(why) => Some(why),
            Self::NotOffered => Some("the driver does not offer it"),
            Self::Held | Self::NotTried => None,
        }
    }
}

/// How a platform stands: a lab error where there is one, for then nobody knows the rest; else its lowest score.
#[must_use]
pub fn overall(found: &[Found]) -> Standing {
    if found.iter().any(|it| it.standing() == Standing::LabError) {
        return Standing::LabError;
    }
    let scores = found.iter().filter_map(|it| it.standing().score());
    scores.min().map_or(Standing::NotRun, Standing::Scored)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found() -> impl Strategy<Value = Found> {
        prop_oneof![
            Just(Found::Held),
            Just(Found::Otherwise("o".to_owned())),
            Just(Found::NotOffered),
            Just(Found::Failed("f".to_owned())),
            Just(Found::NotTried),
            Just(Found::LabError("l".to_owned())),
        ]
    }

    proptest! {
        /// Against the plain words: red if anything is red, yellow if anything is yellow, green if anything is green.
        #[test]
        fn a_platform_stands_by_its_worst(all in prop::collection::vec(found(), 0..12)) {
            let has = |wanted: fn(&Found) -> bool| all.iter().any(wanted);
            let plain = if has(|it| matches!(it, Found::LabError(_))) {
                "lab error"
            } else if has(|it| matches!(it, Found::Failed(_))) {
                "FAILURE"
            } else if has(|it| matches!(it, Found::NotOffered | Found::Otherwise(_))) {
                "WARNING"
            } else if has(|it| matches!(it, Found::Held)) {
                "SUCCESS"
            } else {
                "not run"
            };
            prop_assert_eq!(overall(&all).word(), plain);
        }
    }

    #[test]
    fn each_needs_only_one_that_comes_before_it() {
        for (place, it) in Operation::ALL.into_iter().enumerate() {
            let before =
                it.needs().and_then(|needed| Operation::ALL.iter().position(|it| *it == needed));
            assert!(before.is_none_or(|before| before < place), "{it}");
        }
    }
}
