//! What was written down where a vendor's own tool failed: a few lines, cleaned and bounded. A line of
//! a route that needs somebody else's tool is never quoted, nor is a text that names one.

use std::collections::BTreeMap;

use domain::event::{Evidence, EvidenceKind};
use domain::ids::{ConverterId, GuestId, PlatformId, Sha256Digest, VendorId};
use domain::plan::{CellId, Trial};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::{Route, Testbed};
use serde::Serialize;

use crate::leak::holds;
use crate::matrix::{Judged, RouteTried};
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

/// The proofs worth quoting to a vendor: of the limiting step of each route that needs tools of this
/// vendor alone and came to a WARNING or a FAILURE. Whoever reads them gives their ends.
#[must_use]
pub fn wanted(judged: &Judged<'_>, vendor: &VendorId) -> Vec<Proof> {
    let testbed = &judged.campaign.testbed;
    let is_own =
        |id: &ConverterId| testbed.converters.iter().any(|it| it.id == *id && it.vendor == *vendor);
    let routes = judged.cells().flat_map(|(_, cell)| &cell.routes);
    let own = routes.filter_map(|tried| {
        let route: &Route = testbed.route(&tried.verdict.route)?;
        let all_own = !route.converters.is_empty() && route.converters.iter().all(is_own);
        Some((tried, route.converters.first()?)).filter(|_| all_own)
    });
    let mut wanted: Vec<Proof> = own.flat_map(|(it, tool)| proofs(judged, it, tool)).collect();
    wanted.sort_by(|a, b| (&a.tool, &a.cell, a.sha256).cmp(&(&b.tool, &b.cell, b.sha256)));
    wanted.dedup();
    wanted
}

fn proofs(judged: &Judged<'_>, route: &RouteTried, tool: &ConverterId) -> Vec<Proof> {
    let scored = route.trials.iter().filter(|it| it.verdict.standing.score().is_some());
    let lowest = scored.min_by_key(|it| it.verdict.standing.score());
    let decides = lowest.filter(|it| it.verdict.standing != Standing::Scored(Score::Success));
    let Some(it) = decides else { return Vec::new() };
    let Some(step) = it.verdict.limiting().map(|it| it.step) else { return Vec::new() };
    let proof =
        |(from, sha256)| Proof { tool: tool.clone(), cell: it.trial.cell(), step, from, sha256 };
    evidence(judged, &it.trial, step).into_iter().map(proof).collect()
}

fn evidence(judged: &Judged<'_>, trial: &Trial, step: Step) -> Vec<(&'static str, Sha256Digest)> {
    let seen = judged.campaign.trials.get(trial).and_then(|steps| steps.get(&step));
    let all = seen.map(|it| it.finished.evidence.as_slice()).unwrap_or_default();
    all.iter().filter_map(|it: &Evidence| Some((quoted(it.kind)?, it.sha256))).collect()
}

/// Where quoted lines are from; what is no running text is not quoted.
fn quoted(kind: EvidenceKind) -> Option<&'static str> {
    match kind {
        EvidenceKind::Stdout => Some("what the tool printed"),
        EvidenceKind::Stderr => Some("what the tool complained about"),
        EvidenceKind::SerialLog => Some("the guest's serial console"),
        EvidenceKind::Argv
        | EvidenceKind::Screenshot
        | EvidenceKind::Descriptor
        | EvidenceKind::Manifest => None,
    }
}

impl VendorView {
    /// The same view with the ends of those proofs that were read. What names a tool, a route or a
    /// vendor that is not its own is left out as a whole.
    #[must_use]
    pub fn with_excerpts(mut self, judged: &Judged<'_>, read: &Read) -> Self {
        let names = names_of_others(&judged.campaign.testbed, &self.vendor);
        let wanted = wanted(judged, &self.vendor);
        for tool in &mut self.tools {
            let own = wanted.iter().filter(|it| it.tool == tool.id);
            let told = own.filter_map(|it| excerpt(it, read.get(&it.sha256)?, &names));
            tool.excerpts = told.take(MOST_EXCERPTS).collect();
            tool.excerpts.sort();
        }
        self
    }
}

fn excerpt(proof: &Proof, text: &str, names: &[String]) -> Option<Excerpt> {
    let lines = cleaned(text);
    let names_other = names.iter().any(|name| holds(text, name));
    let CellId { guest, source, target } = proof.cell.clone();
    let is_told = !lines.is_empty() && !names_other;
    is_told.then_some(Excerpt {
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

/// Every name by which something could be known that is not this vendor's.
fn names_of_others(testbed: &Testbed, vendor: &VendorId) -> Vec<String> {
    let tools = testbed.converters.iter().filter(|it| it.vendor != *vendor);
    let tools: Vec<_> = tools.collect();
    let needs_other =
        |it: &&Route| it.converters.iter().any(|id| tools.iter().any(|t| t.id == *id));
    let routes = testbed.routes.iter().filter(needs_other).map(|it| it.id.to_string());
    let vendors = testbed.vendors.iter().filter(|it| it.id != *vendor);
    let vendors = vendors.flat_map(|it| [it.id.to_string(), it.name.clone()]);
    let named = tools.iter().flat_map(|it| [it.id.to_string(), it.product.clone()]);
    named.chain(routes).chain(vendors).collect()
}
