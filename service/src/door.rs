//! The door for labs: they bring events and evidence, and take work; operators offer campaigns and
//! declare. Rules are in `domain` and `ingest`; here they meet HTTP.
//!
//! Nothing is recorded of a request that was not whole: a body is read to its end, within its limit,
//! before anything looks into it.

mod limits;
mod rates;

mod body;
mod offers_file;
mod plan;
mod shapes;

mod declarations;
mod events;
mod evidence;
mod leases;
mod offers;
mod state;

mod tending;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::ids::AccountId;
use domain::lease::Leases;
use ingest::Desk;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{Semaphore, watch};
use utoipa::OpenApi;

use crate::address::Address;
use crate::places::Places;
use crate::problem::Problem;
use crate::service::Service;

pub use limits::LabLimits;
pub use offers_file::DoorError;
pub use tending::tend;

use rates::Rates;

/// What the door knows beside the log: all of it may be lost but for the offers, which have a file.
#[derive(Debug)]
pub struct Door {
    limits: LabLimits,
    /// `STORE/service`.
    folder: PathBuf,
    leases: Mutex<Leases>,
    /// Held by whoever changes what is offered, from the change to the disk.
    control: Mutex<()>,
    /// Told whenever there may be more work.
    changed: watch::Sender<()>,
    rates: Rates,
    /// Memory for bodies, in KiB.
    memory: Arc<Semaphore>,
    /// Who waits for work.
    waiting: Arc<Places<AccountId>>,
}

/// The addresses of the door, for the OpenAPI document.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    events::submit,
    evidence::put,
    evidence::get,
    state::show,
    offers::offer,
    offers::stop,
    offers::resume,
    leases::take,
    leases::heartbeat,
    leases::give_back,
    declarations::declare,
))]
pub struct DoorApi;

/// The addresses of this group.
pub(crate) fn addresses() -> Vec<Address> {
    [
        events::ADDRESSES,
        evidence::ADDRESSES,
        state::ADDRESSES,
        offers::ADDRESSES,
        leases::ADDRESSES,
        declarations::ADDRESSES,
    ]
    .concat()
}

impl Door {
    /// The door of a store, with what was offered before the service was stopped.
    ///
    /// # Errors
    /// When the file of offers cannot be read or is damaged, or an event cannot be read.
    pub fn open(store: &Path, desk: &Desk, limits: LabLimits) -> Result<Self, DoorError> {
        let folder = store.join("service");
        let leases = offers_file::open(&folder, desk, Leases::new(limits.bounds()))?;
        Ok(Self {
            limits,
            folder,
            leases: Mutex::new(leases),
            control: Mutex::default(),
            changed: watch::Sender::new(()),
            rates: Rates::new(&limits),
            memory: Arc::new(Semaphore::new(limits.memory_kib as usize)),
            waiting: Places::new(limits.waiting),
        })
    }

    /// How many leases are in force.
    pub(crate) fn leased(&self, now: Timestamp) -> usize {
        self.leases().count(now)
    }

    fn leases(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn control(&self) -> MutexGuard<'_, ()> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There may be more work.
    fn tell(&self) {
        self.changed.send_replace(());
    }
}

/// Does what waits for the disk on a thread that may wait, and gives the answer as JSON.
async fn answer<T, F>(
    (service, status): (&Service, StatusCode),
    act: F,
) -> Result<HttpResponse, Problem>
where
    T: Serialize + Send + 'static,
    F: FnOnce() -> Result<T, Problem> + Send + 'static,
{
    let act = move || {
        let said = act()?;
        serde_json::to_vec(&said).map_err(|error| Problem::internal(&error))
    };
    let json = service.background.work(act).await?;
    Ok(HttpResponse::build(status).content_type("application/json").body(json))
}

/// What is sent cannot be what it should be.
fn invalid(words: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words.to_string())
}

/// Too much at once.
fn too_large(words: impl Into<String>) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", words)
}

/// Too much within a short time.
fn too_many(words: impl Into<String>, seconds: u64) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", words).retry_after(seconds)
}
