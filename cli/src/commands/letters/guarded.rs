//! A campaign as the public will see it: of a cell a vendor is told what everybody will be, no more.

use std::collections::BTreeSet;

use domain::ids::CampaignId;
use domain::plan::CellId;
use domain::policy::Policy;
use reports::chronicle::CampaignRecord;
use reports::leak;
use reports::letters::guard::{Guard, earlier, untold};
use reports::viewpoint::Viewpoint;

use super::super::chronicle;
use super::known::Known;
use super::writing::no_campaign;
use crate::args::Args;
use crate::exit::Exit;

/// A campaign beside what is public already.
pub(super) struct Guarded {
    pub(super) record: CampaignRecord,
    /// The last one before it that the public sees.
    pub(super) earlier: Option<CampaignRecord>,
    pub(super) guard: Guard,
    /// The cells that the public is not told of, or will not be.
    pub(super) hidden: BTreeSet<CellId>,
}

impl Guarded {
    /// As it was known at a position, when a cell needs so many tools.
    pub(super) fn read(
        args: &Args,
        policy: &Policy,
        (campaign, known_at, fewest_tools): (&CampaignId, u64, u32),
    ) -> Result<Self, Exit> {
        let viewpoint = Viewpoint { known_at: Some(known_at), ..Viewpoint::default() };
        let chronicle = chronicle(args, policy.clone(), viewpoint)?;
        let records = chronicle.records(&chronicle.in_force());
        let record = records.iter().find(|it| it.id == *campaign);
        let record = record.ok_or_else(|| no_campaign(campaign))?;
        let known = Known::at(args, Some(campaign), Some(known_at))?;
        let guard = Guard { fewest_tools };
        let earlier = earlier(&records, record, &known.letters);
        if let Some(words) = leak::tool_named_in_record(record) {
            return Err(Exit::usage(words));
        }
        let hidden = untold((record, earlier), &known.letters, guard);
        let (record, earlier) = (record.clone(), earlier.cloned());
        Ok(Self { record, earlier, guard, hidden })
    }
}
