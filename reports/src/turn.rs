//! How cells would turn from one policy to another, and how many which way.

use domain::score::{Score, Standing};
use serde::Serialize;

/// How a cell would change from the first policy to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// It would stand higher.
    Better,
    /// It would stand lower.
    Worse,
    /// It would stand the same.
    Same,
}

/// Cells by how they would change; the three sum to the number of cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// They stand higher under the second policy.
    pub better: usize,
    /// They stand lower.
    pub worse: usize,
    /// They stand the same.
    pub same: usize,
}

impl Turn {
    /// How a cell changes from one standing to another. A cell without a score lies between FAILURE
    /// and WARNING: a policy can only give it a FAILURE, for a trial that has not ended, or take
    /// that away.
    #[must_use]
    pub fn between(a: Standing, b: Standing) -> Self {
        let height = |it: Standing| match it.score() {
            Some(Score::Failure) => 0,
            None => 1,
            Some(Score::Warning) => 2,
            Some(Score::Success) => 3,
        };
        match height(a).cmp(&height(b)) {
            std::cmp::Ordering::Less => Turn::Better,
            std::cmp::Ordering::Equal => Turn::Same,
            std::cmp::Ordering::Greater => Turn::Worse,
        }
    }

    /// The word shown everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Turn::Better => "better",
            Turn::Worse => "worse",
            Turn::Same => "same",
        }
    }
}

impl Counts {
    /// The same with one more cell.
    #[must_use]
    pub fn with(mut self, turn: Turn) -> Self {
        match turn {
            Turn::Better => self.better += 1,
            Turn::Worse => self.worse += 1,
            Turn::Same => self.same += 1,
        }
        self
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |a, b| Self {
            better: a.better + b.better,
            worse: a.worse + b.worse,
            same: a.same + b.same,
        })
    }
}
