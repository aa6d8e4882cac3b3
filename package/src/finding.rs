//! What a rule of packages is, and what it finds.

use std::collections::BTreeSet;

use domain::score::Score;
use serde::Serialize;

/// A rule of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name, such as `P.ref.escape`.
    pub id: &'static str,
    /// What it costs where it is not kept, unless the finding says less.
    pub score: Score,
    /// What should hold.
    pub holds: &'static str,
    /// What to do where it does not.
    pub remedy: &'static str,
}

impl Rule {
    pub(crate) const fn failure(
        id: &'static str,
        holds: &'static str,
        remedy: &'static str,
    ) -> Self {
        Self { id, score: Score::Failure, holds, remedy }
    }

    pub(crate) const fn warning(
        id: &'static str,
        holds: &'static str,
        remedy: &'static str,
    ) -> Self {
        Self { id, score: Score::Warning, holds, remedy }
    }

    /// That it is not kept, and where.
    pub(crate) fn broken(&self, place: impl Into<String>, words: impl Into<String>) -> Finding {
        Finding {
            id: self.id,
            score: self.score,
            words: printable(&words.into()),
            place: printable(&place.into()),
            remedy: self.remedy,
        }
    }
}

/// A rule that a package does not keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub id: &'static str,
    /// What it costs.
    pub score: Score,
    /// What is wrong, in words.
    pub words: String,
    /// Where: a file of the package, and the line within it where that is known.
    pub place: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Finding {
    /// The same, at this cost.
    #[must_use]
    pub(crate) fn at(mut self, score: Score) -> Self {
        self.score = score;
        self
    }
}

/// Most findings that are told of one package, beside the worst of each rule.
const MOST: usize = 1_000;

/// The worst of what is found, the worst first; a rule that is not kept is told by at least one finding.
#[derive(Debug, Default)]
pub(crate) struct Worst {
    pub(crate) findings: Vec<Finding>,
    /// How many more there were.
    pub(crate) left_out: u64,
}

impl Worst {
    pub(crate) fn add(&mut self, found: Vec<Finding>) {
        self.findings.extend(found);
        self.findings.sort_by_key(|it| it.score);
        let (all, mut number, mut rules) = (self.findings.len(), 0, BTreeSet::new());
        self.findings.retain(|it| {
            number += 1;
            rules.insert(it.id) || number <= MOST
        });
        self.left_out += (all - self.findings.len()) as u64;
    }
}

/// Most characters of what a package says that are repeated.
const LONGEST: usize = 300;

/// A text that can be shown: no control characters, and not long. Packages are written by strangers.
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c })
        .take(LONGEST)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Signs that turn the direction of a text or cannot be seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
