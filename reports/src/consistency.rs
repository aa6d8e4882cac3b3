//! How well repetitions agree, guest by guest.

use std::collections::BTreeMap;

use domain::ids::GuestId;
use serde::Serialize;

use crate::chronicle::CampaignRecord;

/// How well repetitions of one guest's routes agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Consistency {
    /// Routes of cells that were scored more than once.
    pub repeated: usize,
    /// Those whose repetitions disagree.
    pub unstable: usize,
}

/// How well repetitions agree in one campaign.
#[must_use]
pub fn consistency(record: &CampaignRecord) -> BTreeMap<GuestId, Consistency> {
    let mut by_guest: BTreeMap<GuestId, Consistency> = BTreeMap::new();
    for (id, cell) in record.cells.iter() {
        let of_guest = by_guest.entry(id.guest.clone()).or_default();
        for route in cell.routes.iter().filter(|it| it.verdict.scored > 1) {
            of_guest.repeated += 1;
            of_guest.unstable += usize::from(route.verdict.unstable);
        }
    }
    by_guest
}
