//! `portolan serve`: one process owns the log and serves it.

use std::sync::Arc;

use anyhow::Context as _;
use ingest::AccessDesk;
use service::library::Library;
use service::server::{self, Running};
use service::service::Service;
use service::settings::{Limits, Settings};
use store::EventLog;

use crate::args::{Args, Serve};
use crate::exit::Exit;
use crate::progress::tell;
use crate::{clock, opening, policies, settings};

/// Serves until it is told to stop.
pub(super) fn execute(args: &Args, command: &Serve) -> Result<(), Exit> {
    let settings = settings_of(args, command)?;
    let (log, blobs) = opening::open(args)?;
    let (log, blobs) = (Arc::new(log), Arc::new(blobs));
    let access = Arc::new(AccessDesk::open(Arc::clone(&log) as Arc<dyn EventLog>)?);
    let library = Library::open(log, blobs, settings.policy.clone())?;
    let service = Service::open(settings, Arc::new(library), access);
    let service = service.map_err(|error| Exit::Usage(error.into()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("cannot start").map_err(Exit::Lab)?;
    runtime.block_on(serve(service))
}

async fn serve(service: Service) -> Result<(), Exit> {
    let service = Arc::new(service);
    let follower = tokio::spawn(Arc::clone(&service.library).follow());
    let listen = service.settings.listen;
    let built = server::build(service);
    let built = built.with_context(|| format!("cannot listen at {listen}")).map_err(Exit::Usage)?;
    let Running { address, handle, server } = built;
    tell(&format!("serving at http://{address}/"));
    tokio::spawn(async move {
        super::embedded::told_to_stop().await;
        handle.stop(true).await;
    });
    let served = server.await.context("serving").map_err(Exit::Lab);
    follower.abort();
    served
}

fn settings_of(args: &Args, command: &Serve) -> Result<Settings, Exit> {
    Ok(Settings {
        listen: command.listen,
        public_url: command.public_url.clone(),
        policy: settings::policy(args.policy.as_deref())?,
        policies: policies::shipped_policies()?,
        limits: Limits::default(),
        workers: usize::from(command.workers),
        clock: Arc::new(clock::now),
        random: Arc::new(|| clock::seed().ok()),
        folder: args.store.join("service"),
    })
}
