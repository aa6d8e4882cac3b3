//! One campaign as anyone may see it, from what is kept of all campaigns: nothing of it is read.

use domain::event::CheckWaived;
use domain::ids::CampaignId;
use jiff::Timestamp;
use reports::chronicle::CampaignRecord;
use reports::public::PublicView;
use reports::redaction::RecordJudged;
use reports::viewpoint::Viewpoint;
use store::StoreError;

use super::Library;
use super::present::Reach;

/// A campaign as anyone may see it, judged by the policy of the service.
#[derive(Debug, Clone)]
pub struct Brief {
    /// A line for each cell.
    pub record: CampaignRecord,
    /// The view, as it is made of a campaign that was read.
    pub view: PublicView,
}

/// What is in force around a campaign, as seen from somewhere in time.
struct Around {
    /// From where, in the present.
    viewpoint: Viewpoint,
    waivers: Vec<CheckWaived>,
    /// Whether nothing but the campaign itself says anything about it.
    is_alone: bool,
    head: Option<u64>,
    unplaced: u64,
}

impl Library {
    /// One campaign as anyone may see it; none when it has to be read, since only a part of it is seen
    /// from there, or nothing. What is said is what [`Library::history`] says, by the policy of the
    /// service as the raw one.
    ///
    /// # Errors
    /// When what surrounds it cannot be read.
    pub fn brief(
        &self,
        id: &CampaignId,
        viewpoint: Viewpoint,
        now: Timestamp,
    ) -> Result<Option<Brief>, StoreError> {
        let judged = self.judged(now);
        let around = self.around(viewpoint, now)?;
        let waivers: Vec<&CheckWaived> = around.waivers.iter().collect();
        let present = self.read();
        let whole = judged.of(id).filter(|it| present.reach(it, viewpoint) == Reach::Whole);
        let Some(record) = whole.and_then(|it| judged.under(it, &present, &waivers)) else {
            return Ok(None);
        };
        let raw = if waivers.is_empty() { None } else { present.chronicle().record(id, &[]) };
        let (policy, waivers) = (present.chronicle().policy(), waivers.as_slice());
        let whole = RecordJudged { record: &record, policy, waivers, raw: raw.as_ref() };
        Ok(Some(Brief { view: around.place(PublicView::from(&whole), &record), record }))
    }

    fn around(&self, viewpoint: Viewpoint, now: Timestamp) -> Result<Around, StoreError> {
        let latest = match viewpoint.as_of {
            Some(_) => None,
            None => self.latest(viewpoint)?,
        };
        let registry = self.registry(viewpoint)?;
        let expiries = registry.waivers().values().map(|it| it.waived.what.expires);
        let seen = viewpoint.at_present(latest, expiries, now);
        let instant = seen.as_of.or(latest);
        let waivers = instant.map(|it| registry.in_force(it)).unwrap_or_default();
        let waivers = waivers.into_iter().cloned().collect();
        let unplaced = self.read().unplaced(viewpoint);
        let is_alone = registry.waivers().is_empty() && unplaced == 0;
        let head =
            if is_alone { None } else { self.head(viewpoint)?.map(|(position, _)| position) };
        Ok(Around { viewpoint: seen, waivers, is_alone, head, unplaced })
    }
}

impl Around {
    /// The view with from where it is seen, as a history nails it down.
    fn place(&self, view: PublicView, record: &CampaignRecord) -> PublicView {
        let last = if self.is_alone { Some(record.positions.1) } else { self.head };
        let known_at = self.viewpoint.known_at.or(last);
        let viewpoint = Viewpoint { known_at, ..self.viewpoint };
        PublicView { viewpoint, unplaced: self.unplaced, ..view }
    }
}
