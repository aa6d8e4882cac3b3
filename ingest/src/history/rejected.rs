//! Why a file is not imported: every row that cannot be read, with its line.

use std::fmt;

/// Most rows of one file that are told one by one; the others are counted.
pub const MOST_ROWS_TOLD: usize = 100;

/// A file that is not imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Rejected {
    /// The rows that cannot be read, by their lines; at most [`MOST_ROWS_TOLD`].
    pub rows: Vec<RejectedRow>,
    /// How many there are in all.
    pub count: u64,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectedRow {
    /// The line that it begins in, from 1; 1 as well when the file as a whole is meant.
    pub line: u64,
    /// Why, and what to do about it.
    pub reason: String,
}

impl Rejected {
    /// A file that cannot be read at all.
    #[must_use]
    pub fn whole(reason: impl Into<String>) -> Self {
        Self { rows: vec![RejectedRow { line: 1, reason: reason.into() }], count: 1 }
    }
}

impl fmt::Display for RejectedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, row) in self.rows.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{row}")?;
        }
        match self.count.saturating_sub(self.rows.len() as u64) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// Rejected rows as they are found.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    rows: Vec<RejectedRow>,
    count: u64,
}

impl Rejections {
    pub(super) fn add(&mut self, line: u64, reason: impl Into<String>) {
        self.count += 1;
        if self.rows.len() < MOST_ROWS_TOLD {
            self.rows.push(RejectedRow { line, reason: reason.into() });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn into_rejected(mut self) -> Rejected {
        self.rows.sort();
        Rejected { rows: self.rows, count: self.count }
    }
}
