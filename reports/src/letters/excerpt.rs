//! What was written down where a vendor's own tool failed: a few lines, cleaned and bounded. A line of
//! a route that needs somebody else's tool is never quoted, nor is a text that names one.

use std::collections::BTreeMap;

use domain::ids::{ConverterId, GuestId, PlatformId, Sha256Digest};
use domain::plan::CellId;
use domain::step::Step;
use serde::Serialize;

use super::names::Names;
use crate::vendor::VendorView;

/// Most lines of one excerpt: the last ones, where what went wrong stands.
pub const MOST_LINES: usize = 4;

/// Longest line, in characters.
pub const LONGEST_LINE: usize = 120;

/// Most excerpts of one tool.
pub const MOST_EXCERPTS: usize = 8;

/// Texts that somebody read, by the digest of the whole.
pub type Read = BTreeMap<Sha256Digest, String>;

/// The end of a proof, to be quoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Excerpt {
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// Number of the step, 1 to 7.
    pub step: u8,
    /// What a person calls it.
    pub title: &'static str,
    /// Where the lines are from.
    pub from: &'static str,
    /// Digest of the whole.
    pub sha256: Sha256Digest,
    /// The last lines.
    pub lines: Vec<String>,
}

/// A proof worth quoting to a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The tool by whose vendor it may be read.
    pub tool: ConverterId,
    /// In which cell.
    pub cell: CellId,
    /// At which step.
    pub step: Step,
    /// Where the lines are from.
    pub from: &'static str,
    /// Digest of the whole.
    pub sha256: Sha256Digest,
}

impl VendorView {
    /// The same view with the ends of those proofs that were read. What names a tool, a route or a
    /// vendor that is not its own is left out as a whole.
    #[must_use]
    pub fn with_excerpts(mut self, wanted: &[Proof], read: &Read, names: &Names) -> Self {
        for tool in &mut self.tools {
            let own = wanted.iter().filter(|it| it.tool == tool.id);
            let texts = own.filter_map(|it| Some((it, read.get(&it.sha256)?)));
            let innocent = texts.filter(|(_, text)| names.of_others(text, &self.vendor).is_empty());
            let told = innocent.filter_map(|(it, text)| excerpt(it, text));
            tool.excerpts = told.take(MOST_EXCERPTS).collect();
            tool.excerpts.sort();
        }
        self
    }
}

fn excerpt(proof: &Proof, text: &str) -> Option<Excerpt> {
    let lines = cleaned(text);
    let CellId { guest, source, target } = proof.cell.clone();
    (!lines.is_empty()).then_some(Excerpt {
        guest,
        source,
        target,
        step: proof.step.number(),
        title: proof.step.title(),
        from: proof.from,
        sha256: proof.sha256,
        lines,
    })
}

/// The last lines that say anything, each without control characters and of bounded length.
fn cleaned(text: &str) -> Vec<String> {
    let printable = |line: &str| -> String {
        let shown = line.chars().map(|it| if is_hidden(it) { ' ' } else { it });
        shown.collect::<String>().trim().chars().take(LONGEST_LINE).collect()
    };
    let mut lines: Vec<String> =
        text.lines().rev().map(printable).filter(|it| !it.is_empty()).take(MOST_LINES).collect();
    lines.reverse();
    lines
}

/// Whether a character moves a cursor, turns the direction of a text or takes no room.
fn is_hidden(it: char) -> bool {
    let turns =
        matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    it.is_control() || turns || it == '\u{feff}'
}
