//! Cells of a baseline that rest on versions that are no longer there.

use std::collections::BTreeSet;

use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::diff::public::PublicVersion;
use crate::diff::shown::Part;
use crate::html::Audience;
use crate::stale::{Revalidation, StaleCell};
use crate::units::{count, duration};

/// What is stale of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stale {
    /// Which baseline.
    #[schema(value_type = String)]
    pub baseline: BaselineName,
    /// The stale cells, in the order of the plan.
    pub cells: Vec<StaleLine>,
    /// How many cells of the baseline are not stale.
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
        Self {
            baseline: baseline.clone(),
            cells: found.cells.iter().map(|it| StaleLine::new(it, audience)).collect(),
            fresh: found.fresh,
            trials: found.trials.len(),
            estimate_ms: (audience != Audience::Public).then_some(found.estimate_ms),
        }
    }

    /// How long mending it is likely to take, as people read it.
    #[must_use]
    pub fn estimate(&self) -> Option<String> {
        self.estimate_ms.map(duration)
    }
}

impl Stale {
    /// How many there are besides so many, in words.
    #[must_use]
    pub fn more(&self, told: usize) -> Option<String> {
        let more = self.cells.len().saturating_sub(told);
        (more > 0).then(|| format!("And {} more.", count(more, "cell")))
    }
}

impl StaleLine {
    fn new(cell: &StaleCell, audience: Audience) -> Self {
        let CellId { guest, source, target } = cell.cell.clone();
        let parts: Vec<Part> = match audience {
            Audience::Public => PublicVersion::all(&cell.upgraded).iter().map(Part::from).collect(),
            Audience::Operator | Audience::Auditor => {
                cell.upgraded.iter().map(|it| Part::Version(it.clone())).collect()
            }
        };
        let upgraded = parts.iter().map(ToString::to_string).collect();
        Self { guest, source, target, evidence: cell.evidence.clone(), tried: cell.tried, upgraded }
    }
}

/// Which cells are stale, to mark them in a matrix.
#[must_use]
pub fn stale_cells(found: Option<&Revalidation>) -> BTreeSet<CellId> {
    found.iter().flat_map(|it| &it.cells).map(|it| it.cell.clone()).collect()
}
