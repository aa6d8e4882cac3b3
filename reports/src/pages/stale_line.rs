//! Cells of a baseline that rest on versions that are no longer there.

use std::collections::BTreeSet;

use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::diff::VersionDiff;
use crate::html::Audience;
use crate::redaction::is_told;
use crate::stale::{Revalidation, StaleCell};
use crate::units::{count, duration};

/// What is stale of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StaleBaseline)]
pub struct Stale {
    /// Which baseline.
    #[schema(value_type = String)]
    pub baseline: BaselineName,
    /// The stale cells, in the order of the plan.
    pub cells: Vec<StaleLine>,
    /// How many cells of the baseline are not stale; for the public, not by anything it is told of.
    pub fresh: usize,
    /// How many trials would mend it.
    pub trials: usize,
    /// How long those are likely to take, in milliseconds. For operators: of routes that tie in all
    /// but name, the name decides which is walked.
    pub estimate_ms: Option<u64>,
}

/// A stale cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaleLine {
    /// Whose matrix.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// Row.
    #[schema(value_type = String)]
    pub source: PlatformId,
    /// Column.
    #[schema(value_type = String)]
    pub target: PlatformId,
    /// The campaign of its newest evidence; none when there is none.
    #[schema(value_type = Option<String>)]
    pub evidence: Option<CampaignId>,
    /// When that campaign ran.
    #[schema(value_type = Option<String>)]
    pub tried: Option<Timestamp>,
    /// What was upgraded since, in words.
    pub upgraded: Vec<String>,
}

impl Stale {
    /// What is stale of this baseline, as far as this reader may know it.
    #[must_use]
    pub fn new(baseline: &BaselineName, found: &Revalidation, audience: Audience) -> Self {
        let cells: Vec<StaleLine> =
            known(found, audience).map(|(it, parts)| StaleLine::new(it, &parts)).collect();
        let estimate_ms = (audience != Audience::Public).then_some(found.estimate_ms);
        Self {
            baseline: baseline.clone(),
            fresh: (found.cells.len() + found.fresh).saturating_sub(cells.len()),
            trials: cells.len(),
            estimate_ms,
            cells,
        }
    }

    /// How long mending it is likely to take, as people read it.
    #[must_use]
    pub fn estimate(&self) -> Option<String> {
        self.estimate_ms.map(duration)
    }
}

impl Stale {
    /// How many there are, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let verb = if self.cells.len() == 1 { "is" } else { "are" };
        format!("{} {verb} stale", count(self.cells.len(), "cell"))
    }

    /// How many there are besides so many, in words.
    #[must_use]
    pub fn more(&self, told: usize) -> Option<String> {
        let more = self.cells.len().saturating_sub(told);
        (more > 0).then(|| format!("And {} more.", count(more, "cell")))
    }
}

impl StaleLine {
    fn new(cell: &StaleCell, upgraded: &[VersionDiff]) -> Self {
        let CellId { guest, source, target } = cell.cell.clone();
        Self {
            guest,
            source,
            target,
            evidence: cell.evidence.clone(),
            tried: cell.tried,
            upgraded: upgraded.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Which cells are stale, to mark them in a matrix, as far as this reader may know it.
#[must_use]
pub fn stale_cells(found: Option<&Revalidation>, audience: Audience) -> BTreeSet<CellId> {
    let cells = found.into_iter().flat_map(|it| known(it, audience));
    cells.map(|(it, _)| it.cell.clone()).collect()
}

/// The stale cells and what was upgraded, as far as this reader may know it. The public is not told
/// of conversion tools, nor of cells that are stale by nothing else: of routes that tie, that would
/// say which tool gave the score.
fn known(
    found: &Revalidation,
    audience: Audience,
) -> impl Iterator<Item = (&StaleCell, Vec<VersionDiff>)> {
    let is_public = audience == Audience::Public;
    found.cells.iter().filter_map(move |it| {
        let told = it.upgraded.iter().filter(|it| !is_public || is_told(&it.subject));
        let told: Vec<VersionDiff> = told.cloned().collect();
        (it.evidence.is_none() || !told.is_empty()).then_some((it, told))
    })
}
