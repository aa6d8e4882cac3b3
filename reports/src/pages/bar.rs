//! A bar that shows shares of a whole: how many cells stand how, and how far a campaign has come.

use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tally::{Tally, as_word};

/// The width of a bar, in units of its drawing.
pub const WIDTH: usize = 240;

/// How many cells stand how, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CellCounts)]
pub struct Counts {
    /// A count for each standing that occurs.
    pub entries: Vec<Count>,
    /// How many there are in all.
    pub total: usize,
    /// How many are a SUCCESS.
    pub success: usize,
}

/// How many cells stand so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CellCount)]
pub struct Count {
    /// How they stand.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// How many.
    pub number: usize,
}

/// A part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Whose share.
    pub standing: Standing,
    /// Where it begins, in units of the drawing.
    pub x: usize,
    /// How wide it is.
    pub width: usize,
}

impl Counts {
    /// The parts of the bar, from left to right. What occurs is seen, however rare.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let mut until = 0;
        let part = |it: &Count| {
            let x = until * WIDTH / self.total.max(1);
            until += it.number;
            let end = until * WIDTH / self.total.max(1);
            Part { standing: it.standing, x, width: end.saturating_sub(x).max(1) }
        };
        self.entries.iter().map(part).collect()
    }

    /// All of it in words: `7 SUCCESS, 5 FAILURE`.
    #[must_use]
    pub fn words(&self) -> String {
        let entries = self.entries.iter().map(|it| format!("{} {}", it.number, it.standing));
        entries.collect::<Vec<_>>().join(", ")
    }
}

impl From<&Tally> for Counts {
    fn from(tally: &Tally) -> Self {
        let entries: Vec<Count> =
            tally.entries().map(|(standing, number)| Count { standing, number }).collect();
        let success = entries.iter().filter(|it| it.standing.word() == "SUCCESS");
        Self { success: success.map(|it| it.number).sum(), total: tally.total(), entries }
    }
}
