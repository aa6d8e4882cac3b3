//! The life of a lease: signs of life go to the service until the trials are walked, or lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::event::Pins;
use domain::ids::LeaseId;
use domain::wire::Leased;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::door::Door;
use super::fault::{Fault, Refusal};
use super::patience::Patience;

/// Signs of life within the time of a lease.
const BEATS: u32 = 3;
/// A lease is not asked for more often than this.
const SHORTEST_BEAT: Duration = Duration::from_millis(200);

/// Why trials are not walked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseEnd {
    /// An operator stops the campaign.
    Stopping,
    /// The lease is not in force any more, or its versions are not those of the campaign.
    Lost(Refusal),
}

/// A lease that is held. Signs of life stop when this is dropped.
#[derive(Debug)]
pub struct Held {
    door: Door,
    lease: LeaseId,
    end: Arc<Mutex<Option<LeaseEnd>>>,
    task: AbortHandle,
}

impl Held {
    /// Holds a lease; `over` is cancelled when its trials must not be walked on.
    #[must_use]
    pub fn hold(door: &Door, leased: &Leased, patience: Patience, over: CancellationToken) -> Self {
        let (door, lease) = (door.clone(), leased.lease.clone());
        let end = Arc::new(Mutex::new(None));
        let beat = Beat {
            door: door.clone(),
            lease: lease.clone(),
            every: (Duration::from_secs(leased.seconds.into()) / BEATS).max(SHORTEST_BEAT),
            end: Arc::clone(&end),
        };
        let task = tokio::spawn(async move {
            beat.until_over(patience).await;
            over.cancel();
        });
        Self { door, lease, end, task: task.abort_handle() }
    }

    /// Tells the versions that were found; the campaign is pinned to those that are new to it.
    ///
    /// # Errors
    /// The [`Fault`]; refused when the campaign is pinned to others.
    pub async fn tell(&self, pins: Pins, patience: &Patience, again: usize) -> Result<(), Fault> {
        let told = || self.door.heartbeat(&self.lease, pins.clone());
        patience.ask(again, told).await.map(|_| ())
    }

    /// Why its trials are not walked on, if so.
    #[must_use]
    pub fn end(&self) -> Option<LeaseEnd> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives it back. When the service is away it takes it back by itself, in time.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn give_back(self) -> Result<(), Fault> {
        self.task.abort();
        self.door.give_back(&self.lease).await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Beat {
    door: Door,
    lease: LeaseId,
    every: Duration,
    end: Arc<Mutex<Option<LeaseEnd>>>,
}

impl Beat {
    async fn until_over(self, patience: Patience) {
        let mut waits = patience.waits();
        let end = loop {
            match self.door.heartbeat(&self.lease, Pins::new()).await {
                Ok(until) if until.stopping => break LeaseEnd::Stopping,
                Ok(_) => {
                    waits = patience.waits();
                    tokio::time::sleep(self.every).await;
                }
                // Nobody knows whether it is in force: what is walked meanwhile lies in the spool.
                Err(Fault::Away { after, .. }) => waits.wait(after).await,
                Err(Fault::Refused(refusal)) => break LeaseEnd::Lost(refusal),
                Err(Fault::Strange(detail)) => {
                    break LeaseEnd::Lost(Refusal { kind: "strange".to_owned(), detail });
                }
            }
        };
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }
}
