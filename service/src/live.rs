//! Campaigns as they run: what changes is rendered once and shared by all who watch.

mod channel;
mod messages;
mod watching;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::{Route, web};
use domain::ids::CampaignId;
use tokio::sync::Semaphore;

use crate::address::{Address, Who};
use crate::service::Service;
use channel::Channel;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] =
    &[Address::get("/campaigns/{id}/events", Who::Anyone, || -> Route {
        web::to(watching::watch)
    })];

/// How often a campaign is rendered at most.
const PACE: Duration = Duration::from_millis(50);

/// How often those who watch are told that the service is there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a campaign that nobody watches any more is kept ready.
const LINGER: Duration = Duration::from_secs(60);

/// Every campaign that is watched.
#[derive(Debug)]
pub struct Hub {
    channels: Mutex<BTreeMap<CampaignId, Arc<Channel>>>,
    places: Arc<Semaphore>,
    most: usize,
}

impl Hub {
    /// Nobody watches yet, and never more than so many at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { channels: Mutex::default(), places: Arc::new(Semaphore::new(most)), most }
    }

    /// How many watch now.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.most.saturating_sub(self.places.available_permits())
    }

    /// The channel of a campaign, begun when there is none; none when there is no such campaign.
    fn channel(&self, service: &web::Data<Service>, id: &CampaignId) -> Option<Arc<Channel>> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(id) {
            channel.touch();
            return Some(Arc::clone(channel));
        }
        let channel = Arc::new(Channel::begin(service, id)?);
        channels.insert(id.clone(), Arc::clone(&channel));
        let (shared, stopping) = (service.clone(), service.stopping.clone());
        let (id, followed) = (id.clone(), Arc::clone(&channel));
        tokio::spawn(async move {
            tokio::select! {
                () = followed.follow(&shared) => {}
                () = stopping.cancelled() => {}
            }
            let mut channels = shared.live.channels.lock().unwrap_or_else(PoisonError::into_inner);
            channels.remove(&id);
        });
        Some(channel)
    }

    /// Makes ready for those who will watch what they are shown now.
    pub(crate) fn prepare(&self, service: &web::Data<Service>, id: &CampaignId) {
        drop(self.channel(service, id));
    }
}
