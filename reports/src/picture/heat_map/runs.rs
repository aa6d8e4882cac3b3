//! Neighbouring squares that look alike, joined: one drawing, one tooltip, one link.

use domain::score::{Score, Standing};

use super::Square;
use crate::picture::label::link;

/// What a square looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Look {
    /// None where no trial was planned.
    pub(super) standing: Option<Standing>,
    /// Repetitions disagree.
    pub(super) unstable: bool,
    /// Older than it should be.
    pub(super) stale: bool,
}

/// Squares of one row that stand side by side and look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'a> {
    pub(super) look: Look,
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) href: Option<&'a str>,
}

impl From<&Square> for Look {
    /// Nothing that was not planned is unstable or stale.
    fn from(square: &Square) -> Self {
        let planned = square.standing.is_some();
        Self {
            standing: square.standing,
            unstable: planned && square.unstable,
            stale: planned && square.stale,
        }
    }
}

impl Look {
    /// A square of no campaign.
    pub(super) const ABSENT: Self = Self { standing: None, unstable: false, stale: false };

    /// A few letters for it, and for no other.
    pub(super) fn key(self) -> String {
        let letter = match self.standing {
            Some(Standing::Scored(Score::Success)) => "s",
            Some(Standing::Scored(Score::Warning)) => "w",
            Some(Standing::Scored(Score::Failure)) => "f",
            Some(Standing::LabError) => "l",
            Some(Standing::Blocked) => "b",
            Some(Standing::NotRun) => "n",
            Some(Standing::NotApplicable) => "a",
            None => "o",
        };
        let unstable = if self.unstable { "u" } else { "" };
        let stale = if self.stale { "t" } else { "" };
        format!("{letter}{unstable}{stale}")
    }

    /// The standing in a word.
    pub(super) fn word(self) -> &'static str {
        self.standing.map_or("not planned", Standing::word)
    }

    /// The standing without colour.
    pub(super) fn symbol(self) -> char {
        self.standing.map_or(' ', Standing::symbol)
    }

    /// In words: `WARNING, unstable, stale`.
    pub(super) fn in_words(self) -> String {
        let unstable = if self.unstable { ", unstable" } else { "" };
        let stale = if self.stale { ", stale" } else { "" };
        format!("{}{unstable}{stale}", self.word())
    }
}

/// The squares from `first` on as runs; those that a row lacks are not planned.
pub(super) fn runs(squares: &[Square], first: usize, len: usize) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for start in 0..len {
        let square = squares.get(first + start);
        let look = square.map_or(Look::ABSENT, Look::from);
        let href = square.and_then(|it| link(it.href.as_deref()?));
        match runs.last_mut() {
            Some(last) if last.look == look && last.href == href => last.len += 1,
            Some(_) | None => runs.push(Run { look, start, len: 1, href }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(standing: Option<Standing>, href: &str) -> Square {
        Square { standing, href: Some(href.to_owned()), ..Square::default() }
    }

    #[test]
    fn neighbours_that_look_alike_are_one() {
        let good = Some(Standing::Scored(Score::Success));
        let squares =
            [square(good, "#a"), square(good, "#a"), square(good, "#b"), square(None, "#b")];
        let found = runs(&squares, 0, 6);
        let told: Vec<(usize, usize, Option<&str>)> =
            found.iter().map(|it| (it.start, it.len, it.href)).collect();
        let expected = [(0, 2, Some("#a")), (2, 1, Some("#b")), (3, 1, Some("#b")), (4, 2, None)];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_look_has_a_key_of_its_own() {
        let standings = crate::tally::ALL.map(Some).into_iter().chain([None]);
        let marks = [(false, false), (false, true), (true, false), (true, true)];
        let looks = standings.flat_map(|standing| {
            marks.map(|(unstable, stale)| Look { standing, unstable, stale }.key())
        });
        let keys: Vec<String> = looks.collect();
        let different: std::collections::BTreeSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
