//! The courier: takes what is in a spool to the service, in order, for as long as it takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::ids::Sha256Digest;
use domain::wire::{Submission, SubmissionVersion};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::door::Door;
use super::fault::{Fault, Refusal, plain};
use super::patience::Patience;
use super::spool::{Parcel, Spool, SpoolFault};

/// Most commands of one batch.
const BATCH: usize = 256;
/// A parcel is closed when it has so many bytes, evidence included.
const PARCEL_BYTES: u64 = 8 << 20;
/// How often evidence that the service says it lacks is brought again.
const MISSED: u32 = 3;

/// How a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing waits.
    Done,
    /// Something is on its way.
    Going,
    /// The service is away, for this reason; the courier tries again.
    Away(String),
    /// The service or the disk said no; the courier has stopped and the spool is as it was.
    Stopped(Refusal),
}

/// A courier at work. It stops when this is dropped.
#[derive(Debug)]
pub struct Courier {
    delivery: watch::Receiver<Delivery>,
    spool: Arc<Spool>,
    task: AbortHandle,
}

impl Courier {
    /// Sends a courier off. When it has to stop, `stopped` is cancelled.
    #[must_use]
    pub fn send(
        door: Door,
        spool: &Arc<Spool>,
        patience: Patience,
        stopped: CancellationToken,
    ) -> Self {
        let (tell, delivery) = watch::channel(Delivery::Going);
        let round =
            Round { door, spool: Arc::clone(spool), patience, there: BTreeSet::new(), tell };
        let task = tokio::spawn(async move {
            let refusal = round.deliver().await;
            tracing::warn!(%refusal, "delivery has stopped");
            stopped.cancel();
        });
        Self { delivery, spool: Arc::clone(spool), task: task.abort_handle() }
    }

    /// How it stands now.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.delivery.borrow().clone()
    }

    /// Why it stopped, if it did.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match &*self.delivery.borrow() {
            Delivery::Stopped(refusal) => Some(refusal.clone()),
            Delivery::Done | Delivery::Going | Delivery::Away(_) => None,
        }
    }

    /// Tells when it stands otherwise.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Delivery> {
        self.delivery.clone()
    }

    /// Waits until nothing waits any more. It may never end: the service may never come back.
    ///
    /// # Errors
    /// Why the courier stopped.
    pub async fn delivered(&self) -> Result<(), Refusal> {
        let mut delivery = self.delivery.clone();
        loop {
            if let Some(refusal) = self.refusal() {
                return Err(refusal);
            }
            if self.spool.waiting() == 0 {
                return Ok(());
            }
            if delivery.changed().await.is_err() {
                let detail = "delivery broke off: a defect, please report".to_owned();
                return Err(Refusal { kind: "broke-off".to_owned(), detail });
            }
        }
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Round {
    door: Door,
    spool: Arc<Spool>,
    patience: Patience,
    /// Evidence that the service is known to have.
    there: BTreeSet<Sha256Digest>,
    tell: watch::Sender<Delivery>,
}

impl Round {
    /// Delivers until it is refused.
    async fn deliver(mut self) -> Refusal {
        loop {
            let spool = Arc::clone(&self.spool);
            let next = tokio::task::spawn_blocking(move || spool.next(BATCH, PARCEL_BYTES)).await;
            let refusal = match next {
                Ok(Ok(Some(parcel))) => match self.deliver_one(&parcel).await {
                    Ok(()) => continue,
                    Err(refusal) => refusal,
                },
                Ok(Ok(None)) => {
                    self.tell.send_replace(Delivery::Done);
                    self.spool.added().await;
                    self.tell.send_replace(Delivery::Going);
                    continue;
                }
                Ok(Err(fault)) => of_the_disk(&fault),
                Err(_) => {
                    Refusal { kind: "spool".to_owned(), detail: "reading broke off".to_owned() }
                }
            };
            self.tell.send_replace(Delivery::Stopped(refusal.clone()));
            return refusal;
        }
    }

    /// Delivers a parcel, however often the service goes away meanwhile.
    async fn deliver_one(&mut self, parcel: &Parcel) -> Result<(), Refusal> {
        let (mut waits, mut missed) = (self.patience.waits(), 0);
        let taken = loop {
            match self.try_one(parcel).await {
                Ok(taken) => break taken,
                Err(Fault::Away { why, after }) => {
                    self.tell.send_replace(Delivery::Away(why));
                    waits.wait(after).await;
                }
                Err(Fault::Refused(it)) if it.kind == "evidence-missing" && missed < MISSED => {
                    missed += 1;
                    self.there.clear();
                    waits.wait(None).await;
                }
                Err(Fault::Refused(refusal)) => return Err(refusal),
                Err(Fault::Strange(detail)) => {
                    return Err(Refusal { kind: "strange".to_owned(), detail });
                }
            }
        };
        let spool = Arc::clone(&self.spool);
        let count = taken.as_ref().map_or(parcel.entries.len(), |(count, _)| *count);
        let noted = tokio::task::block_in_place(|| spool.delivered(parcel, count));
        noted.map_err(|fault| of_the_disk(&fault))?;
        taken.map_or(Ok(()), |(_, refusal)| Err(refusal))
    }

    /// Evidence first, then the commands. When one of them is refused: how many were recorded, and
    /// why not the next.
    async fn try_one(&mut self, parcel: &Parcel) -> Result<Option<(usize, Refusal)>, Fault> {
        for piece in parcel.entries.iter().flat_map(|it| &it.evidence) {
            let digest = Sha256Digest::of(piece);
            if !self.there.contains(&digest) {
                self.door.keep(piece).await?;
                self.there.insert(digest);
            }
        }
        let to = self.spool.to();
        let batch = Submission {
            schema: SubmissionVersion::V1,
            campaign: to.campaign.clone(),
            expected_version: None,
            lease: to.lease.clone(),
            commands: parcel.entries.iter().map(|it| it.command.clone()).collect(),
        };
        let answer = self.door.submit(&batch).await?;
        let recorded = answer.recorded.len();
        let refused = |detail: &str| {
            Some((recorded, Refusal { kind: "refused".to_owned(), detail: plain(detail) }))
        };
        match answer.refused {
            Some(refusal) => Ok(refused(&refusal.why)),
            None if recorded == batch.commands.len() => Ok(None),
            None => Err(Fault::strange("it recorded a part and does not say why not the rest")),
        }
    }
}

fn of_the_disk(fault: &SpoolFault) -> Refusal {
    Refusal { kind: "spool".to_owned(), detail: fault.to_string() }
}
