//! Which trials a lab gets: the oldest offer first, in the order of the plan, those that share a
//! source VM together.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Lease, Leases, NotLeased, Offer, Taken, Wanted};
use crate::campaign::{Campaign, Progress};
use crate::event::Pins;
use crate::ids::{CampaignId, LeaseId};
use crate::plan::Trial;

impl Leases {
    /// Leases trials under this name, if there is something to do for whoever wants it.
    ///
    /// `state` tells how far a campaign has come; one that it does not know has nothing to do.
    ///
    /// # Errors
    /// [`NotLeased`]. Other versions are an error only when nothing else is to be done.
    pub fn take(
        &mut self,
        id: LeaseId,
        wanted: &Wanted,
        state: impl Fn(&CampaignId) -> Option<Arc<Campaign>>,
        now: Timestamp,
    ) -> Result<Option<Taken>, NotLeased> {
        self.sweep(now);
        if self.held.len() >= self.bounds.leases {
            return Err(NotLeased::TooMany(self.bounds.leases));
        }
        if self.held.contains_key(&id) {
            return Err(NotLeased::There);
        }
        let mut differs = None;
        for offer in self.offers.iter().filter(|it| !it.stopping) {
            let Some(campaign) = state(&offer.campaign) else { continue };
            let trials = self.choose(offer, &campaign, wanted, now);
            if trials.is_empty() {
                continue;
            }
            if let Some(other) = other_version(&offer.campaign, &campaign.pins, &wanted.pins) {
                differs = differs.or(Some(other));
                continue;
            }
            let taken = Taken { campaign: offer.campaign.clone(), trials };
            self.hold(id, wanted, &taken, now);
            return Ok(Some(taken));
        }
        differs.map_or(Ok(None), Err)
    }

    fn hold(&mut self, id: LeaseId, wanted: &Wanted, taken: &Taken, now: Timestamp) {
        let lease = Lease {
            holder: wanted.holder.clone(),
            campaign: taken.campaign.clone(),
            trials: taken.trials.iter().map(|(trial, _)| trial.clone()).collect(),
            until: self.until(now),
        };
        self.held.insert(id, lease);
    }

    /// The first free group, cut to what is wanted, and every one behind it that still fits whole.
    fn choose(
        &self,
        offer: &Offer,
        campaign: &Campaign,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Vec<(Trial, Progress)> {
        let held: BTreeSet<&Trial> = self.leased(&offer.campaign, now).collect();
        let reaches = |it: &Trial| {
            wanted.platforms.contains(&it.source) && wanted.platforms.contains(&it.target)
        };
        let free = offer.trials.iter().filter(|it| reaches(it) && !held.contains(it));
        let open = |it: &&Progress| it.next_step().is_some() && it.attempt() <= offer.attempts;
        let free: Vec<(&Trial, &Progress)> =
            free.filter_map(|it| Some((it, campaign.trials.get(it).filter(open)?))).collect();
        let most = wanted.most.min(self.bounds.trials);
        let mut groups = free.chunk_by(|a, b| together(a.0, b.0));
        let mut chosen: Vec<(&Trial, &Progress)> =
            groups.next().unwrap_or_default().iter().take(most).copied().collect();
        for group in groups {
            if chosen.len() + group.len() > most {
                break;
            }
            chosen.extend(group);
        }
        chosen.into_iter().map(|(trial, progress)| (trial.clone(), progress.clone())).collect()
    }
}

/// Whether two trials share a source VM: what it takes to make it is done once for both.
fn together(a: &Trial, b: &Trial) -> bool {
    (&a.guest, &a.source, a.repetition) == (&b.guest, &b.source, b.repetition)
}

/// The first version that a lab has and that is not the one pinned.
fn other_version(campaign: &CampaignId, pinned: &Pins, found: &Pins) -> Option<NotLeased> {
    let differs = |(subject, found): (&String, &String)| {
        let pinned = pinned.get(subject).filter(|it| !it.is_empty() && *it != found)?;
        Some((subject.clone(), pinned.clone(), found.clone()))
    };
    let (subject, pinned, found) = found.iter().find_map(differs)?;
    Some(NotLeased::OtherVersions { campaign: campaign.clone(), subject, pinned, found })
}
