//! What the public may be shown of a campaign by the command line, as by the service: nothing under an
//! embargo, and of a published one nothing of what was withheld.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::ids::CampaignId;
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;
use reports::history::CampaignHistory;
use reports::withheld::everywhere;

use super::letters::Known;
use crate::args::Args;
use crate::exit::Exit;

/// The campaign as the public may see it, decided by all that is known now.
pub(super) fn published<'a>(
    args: &Args,
    campaign: &'a CampaignHistory,
) -> Result<Cow<'a, CampaignHistory>, Exit> {
    let withheld = withheld(&Known::read(args, None)?, &campaign.id)?;
    Ok(match withheld.is_empty() {
        true => Cow::Borrowed(campaign),
        false => Cow::Owned(campaign.clone().without(&withheld)),
    })
}

/// Every campaign as the public may see it. Of a cell that one of them withholds none tells: what a
/// comparison said of it would be of the one that is known.
pub(super) fn published_records(
    args: &Args,
    records: &[CampaignRecord],
) -> Result<Vec<CampaignRecord>, Exit> {
    let known = Known::read(args, None)?;
    let open: Vec<&CampaignRecord> =
        records.iter().filter(|it| !known.letters.is_embargoed(&it.id)).collect();
    let mut withheld_anywhere = BTreeSet::new();
    for it in &open {
        withheld_anywhere.extend(withheld(&known, &it.id)?);
    }
    let open: Vec<CampaignRecord> = open.into_iter().cloned().collect();
    Ok(match withheld_anywhere.is_empty() {
        true => open,
        false => everywhere(&open, &withheld_anywhere),
    })
}

/// The cells that whoever published a campaign withheld.
fn withheld(known: &Known, campaign: &CampaignId) -> Result<BTreeSet<CellId>, Exit> {
    if known.letters.is_embargoed(campaign) {
        return Err(Exit::usage(format!(
            "the results of `{campaign}` are under an embargo: portolan publish {campaign}, or show \
             them to operators only"
        )));
    }
    Ok(known.letters.withheld(campaign))
}
