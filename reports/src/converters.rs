//! Conversion tools side by side over one campaign. Private: names tools, for operators only.

use std::collections::BTreeMap;

use domain::change::Carrier;
use domain::ids::ConverterId;
use domain::plan::CellId;
use domain::score::{Score, Standing};
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord};

/// How one tool fared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fared {
    /// Cells in which a route with it was scored.
    pub tried: usize,
    /// Cells in which its best route is a SUCCESS.
    pub success: usize,
    /// Cells in which its best route is a WARNING.
    pub warning: usize,
    /// Cells in which its best route is a FAILURE.
    pub failure: usize,
    /// Cells that arrive, and that no route without it carries: what would be lost with it.
    pub alone: usize,
    /// Cells whose score it gives, alone or with another tool.
    pub best: usize,
    /// Mean wall time of a scored repetition of its routes, in milliseconds.
    pub duration_ms: u64,
}

/// How each tool fared in one campaign.
#[must_use]
pub fn converters(record: &CampaignRecord) -> BTreeMap<ConverterId, Fared> {
    let ids = record.testbed.converters.iter().map(|it| it.id.clone());
    ids.map(|id| (id.clone(), fared(record, &id))).collect()
}

fn fared(record: &CampaignRecord, id: &ConverterId) -> Fared {
    let mut fared = Fared::default();
    let (mut walked, mut total_ms) = (0_u64, 0_u64);
    for cell in record.cells.values() {
        let own = cell.routes.iter().map(|it| &it.verdict).filter(|it| {
            record.testbed.route(&it.route).is_some_and(|it| it.converters.contains(id))
        });
        for route in own.clone() {
            walked += route.scored as u64;
            total_ms = total_ms.saturating_add(route.duration_ms * route.scored as u64);
        }
        match own.filter_map(|it| it.standing.score()).max() {
            None => continue,
            Some(Score::Success) => fared.success += 1,
            Some(Score::Warning) => fared.warning += 1,
            Some(Score::Failure) => fared.failure += 1,
        }
        fared.tried += 1;
        let carriers = &cell.stand.carriers;
        fared.alone +=
            usize::from(arrives(cell) && carriers.iter().all(|it| it.tools.contains(id)));
        fared.best += usize::from(best(cell).is_some_and(|it| it.tools.contains(id)));
    }
    fared.duration_ms = total_ms.checked_div(walked).unwrap_or(0);
    fared
}

/// The cells that only routes of one single tool, or of one tool and others, arrive in: whoever knows
/// which tool was used there knows that tool's score from the public one.
#[must_use]
pub fn identifying(record: &CampaignRecord) -> Vec<CellId> {
    let told = record.cells.iter().filter(|(_, cell)| {
        let scored = cell.routes.iter().filter(|it| it.verdict.standing.score().is_some());
        scored.count() == 1
    });
    told.map(|(id, _)| id.clone()).collect()
}

fn arrives(cell: &CellRecord) -> bool {
    matches!(cell.stand.standing, Standing::Scored(Score::Success | Score::Warning))
}

fn best(cell: &CellRecord) -> Option<&Carrier> {
    cell.stand.carriers.iter().find(|it| Some(&it.route) == cell.stand.best.as_ref())
}
