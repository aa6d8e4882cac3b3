//! `portolan serve`: one process owns the log and serves it.

use std::fs::File;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use ingest::AccessDesk;
use secrecy::{ExposeSecret as _, SecretString};
use service::access::{Here, OidcSettings};
use service::library::Library;
use service::server::{self, Running};
use service::service::Service;
use service::settings::{Limits, Settings};
use store::EventLog;

use crate::args::{Args, Oidc, Serve};
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
    let known = Arc::clone(&service);
    let built = server::build(service);
    let built = built.with_context(|| format!("cannot listen at {listen}")).map_err(Exit::Usage)?;
    let Running { address, handle, server } = built;
    tell(&format!("serving at http://{address}/"));
    let here = announce(Arc::clone(&known), address)?;
    let keeping = tokio::spawn(Arc::clone(&here).keep());
    tokio::spawn(async move {
        super::embedded::told_to_stop().await;
        handle.stop(true).await;
    });
    let served = server.await.context("serving").map_err(Exit::Lab);
    follower.abort();
    keeping.abort();
    here.withdraw();
    served
}

/// Lets programs of this machine find the service, and its first operator in.
fn announce(service: Arc<Service>, address: SocketAddr) -> Result<Arc<Here>, Exit> {
    let url = match &service.settings.public_url {
        Some(url) if url.starts_with("https://") => url.trim_end_matches('/').to_owned(),
        Some(_) | None => format!("http://{}", near(address)),
    };
    if let Some(path) = service.offer_first_operator() {
        let path = path.expose_secret();
        tell(&format!(
            "nobody operates this service yet. Open this on this machine within 15 minutes:\n    \
             {url}{path}"
        ));
    }
    let here = Here::announce(service, &url).map_err(|error| Exit::Usage(error.into()))?;
    Ok(Arc::new(here))
}

/// How the machine itself calls an address at which something listens.
fn near(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => (Ipv4Addr::LOCALHOST, address.port()).into(),
        IpAddr::V6(ip) if ip.is_unspecified() => (Ipv6Addr::LOCALHOST, address.port()).into(),
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    }
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
        oidc: oidc(&command.oidc)?,
    })
}

/// Largest file with the secret of a client, in bytes.
const LARGEST_SECRET: u64 = 4096;

/// The other door at which people may sign in, if one is named.
fn oidc(named: &Oidc) -> Result<Option<OidcSettings>, Exit> {
    let Some(issuer) = named.oidc_issuer.clone() else { return Ok(None) };
    let client_secret = named.oidc_secret_file.as_deref().map(secret).transpose()?;
    Ok(Some(OidcSettings {
        issuer,
        client_id: named.oidc_client.clone().unwrap_or_default(),
        client_secret,
        claim: named.oidc_claim.clone(),
        scopes: named.oidc_scope.clone(),
        roles: named.oidc_role.clone(),
    }))
}

/// The secret in a file, without the line break at its end.
fn secret(path: &Path) -> Result<SecretString, Exit> {
    let cannot = || format!("cannot read the secret in {}", path.display());
    let file = File::open(path).with_context(cannot).map_err(Exit::Usage)?;
    let mut text = String::new();
    let read = file.take(LARGEST_SECRET + 1).read_to_string(&mut text);
    read.with_context(cannot).map_err(Exit::Usage)?;
    let trimmed = text.trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() || text.len() as u64 > LARGEST_SECRET {
        return Err(Exit::usage(format!(
            "{} holds no secret: one line of at most {LARGEST_SECRET} bytes",
            path.display()
        )));
    }
    Ok(trimmed.to_owned().into())
}
