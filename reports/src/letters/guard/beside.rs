//! What a campaign tells beside one that is public already.

use std::collections::BTreeSet;

use domain::ids::{ConverterId, VendorId};
use domain::plan::CellId;
use domain::testbed::Testbed;

use super::makers::Makers;
use super::{Guard, Revealed, Why};
use crate::chronicle::{CampaignRecord, CellRecord};

impl Guard {
    /// What a campaign tells beside one that is public already: when the tools of too few makers have
    /// other versions, every cell with one of their tools, whether it changed or not. That a cell is
    /// withheld must not tell that it changed.
    #[must_use]
    pub fn revealed_beside(
        self,
        record: &CampaignRecord,
        earlier: &CampaignRecord,
    ) -> Vec<Revealed> {
        let changed = changed(record, earlier);
        let makers_of = |it: &CampaignRecord| Makers::of(&it.testbed).of_tools(&changed);
        let makers: BTreeSet<VendorId> =
            makers_of(record).into_iter().chain(makers_of(earlier)).collect();
        if makers.is_empty() || !self.is_too_few(makers.len()) {
            return Vec::new();
        }
        let is_touched = |(id, cell): &(&CellId, &CellRecord)| {
            let before = earlier.cells.get(*id);
            let here = with_any(&record.testbed, cell, &changed);
            before.is_some_and(|it| here || with_any(&earlier.testbed, it, &changed))
        };
        let why = Why::FewChanged { makers: makers.len() };
        let touched = record.cells.iter().filter(is_touched);
        touched.map(|(id, _)| Revealed { cell: id.clone(), why }).collect()
    }
}

/// Tools whose version is another than before, and those that only one of the two has.
fn changed(record: &CampaignRecord, earlier: &CampaignRecord) -> BTreeSet<ConverterId> {
    let version = |of: &CampaignRecord, id: &ConverterId| {
        let is_there = of.testbed.converters.iter().any(|it| it.id == *id);
        is_there.then(|| of.versions.get(&format!("converter:{id}")).cloned())
    };
    let tools = record.testbed.converters.iter().chain(&earlier.testbed.converters);
    let differs = |it: &&ConverterId| version(record, it) != version(earlier, it);
    tools.map(|it| &it.id).filter(differs).cloned().collect()
}

/// Whether a route of the cell with a score needs one of these tools.
fn with_any(testbed: &Testbed, cell: &CellRecord, tools: &BTreeSet<ConverterId>) -> bool {
    let scored = cell.routes.iter().filter(|it| it.verdict.standing.score().is_some());
    let mut routes = scored.filter_map(|it| testbed.route(&it.verdict.route));
    routes.any(|it| it.converters.iter().any(|it| tools.contains(it)))
}
