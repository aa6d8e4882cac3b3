//! When results may become public: embargoes, disputes, and the decision.

use jiff::Timestamp;

use super::{Known, LetterRegistry, NotWritten};
use crate::declare::{optional, words};
use crate::event::{Answered, CampaignPublished, DisputeSettled, EmbargoSet, LetterEvent};
use crate::ids::CampaignId;
use crate::registry::Declared;

pub(super) fn embargo(
    letters: &LetterRegistry,
    set: EmbargoSet,
    at: Timestamp,
) -> Result<Option<LetterEvent>, NotWritten> {
    let (by, reason) = (words("who sets it", &set.by)?, words("the reason", &set.reason)?);
    let set = EmbargoSet { by, reason, ..set };
    if !letters.publications(&set.campaign).is_empty() {
        return Err(NotWritten::Public(set.campaign));
    }
    if set.until <= at {
        return Err(NotWritten::Past(set.until));
    }
    let is_same = letters.embargo(&set.campaign).is_some_and(|it| it.what == set);
    Ok((!is_same).then_some(LetterEvent::EmbargoSet(set)))
}

pub(super) fn settle(
    known: Known<'_>,
    settled: DisputeSettled,
) -> Result<Option<LetterEvent>, NotWritten> {
    let by = words("who replies", &settled.by)?;
    let text = words("the reply", &settled.text)?;
    let settled = DisputeSettled { by, text, ..settled };
    let mut disputes = known.answers.iter().filter(|it| it.what.disputes);
    if !disputes.any(|it| it.position == settled.answer) {
        return Err(NotWritten::NoDispute(settled.answer));
    }
    let is_said = known.letters.settled(settled.answer).is_some_and(|it| it.what == settled);
    Ok((!is_said).then_some(LetterEvent::DisputeSettled(settled)))
}

pub(super) fn publish(
    known: Known<'_>,
    published: CampaignPublished,
    at: Timestamp,
) -> Result<Option<LetterEvent>, NotWritten> {
    let by = words("who publishes", &published.by)?;
    let reason = optional("the reason", &published.reason)?;
    let published = CampaignPublished { by, reason, ..published };
    let campaign = &published.campaign;
    if published.reason.is_empty() {
        if let Some(embargo) = known.letters.embargo(campaign).filter(|it| at < it.what.until) {
            let words =
                format!("the embargo of `{campaign}` lasts until {:.0}", embargo.what.until);
            return Err(NotWritten::NeedsReason(words));
        }
        if let Some(open) = known.open_disputes(campaign).first() {
            let vendor = &open.what.vendor;
            let words = format!("`{vendor}` disputes a result (position {})", open.position);
            return Err(NotWritten::NeedsReason(words));
        }
    }
    let before = known.letters.publications(campaign).last();
    let is_said = before.is_some_and(|it| it.what == published);
    Ok((!is_said).then_some(LetterEvent::CampaignPublished(published)))
}

impl<'a> Known<'a> {
    /// What vendors dispute in a campaign and nobody has replied to, the oldest first.
    #[must_use]
    pub fn open_disputes(&self, campaign: &CampaignId) -> Vec<&'a Declared<Answered>> {
        let disputes = self.answers.iter().filter(|it| it.what.disputes);
        let of_campaign = disputes.filter(|it| it.what.campaign == *campaign);
        of_campaign.filter(|it| self.letters.settled(it.position).is_none()).collect()
    }
}
