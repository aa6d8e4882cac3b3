//! How many of something there are, have a score, and have which.

use domain::score::Score;
use polars::prelude::{DataFrame, Expr, col, len, lit};

use super::TablesError;
use super::frame::numbers;
use super::table::Field;
use crate::outcomes::{NONE, code};

/// Scores in the order of merit, as tables list them.
pub(super) const SCORES: [Score; 3] = [Score::Success, Score::Warning, Score::Failure];

/// The columns that [`columns`] makes.
pub(super) const COLUMNS: [&str; 5] = ["all", "scored", "success", "warning", "failure"];

/// Counts of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) all: u64,
    pub(super) scored: u64,
    /// In the order of [`SCORES`].
    by_score: [u64; 3],
}

/// The counts of a group of rows with a column `score`.
pub(super) fn columns() -> Vec<Expr> {
    let of = |score| col("score").eq(lit(code(score))).sum();
    let [success, warning, failure] = SCORES.map(of);
    let counts = [len(), col("score").neq(lit(NONE)).sum(), success, warning, failure];
    counts.into_iter().zip(COLUMNS).map(|(count, name)| count.alias(name)).collect()
}

/// The counts of each row; none where the group does not occur. `name` is that of a column.
pub(super) fn read(
    frame: &DataFrame,
    name: impl Fn(&str) -> String,
) -> Result<Vec<Option<Counts>>, TablesError> {
    let columns: Vec<_> =
        COLUMNS.iter().map(|it| numbers(frame, &name(it))).collect::<Result<_, _>>()?;
    let row = |row: usize| {
        let at = |column: usize| columns.get(column)?.get(row).copied().flatten();
        Some(Counts { all: at(0)?, scored: at(1)?, by_score: [at(2)?, at(3)?, at(4)?] })
    };
    Ok((0..frame.height()).map(row).collect())
}

impl Counts {
    /// How many have this score.
    pub(super) fn of(&self, score: Score) -> u64 {
        let place = SCORES.iter().position(|it| *it == score);
        place.and_then(|it| self.by_score.get(it)).copied().unwrap_or_default()
    }

    /// The share of this score in what has one.
    pub(super) fn share(&self, score: Score) -> Field {
        Field::share(self.of(score), self.scored)
    }

    /// The shares of all scores, the best first.
    pub(super) fn shares(&self) -> [Field; 3] {
        SCORES.map(|score| self.share(score))
    }
}
