//! Trials that somebody lists, to be walked or as results: whether their testbed has what they name.

use std::collections::HashSet;

use crate::plan::{MOST_TRIALS, Trial};
use crate::testbed::{Migration, Testbed};

/// Why a list of trials cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrialsProblem {
    /// There are none.
    #[error("it has no trials")]
    Empty,
    /// There are too many.
    #[error("it has {0} trials, more than a campaign may have ({MOST_TRIALS})")]
    TooMany(usize),
    /// A trial names something that the testbed lacks.
    #[error("trial {place}, {trial}: its testbed has no such guest, platform or route")]
    Unknown {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
    /// A trial has no repetition.
    #[error("trial {place}, {trial}: repetitions are counted from 1")]
    Repetition {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
    /// A trial is of another type of migration than the first.
    #[error(
        "trial {place}, {trial}: a campaign walks one type of migration, and the first is {first}"
    )]
    Type {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
        /// The type of the first.
        first: Migration,
    },
    /// A trial's type of migration makes no sense between its platforms.
    #[error("trial {place}, {trial}: live migration needs two platforms of one vendor and product")]
    Apart {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
    /// A trial stands twice.
    #[error("trial {place}, {trial}: it stands twice")]
    Twice {
        /// Which trial, 1 for the first.
        place: usize,
        /// What it says.
        trial: Trial,
    },
}

/// Checks that there are trials of one type of migration, that each stands once, and that the testbed
/// has what they name.
///
/// # Errors
/// The first problem found.
pub fn check<'a>(
    testbed: &Testbed,
    trials: impl ExactSizeIterator<Item = &'a Trial>,
) -> Result<(), TrialsProblem> {
    match trials.len() {
        0 => return Err(TrialsProblem::Empty),
        count if count > MOST_TRIALS => return Err(TrialsProblem::TooMany(count)),
        _ => {}
    }
    let (mut seen, mut first) = (HashSet::new(), None);
    for (place, it) in (1..).zip(trials) {
        let trial = || it.clone();
        if !knows(testbed, it) {
            return Err(TrialsProblem::Unknown { place, trial: trial() });
        }
        if it.repetition == 0 {
            return Err(TrialsProblem::Repetition { place, trial: trial() });
        }
        let first = *first.get_or_insert_with(|| testbed.migration(&it.route));
        if testbed.migration(&it.route) != first {
            return Err(TrialsProblem::Type { place, trial: trial(), first });
        }
        if !testbed.applies(first, &it.source, &it.target) {
            return Err(TrialsProblem::Apart { place, trial: trial() });
        }
        if !seen.insert(it) {
            return Err(TrialsProblem::Twice { place, trial: trial() });
        }
    }
    Ok(())
}

fn knows(testbed: &Testbed, trial: &Trial) -> bool {
    testbed.guest(&trial.guest).is_some()
        && testbed.platform(&trial.source).is_some()
        && testbed.platform(&trial.target).is_some()
        && testbed.route(&trial.route).is_some()
}
