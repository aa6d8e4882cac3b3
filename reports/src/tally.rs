//! How many of something stand how, in the order of merit.

use std::collections::BTreeMap;
use std::fmt;

use domain::score::{Score, Standing};
use serde::Serializer;

/// Counts by standing, best first. States without a count are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<u8, (Standing, usize)>);

/// Every standing, in the order of merit.
pub const ALL: [Standing; 7] = [
    Standing::Scored(Score::Success),
    Standing::Scored(Score::Warning),
    Standing::Scored(Score::Failure),
    Standing::LabError,
    Standing::Blocked,
    Standing::NotRun,
    Standing::NotApplicable,
];

/// The order of merit: scores from the best down, then the states that are not scores.
#[must_use]
pub fn merit(standing: Standing) -> u8 {
    match standing {
        Standing::Scored(Score::Success) => 0,
        Standing::Scored(Score::Warning) => 1,
        Standing::Scored(Score::Failure) => 2,
        Standing::LabError => 3,
        Standing::Blocked => 4,
        Standing::NotRun => 5,
        Standing::NotApplicable => 6,
    }
}

/// The order of concern: failures first, then warnings, then what was not scored, last what is well.
#[must_use]
pub fn severity(standing: Standing) -> u8 {
    match standing {
        Standing::Scored(Score::Failure) => 0,
        Standing::Scored(Score::Warning) => 1,
        Standing::LabError => 2,
        Standing::Blocked => 3,
        Standing::NotRun => 4,
        Standing::NotApplicable => 5,
        Standing::Scored(Score::Success) => 6,
    }
}

impl Tally {
    /// Standings and how often each occurs.
    pub fn entries(&self) -> impl Iterator<Item = (Standing, usize)> {
        self.0.values().copied()
    }

    /// How often this standing occurs.
    #[must_use]
    pub fn of(&self, standing: Standing) -> usize {
        self.0.get(&merit(standing)).map_or(0, |(_, count)| *count)
    }

    /// How many have a score at all.
    #[must_use]
    pub fn scored(&self) -> usize {
        self.entries().filter(|(it, _)| it.score().is_some()).map(|(_, count)| count).sum()
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.entries().map(|(_, count)| count).sum()
    }
}

impl FromIterator<Standing> for Tally {
    fn from_iter<I: IntoIterator<Item = Standing>>(standings: I) -> Self {
        let mut tally = Self::default();
        for standing in standings {
            tally.0.entry(merit(standing)).or_insert((standing, 0)).1 += 1;
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> =
            self.entries().map(|(standing, count)| format!("{count} {standing}")).collect();
        f.write_str(&entries.join(", "))
    }
}

/// A standing as files hold it: the word that people read.
pub(crate) fn as_word<S: Serializer>(standing: &Standing, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(standing.word())
}

/// The same of a standing that may be missing.
#[expect(clippy::ref_option, reason = "serde's `serialize_with` passes a reference")]
pub(crate) fn as_optional_word<S: Serializer>(
    standing: &Option<Standing>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match standing {
        Some(standing) => as_word(standing, to),
        None => to.serialize_none(),
    }
}

/// The standing that this word stands for.
#[must_use]
pub fn standing_named(word: &str) -> Option<Standing> {
    ALL.into_iter().find(|it| it.word() == word)
}
