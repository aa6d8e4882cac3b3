//! How things went, campaign by campaign: small charts below each other, with version changes.

mod layout;
mod levels;
mod shares;
mod upgrades;
mod words;

use domain::score::Standing;

use super::column::Column;
use crate::tally::Tally;

/// The most charts that one picture draws: the first ones.
pub const MOST_CHARTS: usize = 40;

/// Charts that share their campaigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// What it is called within its page, and nothing else there is.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// Campaigns, the oldest first. Above [`super::MOST_COLUMNS`], the last ones are drawn.
    pub columns: Vec<Column>,
    /// Above [`MOST_CHARTS`], the first are drawn.
    pub charts: Vec<Chart>,
    /// Versions that changed, in any order.
    pub upgrades: Vec<Upgrade>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Whose.
    pub label: String,
    /// What it draws.
    pub course: Course,
}

/// What a chart draws, one value for each column. Missing ones at the end are gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Course {
    /// How many cells stood how, as stacked bars of equal height. An empty tally is a gap.
    Shares(Vec<Tally>),
    /// How one cell stood, as a line of three levels. Where it had no score is a gap.
    Levels(Vec<Option<Standing>>),
}

/// A version that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The first column that has the new version, counted from 0.
    pub column: usize,
    /// What changed from what to what.
    pub label: String,
}

impl Trend {
    /// The picture, for a place in an HTML page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn svg(&self) -> Result<String, askama::Error> {
        layout::draw(self)
    }
}
