//! Every campaign as it was judged last. Judging takes a while and is done beside the folding: whoever
//! answers requests waits for neither.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::CheckWaived;
use domain::ids::{CampaignId, WaiverId};
use jiff::Timestamp;
use reports::chronicle::CampaignRecord;
use reports::viewpoint::Viewpoint;

use super::present::Present;

/// Every campaign as it stands, the oldest first.
pub type Records = Arc<Vec<CampaignRecord>>;

/// Every campaign as it was judged last, and of what.
#[derive(Debug, Clone, Default)]
pub(super) struct Judged {
    pub(super) records: Records,
    /// The waivers that were in force.
    waived: Vec<WaiverId>,
    /// The position after the last event of each campaign by then.
    until: BTreeMap<CampaignId, u64>,
}

impl Judged {
    /// Judges what has changed since. Whoever still looks at how it was keeps that; where nobody does, nothing is copied.
    pub(super) fn bring_up(last: &mut Arc<Self>, present: &Present, now: Timestamp) {
        let waivers = present.chronicle().registry().in_force(now);
        let waived: Vec<WaiverId> = waivers.iter().map(|it| it.waiver.clone()).collect();
        let is_same = waived == last.waived;
        let changed =
            present.ends().filter(|(id, end)| !is_same || last.until.get(id) != Some(end));
        let changed: Vec<(&CampaignId, u64)> = changed.collect();
        if changed.is_empty() && is_same {
            return;
        }
        let judged = Arc::make_mut(last);
        let records = Arc::make_mut(&mut judged.records);
        for (id, end) in changed {
            if let Some(record) = present.chronicle().record(id, &waivers) {
                match records.iter_mut().find(|it| it.id == *id) {
                    Some(place) => *place = record,
                    None => records.push(record),
                }
            }
            judged.until.insert(id.clone(), end);
        }
        records.sort_by_key(|it| it.positions.0);
        // Last: where judging broke off, all are judged anew.
        judged.waived = waived;
    }

    /// A campaign as it was judged last.
    pub(super) fn of(&self, id: &CampaignId) -> Option<&CampaignRecord> {
        self.records.iter().find(|it| it.id == *id)
    }

    /// A campaign under these waivers, given how it was judged last.
    pub(super) fn under(
        &self,
        judged: &CampaignRecord,
        present: &Present,
        waivers: &[&CheckWaived],
    ) -> Option<CampaignRecord> {
        let is_so = self.waived.iter().eq(waivers.iter().map(|it| &it.waiver));
        match is_so && self.is_newest(&judged.id, present) {
            true => Some(judged.clone()),
            false => present.chronicle().record(&judged.id, waivers),
        }
    }

    /// The position from which on a campaign's own events are not seen, each for itself: none of one that
    /// another system told, since that was tried before it was recorded.
    pub(super) fn end(&self, id: &CampaignId, present: &Present, viewpoint: Viewpoint) -> u64 {
        let judged = self.of(id).filter(|_| self.is_newest(id, present));
        let walked = judged.filter(|it| !it.told).and(viewpoint.as_of);
        walked.map_or(u64::MAX, |as_of| present.times().end(as_of))
    }

    /// Whether nothing has happened to a campaign since.
    fn is_newest(&self, id: &CampaignId, present: &Present) -> bool {
        self.until.get(id).copied() == present.end_of(id)
    }
}
