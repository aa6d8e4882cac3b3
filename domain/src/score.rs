//! The ordered scale and the states that stand beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A score. The order is the seed's: FAILURE is the lowest ("aggregation rule").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Score {
    /// The step failed or could not be completed.
    Failure,
    /// It runs, but not as it did.
    Warning,
    /// Nothing the policy cares about changed.
    Success,
}

impl Score {
    /// The word shown everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Score::Failure => "FAILURE",
            Score::Warning => "WARNING",
            Score::Success => "SUCCESS",
        }
    }

    /// A sign that reads without colour.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Score::Failure => '✗',
            Score::Warning => '!',
            Score::Success => '✓',
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How something stands: scored, or in one of the states that are not scores.
///
/// A lab outage is never a product FAILURE, so `LabError` has no place on the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It was carried out and judged.
    Scored(Score),
    /// It was planned and has not been reached.
    NotRun,
    /// An earlier step failed, so this one could not be tried.
    Blocked,
    /// The question makes no sense here, for example live migration between different hypervisors.
    NotApplicable,
    /// The lab broke, not the product.
    LabError,
}

impl Standing {
    /// The score, where there is one.
    #[must_use]
    pub fn score(self) -> Option<Score> {
        match self {
            Standing::Scored(score) => Some(score),
            Standing::NotRun | Standing::Blocked | Standing::NotApplicable | Standing::LabError => {
                None
            }
        }
    }

    /// The word shown everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Standing::Scored(score) => score.word(),
            Standing::NotRun => "not run",
            Standing::Blocked => "blocked",
            Standing::NotApplicable => "not applicable",
            Standing::LabError => "lab error",
        }
    }

    /// A sign that reads without colour.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Standing::Scored(score) => score.symbol(),
            Standing::NotRun => '·',
            Standing::Blocked => '⊘',
            Standing::NotApplicable => '—',
            Standing::LabError => '?',
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_seeds() {
        assert!(Score::Failure < Score::Warning && Score::Warning < Score::Success);
    }

    #[test]
    fn only_scores_are_scores() {
        assert_eq!(Standing::Scored(Score::Warning).score(), Some(Score::Warning));
        for state in
            [Standing::NotRun, Standing::Blocked, Standing::NotApplicable, Standing::LabError]
        {
            assert_eq!(state.score(), None);
        }
    }
}
