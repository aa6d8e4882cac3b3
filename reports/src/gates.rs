//! What the gates of a policy find in a campaign, for programs and for a terminal.

use std::collections::BTreeMap;

use domain::check::{Check, Finding};
use domain::gate::{Counted, facts, judge};
use domain::ids::{CampaignId, Sha256Digest};
use domain::observation::{Observation, Value};
use domain::score::{Score, Standing};
use serde::Serialize;

use crate::matrix::Judged;
use crate::text::{Colour, paint, printable, signed};

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.gate/1";

/// A campaign at the gates of a policy. Names no tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateReport {
    /// The version of this shape.
    pub schema: &'static str,
    /// Which campaign.
    pub campaign: CampaignId,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// No gate is a FAILURE.
    pub passed: bool,
    /// What was counted.
    pub facts: BTreeMap<String, Value>,
    /// What each gate found, in the policy's order.
    pub gates: Vec<GateEntry>,
}

/// What one gate found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateEntry {
    /// Its id.
    pub gate: String,
    /// What should hold.
    pub title: String,
    /// Its score; none where it has no meaning.
    pub score: Option<Score>,
    /// What it reads was counted.
    pub observed: bool,
    /// Why, in words, with the numbers.
    pub why: String,
}

impl GateReport {
    /// Judges a campaign by the gates of its policy, over its cells and whatever else was counted.
    #[must_use]
    pub fn new(judged: &Judged<'_>, counted: Vec<Observation>) -> Self {
        let mut seen = facts(judged.cells().map(|(_, cell)| Counted::from(&cell.verdict)));
        seen.extend(counted);
        let gates: Vec<GateEntry> =
            judge(judged.policy, &seen).into_iter().map(GateEntry::from).collect();
        Self {
            schema: SCHEMA,
            campaign: judged.campaign.id.clone(),
            policy: judged.policy.label(),
            policy_sha256: judged.policy.digest(),
            passed: gates.iter().all(|it| it.score != Some(Score::Failure)),
            facts: seen.into_iter().map(|it| (it.fact, it.value)).collect(),
            gates,
        }
    }

    /// The ids of gates with this score.
    #[must_use]
    pub fn with_score(&self, score: Score) -> Vec<&str> {
        let found = self.gates.iter().filter(|it| it.score == Some(score));
        found.map(|it| it.gate.as_str()).collect()
    }

    /// For a terminal: every gate, and what they come to.
    #[must_use]
    pub fn text(&self, colour: Colour) -> String {
        let mut lines = vec![format!("Campaign {} at the gates of {}", self.campaign, self.policy)];
        lines.extend(self.gates.iter().map(GateEntry::line));
        lines.push(self.verdict());
        paint(&printable(&lines.join("\n")), colour) + "\n"
    }

    /// What the gates come to, in a sentence.
    #[must_use]
    pub fn verdict(&self) -> String {
        let (failing, warning) = (self.with_score(Score::Failure), self.with_score(Score::Warning));
        match (failing.len(), warning.len()) {
            (0, 0) => "Every gate holds.".to_owned(),
            (0, _) => format!("No gate is a FAILURE; a WARNING: {}.", warning.join(", ")),
            (_, _) => format!("Shut: {}.", failing.join(", ")),
        }
    }
}

impl From<Check> for GateEntry {
    fn from(check: Check) -> Self {
        Self {
            gate: check.rule,
            title: check.title,
            score: check.finding.score(),
            observed: !matches!(check.finding, Finding::NotObserved(_)),
            why: check.why,
        }
    }
}

impl GateEntry {
    fn line(&self) -> String {
        let standing = self.score.map_or(Standing::NotApplicable, Standing::Scored);
        format!("  {} {}: {} ({})", signed(standing), self.gate, self.title, self.why)
    }
}
