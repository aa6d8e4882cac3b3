//! What a team may see of the log at a moment: everything, or what everybody may.

use std::collections::BTreeMap;

use domain::ids::CampaignId;
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use jiff::Timestamp;

use super::digest::Moment;
use crate::chronicle::{CampaignRecord, Chronicle};
use crate::html::Audience;
use crate::leak;
use crate::pages::overview::revalidation;
use crate::pages::stale_line::stale_cells;
use crate::withheld::published;

/// The log at a moment, as a team may see it.
#[derive(Debug, Clone)]
pub struct Outlook {
    position: u64,
    at: Timestamp,
    records: Vec<CampaignRecord>,
    stale: BTreeMap<CellId, Option<CampaignId>>,
}

impl Outlook {
    /// What this audience may see of a log that was this long at this instant, under the waivers of
    /// then. What was public is decided by the letters of then.
    #[must_use]
    pub fn new(
        chronicle: &Chronicle,
        letters: &LetterRegistry,
        (position, at): (u64, Timestamp),
        audience: Audience,
    ) -> Self {
        let registry = chronicle.registry();
        let records = chronicle.records(&registry.in_force(at));
        let records = match audience {
            Audience::Public => public(records, letters),
            Audience::Operator | Audience::Auditor => records,
        };
        let found = revalidation(&records, registry);
        let told = stale_cells(found.as_ref(), audience);
        let cells = found.into_iter().flat_map(|it| it.cells);
        let stale = cells.filter(|it| told.contains(&it.cell)).map(|it| (it.cell, it.evidence));
        let stale = stale.collect();
        Self { position, at, records, stale }
    }

    /// The moment to compare with another.
    #[must_use]
    pub fn moment(&self) -> Moment<'_> {
        let Self { position, at, records, stale } = self;
        Moment { position: *position, at: *at, records, stale }
    }
}

/// Every campaign as the public may see it, and none that names a tool.
fn public(mut records: Vec<CampaignRecord>, letters: &LetterRegistry) -> Vec<CampaignRecord> {
    records.retain(|it| leak::tool_named_in_record(it).is_none());
    published(&records, letters)
}
