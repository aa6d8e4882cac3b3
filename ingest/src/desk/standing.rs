//! Where each campaign stands, every one behind a lock of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::campaign::{Campaign, evolve};
use domain::event::Recorded;
use domain::ids::CampaignId;

/// Where one campaign stands, as far as its stream is known.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Shared with those who look at it; it is copied only when it changes under their eyes.
    pub(super) campaign: Option<Arc<Campaign>>,
    /// How many events its stream has.
    pub(super) version: u64,
    /// Whether the stream may be longer than that: somebody else appended to it, or whoever did so
    /// here never came back.
    pub(super) unsettled: bool,
}

impl Standing {
    /// Applies the next event of the stream. One that is not the next says that others append too.
    pub(super) fn evolve(&mut self, recorded: &Recorded) {
        if recorded.version != self.version {
            self.unsettled = true;
            return;
        }
        let before = self.campaign.take().map(Arc::unwrap_or_clone);
        self.campaign = evolve(before, &recorded.event).map(Arc::new);
        self.version += 1;
    }

    fn is_blank(&self) -> bool {
        self.campaign.is_none() && self.version == 0 && !self.unsettled
    }
}

/// Every campaign. The map is locked only to find one in it.
#[derive(Debug)]
pub(super) struct Campaigns(Mutex<BTreeMap<CampaignId, Arc<Mutex<Standing>>>>);

impl Campaigns {
    pub(super) fn new(found: BTreeMap<CampaignId, Standing>) -> Self {
        let place = |(id, standing)| (id, Arc::new(Mutex::new(standing)));
        Self(Mutex::new(found.into_iter().map(place).collect()))
    }

    /// Looks at a campaign that is there.
    pub(super) fn look<T>(&self, id: &CampaignId, at: impl FnOnce(&Standing) -> T) -> Option<T> {
        let place = lock(&self.0).get(id).map(Arc::clone)?;
        let standing = lock(&place);
        Some(at(&standing))
    }

    /// Does something to a campaign, which nobody else touches meanwhile.
    pub(super) fn within<T>(&self, id: &CampaignId, act: impl FnOnce(&mut Standing) -> T) -> T {
        let place = self.place(id);
        let mut standing = lock(&place);
        let done = act(&mut standing);
        let blank = standing.is_blank();
        drop(standing);
        drop(place);
        if blank {
            self.forget_blank(id);
        }
        done
    }

    /// Does something to several campaigns at once. They are locked in the order of their names, so
    /// that two who want the same never wait for each other.
    pub(super) fn within_all<T>(
        &self,
        ids: &[CampaignId],
        act: impl FnOnce(&mut BTreeMap<&CampaignId, MutexGuard<'_, Standing>>) -> T,
    ) -> T {
        let places: BTreeMap<&CampaignId, _> = ids.iter().map(|id| (id, self.place(id))).collect();
        let locked = places.iter().map(|(id, place)| (*id, lock(place)));
        let mut standings = locked.collect();
        let done = act(&mut standings);
        drop(standings);
        drop(places);
        ids.iter().for_each(|id| self.forget_blank(id));
        done
    }

    fn place(&self, id: &CampaignId) -> Arc<Mutex<Standing>> {
        let mut places = lock(&self.0);
        match places.get(id) {
            Some(place) => Arc::clone(place),
            None => Arc::clone(places.entry(id.clone()).or_default()),
        }
    }

    /// Whoever asks for campaigns that never start must not fill the memory.
    fn forget_blank(&self, id: &CampaignId) {
        let mut places = lock(&self.0);
        // One that somebody else holds may be about to start.
        let mine = places.get_mut(id).and_then(Arc::get_mut);
        let blank = |it: &mut Mutex<Standing>| {
            it.get_mut().unwrap_or_else(PoisonError::into_inner).is_blank()
        };
        if mine.is_some_and(blank) {
            places.remove(id);
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        lock(&self.0).len()
    }
}

/// What is behind a lock, whoever panicked while holding it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_campaigns_that_never_start_leaves_nothing_behind() {
        let campaigns = Campaigns::new(BTreeMap::new());
        let ids: Vec<CampaignId> =
            (0..100).map(|it| format!("c-{it}").parse().expect("an id")).collect();
        for id in &ids {
            campaigns.within(id, |_| ());
            assert!(campaigns.look(id, |_| ()).is_none());
        }
        campaigns.within_all(&ids, |standings| assert_eq!(standings.len(), 100));
        assert_eq!(campaigns.len(), 0);
        campaigns.within(&ids[0], |it| it.version = 1);
        campaigns.within(&ids[1], |it| it.unsettled = true);
        campaigns.within_all(&ids, |_| ());
        assert_eq!(campaigns.len(), 2);
    }
}
