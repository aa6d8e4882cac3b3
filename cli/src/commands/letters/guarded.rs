//! A campaign as the public will see it: of a cell a vendor is told what everybody will be, no more.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::CheckWaived;
use domain::ids::{CampaignId, VendorId};
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;
use reports::leak;
use reports::letters::excerpt::Proof;
use reports::letters::guard::{Guard, earlier, untold};

use super::desk::no_campaign;
use super::known::Known;
use super::reading::Reading;
use crate::exit::Exit;

/// A campaign beside what is public already.
pub(in crate::commands) struct Guarded {
    pub(in crate::commands) record: CampaignRecord,
    /// The last one before it that the public sees.
    pub(super) earlier: Option<CampaignRecord>,
    pub(super) guard: Guard,
    /// The cells that the public is not told of, or will not be.
    pub(in crate::commands) hidden: BTreeSet<CellId>,
    /// What was known of letters and answers.
    pub(super) known: Known,
    /// The proofs that each vendor may be quoted.
    pub(super) proofs: BTreeMap<VendorId, Vec<Proof>>,
    /// What was waived.
    pub(super) waivers: Vec<CheckWaived>,
}

impl Guarded {
    /// As it was known at a position that was read, when a cell needs so many tools.
    pub(in crate::commands) fn at(
        reading: &Reading,
        (campaign, known_at, fewest_tools): (&CampaignId, u64, u32),
    ) -> Result<Self, Exit> {
        let record = reading.record().ok_or_else(|| no_campaign(campaign))?;
        let known = reading.known(Some(known_at));
        let guard = Guard { fewest_tools };
        let earlier = earlier(reading.records(), record, &known.letters);
        if let Some(words) = leak::tool_named_in_record(record) {
            return Err(Exit::usage(words));
        }
        let hidden = untold((record, earlier), &known.letters, guard);
        let proofs = reading.proofs().wanted(record);
        let (record, earlier, waivers) = (record.clone(), earlier.cloned(), reading.waivers());
        Ok(Self { record, earlier, guard, hidden, known, proofs, waivers })
    }
}
