//! `portolan serve`: one process owns the log and serves it.

mod settings;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ingest::{AccessDesk, Beginning, LetterDesk};
use secrecy::ExposeSecret as _;
use service::access::Here;
use service::door::{self, Door, DoorError};
use service::library::Library;
use service::server::{self, Running};
use service::service::{Parts, Service};
use store::{DiskLog, EventLog, StoreError};

use super::{probe, signals};
use crate::args::{Args, Serve};
use crate::exit::Exit;
use crate::opening;
use crate::progress::tell;

/// How often, and how long each time, the end waits for the log to be let go of.
const CLOSING_TRIES: u32 = 500;
const CLOSING_WAIT: Duration = Duration::from_millis(10);

/// Serves until it is told to stop.
pub(super) fn execute(args: &Args, command: &Serve) -> Result<(), Exit> {
    if let Some(address) = command.is_ready {
        return probe::is_ready(address);
    }
    let settings = settings::settings_of(args, command)?;
    let (log, blobs) = opening::open(args)?;
    let (log, blobs) = (Arc::new(log), Arc::new(blobs));
    let shared = Arc::clone(&log) as Arc<dyn EventLog>;
    let access = Arc::new(AccessDesk::open(Arc::clone(&shared))?);
    let letters = Arc::new(LetterDesk::open(Arc::clone(&shared))?);
    // Both need every event: they are read once.
    let (mut desk, both) = (Beginning::default(), (Arc::clone(&log), Arc::clone(&blobs)));
    let library = Library::open_beside(both, settings.policy.clone(), |it| desk.see(it))?;
    let desk = Arc::new(desk.open(shared, blobs)?);
    let door = Door::open(&args.store, &desk, settings.limits.labs).map_err(not_opened)?;
    let parts = Parts { library: Arc::new(library), desk, access, letters, door };
    let service = Service::open(settings, parts).map_err(|error| Exit::Usage(error.into()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("cannot start").map_err(Exit::Lab)?;
    let served = runtime.block_on(serve(service));
    // Whatever still works on the log ends first.
    drop(runtime);
    served.and(close(log))
}

async fn serve(service: Service) -> Result<(), Exit> {
    let service = Arc::new(service);
    // Before anybody is told where: from then on a signal may come.
    let signals = signals::listen().context("cannot listen to signals").map_err(Exit::Lab)?;
    let built = server::build(Arc::clone(&service));
    let built = built.map_err(|error| Exit::Usage(error.into()))?;
    let Running { address, near, metrics, certificates, stop, server, .. } = built;
    // Before anybody is told: whoever reads where it is may call it at once.
    let here = announce(&service, near)?;
    tell(&format!("serving at {}://{address}/", scheme(&service)));
    metrics.iter().for_each(|it| tell(&format!("metrics at http://{it}/metrics")));
    if certificates.as_ref().is_some_and(|it| it.is_key_open()) {
        tell("others on this machine may read the key of the certificate: chmod o-r on its file");
    }
    tell_first_operator(&service, near);
    let keeping = tokio::spawn(Arc::clone(&here).keep());
    let signals = tokio::spawn(signals.serve(stop.clone(), certificates));
    let mut follower =
        tokio::spawn(Arc::clone(&service.library).follow(service.background.clone()));
    let tending = tokio::spawn(door::tend(Arc::clone(&service)));
    let mut server = tokio::spawn(server);
    let served = tokio::select! {
        served = &mut server => served,
        failed = &mut follower => {
            stop.gracefully().await;
            let _ = server.await;
            return Err(gone_blind(failed.unwrap_or(Err(StoreError::Broken))));
        }
    };
    follower.abort();
    let _ = follower.await;
    tending.abort();
    let _ = tending.await;
    signals.abort();
    let _ = signals.await;
    keeping.abort();
    let _ = keeping.await;
    here.withdraw();
    let served = served.map_err(anyhow::Error::from).and_then(|it| Ok(it?));
    served.context("serving").map_err(Exit::Lab)
}

/// What was offered to labs cannot be read.
fn not_opened(error: DoorError) -> Exit {
    match error {
        DoorError::Store(error) => error.into(),
        DoorError::Io { .. } | DoorError::Damaged { .. } => Exit::Usage(error.into()),
    }
}

/// The library ended before the service did: pages would grow old and nobody would know.
fn gone_blind(why: Result<(), StoreError>) -> Exit {
    let why = why.err().unwrap_or(StoreError::Broken);
    Exit::Wrong(anyhow::Error::from(why).context("the log can no longer be followed"))
}

/// Signs what was recorded, and closes the log.
fn close(mut log: Arc<DiskLog>) -> Result<(), Exit> {
    let signed = match log.checkpoint() {
        Ok(_) | Err(StoreError::NoKey(_)) => Ok(()),
        Err(error) => Err(error.into()),
    };
    // Threads that answered requests are not waited for by who started them: they let go of the log
    // a moment after the last answer.
    for _ in 0..CLOSING_TRIES {
        match Arc::try_unwrap(log) {
            Ok(_) => return signed,
            Err(held) => log = held,
        }
        std::thread::sleep(CLOSING_WAIT);
    }
    tell("the log was still in use at the end; nothing in it is lost");
    signed
}

/// Lets programs of this machine find the service.
fn announce(service: &Arc<Service>, near: SocketAddr) -> Result<Arc<Here>, Exit> {
    let here = Here::announce(Arc::clone(service), &format!("http://{near}"))?;
    Ok(Arc::new(here))
}

/// Lets the first operator in: on this machine, so by the address that only this machine reaches.
fn tell_first_operator(service: &Service, near: SocketAddr) {
    let Some(path) = service.offer_first_operator() else { return };
    let path = path.expose_secret();
    tell(&format!(
        "nobody operates this service yet. Open this on this machine within 15 minutes:\n    \
         http://{near}{path}"
    ));
}

/// How the service speaks.
fn scheme(service: &Service) -> &'static str {
    if service.settings.network.tls.is_some() { "https" } else { "http" }
}
