//! What is wrong with a driver file: where, what, and what to do.

use std::ops::Range;

use serde::Serialize;

/// One mistake in a driver file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error, Serialize)]
#[error("line {line}: {what}; {remedy}")]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Collects mistakes, so that a person is told of all of them at once.
pub(crate) struct Problems<'a> {
    text: &'a str,
    found: Vec<Problem>,
}

/// Most mistakes that are told.
const MOST: usize = 20;

impl<'a> Problems<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Adds one that stands there.
    pub(crate) fn add(
        &mut self,
        at: &Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.found.len() < MOST {
            let line = line_of(self.text, at.start);
            self.found.push(Problem { line, what: what.into(), remedy: remedy.into() });
        }
    }

    /// All of them, in the order of the file.
    pub(crate) fn into_result(mut self) -> Result<(), Vec<Problem>> {
        self.found.sort();
        self.found.dedup();
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }
}

/// The line on which a byte stands, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|it| **it == b'\n').count() + 1
}
