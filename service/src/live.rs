//! Campaigns as they run: what changes is rendered once and shared by all who watch.

mod audience;
mod channel;
mod messages;
mod watching;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::{Route, web};
use domain::ids::CampaignId;

use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::settings::Limits;
use audience::Audience;
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
    audience: Audience,
}

impl Hub {
    /// Nobody watches yet, and never more than these limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { channels: Mutex::default(), audience: Audience::new(limits) }
    }

    /// How many watch now.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.audience.count()
    }

    /// The channel of a campaign, begun when there is none; none when there is no such campaign.
    async fn channel(
        &self,
        service: &web::Data<Service>,
        id: &CampaignId,
    ) -> Result<Option<Arc<Channel>>, Problem> {
        if let Some(channel) = self.channels().get(id) {
            channel.touch();
            return Ok(Some(Arc::clone(channel)));
        }
        // What has changed is judged there: nobody waits for that with the channels held.
        let (at, named) = (service.clone(), id.clone());
        let begun = work(move || Ok(Channel::begin(&at, &named))).await?;
        Ok(begun.map(|begun| self.open(service, id, begun)))
    }

    /// Opens a channel that has begun, unless somebody else was faster.
    fn open(&self, service: &web::Data<Service>, id: &CampaignId, begun: Channel) -> Arc<Channel> {
        let mut channels = self.channels();
        if let Some(channel) = channels.get(id) {
            channel.touch();
            return Arc::clone(channel);
        }
        let channel = Arc::new(begun);
        channels.insert(id.clone(), Arc::clone(&channel));
        let (shared, stopping) = (service.clone(), service.stopping.clone());
        let (id, followed) = (id.clone(), Arc::clone(&channel));
        tokio::spawn(async move {
            tokio::select! {
                () = followed.follow(&shared) => {}
                () = stopping.cancelled() => {}
            }
            shared.live.channels().remove(&id);
        });
        channel
    }

    fn channels(&self) -> MutexGuard<'_, BTreeMap<CampaignId, Arc<Channel>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes ready for those who will watch what they are shown now.
    pub(crate) async fn prepare(&self, service: &web::Data<Service>, id: &CampaignId) {
        // What cannot be followed is told to those who come to watch.
        drop(self.channel(service, id).await);
    }
}
