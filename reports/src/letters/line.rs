//! A result of a vendor: a cell from or to one of its platforms, or a route with one of its tools.

use std::collections::BTreeSet;

use domain::ids::ConverterId;
use domain::plan::CellId;
use domain::score::{Score, Standing};
use serde::Serialize;

use crate::matrix_file::Limit;
use crate::tally::{Tally, as_word, severity};
use crate::units::count;
use crate::vendor::{ToolResult, VendorCell, VendorTool, VendorView};

/// Most results that are named first.
pub const MOST_PRESSING: usize = 5;

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The tool of the vendor; null for a cell, which is the best over everybody's routes.
    pub tool: Option<ConverterId>,
    /// Its product; empty for a cell.
    pub product: String,
    /// Which cell.
    pub cell: CellId,
    /// Its number among results with the same tool in the same cell, the best first.
    pub number: usize,
    /// The route needs a tool of somebody else besides.
    pub with_another: bool,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// What holds it back; empty when nothing does.
    pub reason: String,
    /// The same as words of closed lists.
    pub limit: Option<Limit>,
    /// What would turn it green.
    pub remedies: Vec<String>,
}

/// Which result it is: the same in another letter.
pub(super) type Key = (Option<ConverterId>, CellId, bool, usize);

impl Line {
    /// Every result of a view: cells, then tool by tool.
    #[must_use]
    pub fn all(view: &VendorView) -> Vec<Self> {
        let mut lines: Vec<Self> = view.cells.iter().map(Self::from).collect();
        for tool in &view.tools {
            for result in &tool.results {
                let line = Self::of_tool(tool, result);
                let same = lines.iter().filter(|it| it.place() == line.place()).count();
                lines.push(Self { number: same + 1, ..line });
            }
        }
        lines
    }

    /// The most pressing of these, the worst first: what fails, then what arrives changed. Each cell
    /// is named once.
    #[must_use]
    pub fn pressing(lines: &[Self]) -> Vec<Self> {
        let mut held: Vec<&Self> = lines.iter().filter(|it| it.is_held()).collect();
        held.sort_by_key(|it| severity(it.standing));
        let mut cells = BTreeSet::new();
        held.retain(|it| cells.insert(&it.cell));
        held.into_iter().take(MOST_PRESSING).cloned().collect()
    }

    /// How many of these something holds back.
    #[must_use]
    pub fn held(lines: &[Self]) -> usize {
        lines.iter().filter(|it| it.is_held()).count()
    }

    fn is_held(&self) -> bool {
        matches!(self.standing, Standing::Scored(Score::Failure | Score::Warning))
    }

    fn of_tool(tool: &VendorTool, result: &ToolResult) -> Self {
        Self {
            tool: Some(tool.id.clone()),
            product: tool.product.clone(),
            cell: result.id(),
            number: 1,
            with_another: result.with_another,
            standing: result.standing,
            unstable: result.unstable,
            reason: result.reason.clone(),
            limit: result.limit.clone(),
            remedies: result.remedies.clone(),
        }
    }

    fn place(&self) -> (Option<&ConverterId>, &CellId, bool) {
        (self.tool.as_ref(), &self.cell, self.with_another)
    }

    pub(super) fn key(&self) -> Key {
        (self.tool.clone(), self.cell.clone(), self.with_another, self.number)
    }

    /// What it is, in words: `portable: acme-like → kvm, with Canary Packer`.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.product.as_str(), self.with_another) {
            ("", _) => self.cell.to_string(),
            (product, false) => format!("{}, with {product}", self.cell),
            (product, true) => format!("{}, with {product} and another's tool", self.cell),
        }
    }

    /// What would turn it green, in a sentence; the step is not said again.
    #[must_use]
    pub fn remedy_in_words(&self) -> Option<String> {
        let first = self.remedies.first()?;
        let step = self.limit.as_ref().map(|it| format!(" ({})", it.title)).unwrap_or_default();
        let more = match self.remedies.len() {
            1 => String::new(),
            several => format!("; and {} more", several - 1),
        };
        let to = if self.standing.score().is_some() { "to turn it green: " } else { "" };
        Some(format!("{to}{}{more}", first.strip_suffix(&step).unwrap_or(first)))
    }

    /// How it stands, in a word or two.
    #[must_use]
    pub fn word(&self) -> String {
        let unstable = if self.unstable { " (unstable)" } else { "" };
        format!("{}{unstable}", self.standing)
    }
}

impl From<&VendorCell> for Line {
    fn from(cell: &VendorCell) -> Self {
        Self {
            tool: None,
            product: String::new(),
            cell: cell.id(),
            number: 1,
            with_another: false,
            standing: cell.standing,
            unstable: cell.unstable,
            reason: cell.reason.clone(),
            limit: cell.limit.clone(),
            remedies: cell.remedies.clone(),
        }
    }
}

/// How so many moves went, in a sentence; none when there are none.
pub(super) fn verdict(tally: &Tally, what: &str, place: &str) -> Option<String> {
    let of = |score| tally.of(Standing::Scored(score));
    let (same, changed, failed) = (of(Score::Success), of(Score::Warning), of(Score::Failure));
    let unscored = tally.total() - tally.scored();
    let runs = same + changed;
    let mut parts = vec![match (runs, same) {
        (0, _) => "none arrives and runs".to_owned(),
        (_, 0) => format!("{} and run{}, none just as it left", arrive(runs), s(runs)),
        _ if runs == same => format!("{} and run{} just as before", arrive(runs), s(runs)),
        _ => format!("{} and run{}, {same} of them just as before", arrive(runs), s(runs)),
    }];
    parts.extend((failed > 0).then(|| format!("{failed} fail{}", s(failed))));
    let have = if unscored == 1 { "has" } else { "have" };
    parts.extend((unscored > 0).then(|| format!("{unscored} {have} no score")));
    let all = count(tally.total(), what);
    (tally.total() > 0).then(|| format!("Of {all} {place}, {}.", parts.join("; ")))
}

fn arrive(runs: usize) -> String {
    format!("{runs} arrive{}", s(runs))
}

/// The ending of a verb: `1 fails`, `2 fail`.
fn s(number: usize) -> &'static str {
    if number == 1 { "s" } else { "" }
}
