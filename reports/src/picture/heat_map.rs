//! How cells stood, campaign by campaign: a row of squares for each.

mod choice;
mod layout;
mod runs;
mod strips;
mod words;

use std::collections::BTreeMap;

use domain::score::Standing;

use super::column::Column;
use crate::tally::severity;

/// The most cells that a heat map draws: those that stand worst.
pub const MOST_ROWS: usize = 400;

/// The standings of cells over campaigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatMap {
    /// What it is called within its page, and nothing else there is.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// Campaigns, the oldest first. Above [`super::MOST_COLUMNS`], the last ones are drawn.
    pub columns: Vec<Column>,
    /// Cells; those of a guest are drawn together. Above [`MOST_ROWS`], the worst are drawn.
    pub rows: Vec<HeatRow>,
}

/// A cell through time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatRow {
    /// Whose cell.
    pub guest: String,
    /// Where the guest comes from.
    pub source: String,
    /// Where it goes.
    pub target: String,
    /// One for each column. Missing ones at the end are not planned.
    pub squares: Vec<Square>,
}

/// A cell in a campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Square {
    /// How it stood; none where no trial was planned.
    pub standing: Option<Standing>,
    /// Its repetitions disagree.
    pub unstable: bool,
    /// It is older than it should be.
    pub stale: bool,
    /// Where it is told in full: a place on this site, such as `#cell:…`. A link that leads
    /// elsewhere is left out. A picture is smaller when neighbours share one.
    pub href: Option<String>,
}

impl HeatMap {
    /// The picture, for a place in an HTML page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn svg(&self) -> Result<String, askama::Error> {
        layout::draw(self)
    }

    /// The rows that are drawn, by guest. All in the order given, or the worst first.
    pub(super) fn drawn(&self) -> Vec<(&str, Vec<&HeatRow>)> {
        let mut rows: Vec<&HeatRow> = self.rows.iter().collect();
        if rows.len() > MOST_ROWS {
            rows.sort_by_cached_key(|it| it.concern(self.columns.len()));
            rows.truncate(MOST_ROWS);
        }
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut groups: Vec<(&str, Vec<&HeatRow>)> = Vec::new();
        for row in rows {
            let place = *places.entry(&row.guest).or_insert_with(|| {
                groups.push((&row.guest, Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(row);
        }
        groups
    }
}

impl HeatRow {
    /// How it stood in every campaign, the last one first: the lower, the worse.
    fn concern(&self, columns: usize) -> Vec<(bool, u8)> {
        let squares = (0..columns).map(|place| self.squares.get(place).and_then(|it| it.standing));
        let concern = |it: Option<Standing>| (it.is_none(), it.map_or(0, severity));
        let mut concerns: Vec<(bool, u8)> = squares.map(concern).collect();
        concerns.reverse();
        concerns
    }
}
