//! What the public may be shown of a campaign by the command line, as by the service: nothing under an
//! embargo, and of a published one nothing of what was withheld.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::ids::CampaignId;
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;
use reports::history::CampaignHistory;
use reports::withheld;

use super::letters::Known;
use crate::args::Args;
use crate::exit::Exit;

/// The campaign as the public may see it, decided by all that is known now.
pub(super) fn published<'a>(
    args: &Args,
    campaign: &'a CampaignHistory,
) -> Result<Cow<'a, CampaignHistory>, Exit> {
    let withheld = hidden(&Known::read(args, None)?, &campaign.id)?;
    Ok(match withheld.is_empty() {
        true => Cow::Borrowed(campaign),
        false => Cow::Owned(campaign.clone().without(&withheld)),
    })
}

/// Every campaign as the public may see it.
pub(super) fn published_records(
    args: &Args,
    records: &[CampaignRecord],
) -> Result<Vec<CampaignRecord>, Exit> {
    Ok(withheld::published(records, &Known::read(args, None)?.letters))
}

/// The cells that whoever published a campaign withheld.
fn hidden(known: &Known, campaign: &CampaignId) -> Result<BTreeSet<CellId>, Exit> {
    if known.letters.is_embargoed(campaign) {
        return Err(Exit::usage(format!(
            "the results of `{campaign}` are under an embargo: portolan publish {campaign}, or show \
             them to operators only"
        )));
    }
    Ok(known.letters.withheld(campaign))
}
