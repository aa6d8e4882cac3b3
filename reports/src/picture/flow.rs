//! Which ways guests took: bands from source platforms over routes to target platforms.

mod layout;
mod pieces;
mod places;
mod stack;
mod sums;

use domain::score::Standing;

/// The most platforms on a side that have a place of their own; the others share one.
pub const MOST_PLATFORMS: usize = 24;

/// The most routes that have a place of their own; the others share one.
pub const MOST_ROUTES: usize = 12;

/// Bands between platforms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// What it is called within its page, and nothing else there is.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What the weights count, one of it: `trial` or `cell`.
    pub noun: String,
    /// In any order. Platforms and routes are drawn in the order in which they first occur; the
    /// same platform has the same rank on both sides.
    pub bands: Vec<Band>,
}

/// So many that took the same way and ended alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Where they came from.
    pub source: String,
    /// Along which route, under the name that the reader may know.
    pub route: String,
    /// Where they went.
    pub target: String,
    /// How they stand.
    pub standing: Standing,
    /// How many; a band of none is not drawn.
    pub weight: u32,
}

impl Flow {
    /// The picture, for a place in an HTML page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn svg(&self) -> Result<String, askama::Error> {
        layout::draw(self)
    }
}
