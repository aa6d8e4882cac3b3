//! A table of plain values, whatever computed it.

use domain::score::Score;
use serde::{Serialize, Serializer};

use super::Analysis;
use crate::units;

/// A table with a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The word of its analysis, for programs.
    pub by: &'static str,
    /// What it says.
    pub title: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows; each has one field a column.
    pub rows: Vec<Vec<Field>>,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// There is none.
    Nothing,
    /// Words.
    Text(String),
    /// A score.
    Score(Score),
    /// How many.
    Count(u64),
    /// How many of how many.
    Share {
        /// Those.
        part: u64,
        /// Of these.
        whole: u64,
    },
    /// A time, in milliseconds.
    Duration(u64),
}

impl Table {
    /// The table of an analysis.
    pub(super) fn of(analysis: Analysis, columns: Vec<String>, rows: Vec<Vec<Field>>) -> Self {
        Self { by: analysis.word(), title: analysis.title().to_owned(), columns, rows }
    }
}

impl Field {
    /// Words.
    pub(super) fn text(words: impl ToString) -> Self {
        Self::Text(words.to_string())
    }

    /// How many of how many; nothing of nothing.
    pub(super) fn share(part: u64, whole: u64) -> Self {
        if whole == 0 { Self::Nothing } else { Self::Share { part, whole } }
    }

    /// Whether it stands on the right.
    pub(super) fn is_number(&self) -> bool {
        match self {
            Field::Nothing | Field::Text(_) | Field::Score(_) => false,
            Field::Count(_) | Field::Share { .. } | Field::Duration(_) => true,
        }
    }

    /// As a person reads it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Field::Nothing => "–".to_owned(),
            Field::Text(words) => words.clone(),
            Field::Score(score) => format!("{} {score}", score.symbol()),
            Field::Count(count) => count.to_string(),
            Field::Share { part: 0, whole } => format!("0 % (0 of {whole})"),
            Field::Share { part, whole } => {
                format!("{} ({part} of {whole})", units::share(*part, *whole))
            }
            Field::Duration(ms) => units::duration(*ms),
        }
    }

    /// As a spreadsheet reads it: shares as a fraction of 1, durations in milliseconds.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Field::Nothing => String::new(),
            Field::Text(words) => words.clone(),
            Field::Score(score) => score.word().to_owned(),
            Field::Count(count) | Field::Duration(count) => count.to_string(),
            Field::Share { part, whole } => fraction(*part, *whole),
        }
    }
}

/// Four digits, rounded down, so that only all of them are 1.
fn fraction(part: u64, whole: u64) -> String {
    let digits = u128::from(part) * 10_000 / u128::from(whole).max(1);
    format!("{}.{:04}", digits / 10_000, digits % 10_000)
}

/// By hand, so that shares keep both numbers.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Share {
            part: u64,
            whole: u64,
        }
        match self {
            Field::Nothing => to.serialize_none(),
            Field::Text(words) => to.serialize_str(words),
            Field::Score(score) => to.serialize_str(score.word()),
            Field::Count(count) | Field::Duration(count) => to.serialize_u64(*count),
            Field::Share { part, whole } => Share { part: *part, whole: *whole }.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_never_rounds_up_to_all() {
        let share = |part, whole| Field::Share { part, whole }.plain();
        assert_eq!(
            [share(1, 3), share(99_999, 100_000), share(2, 2)],
            ["0.3333", "0.9999", "1.0000"]
        );
        assert_eq!(share(u64::MAX, u64::MAX), "1.0000");
        assert_eq!(Field::share(0, 0), Field::Nothing);
        assert_eq!(Field::share(1, 3).shown(), "33 % (1 of 3)");
        assert_eq!(Field::share(0, 3).shown(), "0 % (0 of 3)");
    }
}
