//! The HTML part of a letter: no script, nothing fetched, its few styles inline.

use askama::Template;
use domain::score::Standing;

use super::line::Line;
use super::vendor_letter::VendorLetter;
use crate::tally::Tally;

#[derive(Template)]
#[template(path = "letters/letter.html")]
struct Page<'a> {
    letter: &'a VendorLetter,
    counts: Vec<(String, Vec<(Standing, usize)>)>,
    lines: Vec<Line>,
}

/// The letter as HTML.
///
/// # Errors
/// When it cannot be written; in memory that does not happen.
pub fn html(letter: &VendorLetter) -> Result<String, askama::Error> {
    let own = ("Your platforms".to_owned(), letter.tally());
    let all = std::iter::once(own).chain(letter.tool_tallies());
    let counted = all.filter(|(_, tally)| tally.total() > 0);
    let entries = |tally: &Tally| tally.entries().collect();
    let counts = counted.map(|(name, tally)| (name, entries(&tally))).collect();
    Page { letter, counts, lines: letter.lines() }.render()
}
