//! What the public may see: nothing of a campaign under an embargo, and of a published one nothing of
//! the cells that were withheld.

use std::collections::BTreeSet;

use domain::ids::CampaignId;
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;

use crate::service::Service;

impl Service {
    /// Whether nobody but insiders and its own vendors sees anything of a campaign.
    pub(crate) fn is_embargoed(&self, id: &CampaignId) -> bool {
        self.letters.look(|letters| letters.is_embargoed(id))
    }

    /// The cells of a campaign that whoever published it last withheld.
    pub(crate) fn withheld(&self, id: &CampaignId) -> BTreeSet<CellId> {
        self.letters.look(|letters| letters.withheld(id))
    }

    /// What anybody may see of a campaign; none when that is nothing.
    pub(crate) fn told(&self, record: &CampaignRecord) -> Option<CampaignRecord> {
        if self.library.names_a_tool(record) || self.is_embargoed(&record.id) {
            return None;
        }
        let withheld = self.withheld(&record.id);
        Some(if withheld.is_empty() { record.clone() } else { record.clone().without(&withheld) })
    }

    /// Whether anybody may see all of a campaign.
    pub(crate) fn is_whole(&self, record: &CampaignRecord) -> bool {
        !self.library.names_a_tool(record)
            && !self.is_embargoed(&record.id)
            && self.withheld(&record.id).is_empty()
    }

    /// What decides what the public may see changes this number.
    pub(crate) fn publicity(&self) -> u64 {
        self.letters.look(LetterRegistry::publicity)
    }
}
