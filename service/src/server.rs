//! Putting it together: the listeners, and what a connection passes on its way to a handler.

mod accepting;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_server::ServerBuilder;
use actix_web::dev::{Server, ServerHandle};
use actix_web::http::Uri;
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::address::Address;
use crate::routes;
use crate::service::Service;
use crate::settings::Network;
use crate::tls::{Certificates, TlsError};

use accepting::Accepting;

/// A service that listens.
pub struct Running {
    /// Where; the port is the one it was given.
    pub address: SocketAddr,
    /// Where metrics can be read without a token, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The certificate in use, if there is one.
    pub certificates: Option<Arc<Certificates>>,
    /// How it is told to stop.
    pub stop: Stop,
    /// Stops it: requests under way are finished first. [`Stop::gracefully`] also lets idle connections
    /// go and ends what is endless.
    pub handle: ServerHandle,
    /// Ends when the service has stopped.
    pub server: Server,
}

/// How a service is told to stop.
#[derive(Clone)]
pub struct Stop {
    service: Arc<Service>,
    draining: CancellationToken,
    handle: ServerHandle,
}

/// Why the service does not listen.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address cannot be had.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Others could read along.
    #[error(
        "{0} is not on loopback, and nothing would be encrypted: give --tls-cert and --tls-key, or \
         --behind-proxy when a proxy in front of it does that"
    )]
    NotEncrypted(SocketAddr),
    /// Metrics without a token are for this machine.
    #[error("metrics at {0} would be open to everybody: give an address on loopback")]
    OpenMetrics(SocketAddr),
    /// Others cannot call it like this.
    #[error(
        "{0}: a public URL is http:// or https:// and a host, such as https://portolan.example"
    )]
    PublicUrl(String),
    /// There is no TLS with these files.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stop").finish_non_exhaustive()
    }
}

impl Stop {
    /// Accepts nothing more, ends what is endless, lets idle connections go, and waits for requests
    /// under way, as long as the limits allow.
    pub async fn gracefully(&self) {
        self.service.stopping.cancel();
        let stopped = self.handle.stop(true);
        self.draining.cancel();
        stopped.await;
    }
}

/// Binds and builds; nothing is served until [`Running::server`] is awaited.
///
/// # Errors
/// See [`StartError`].
pub fn build(service: Arc<Service>) -> Result<Running, StartError> {
    build_from(service, routes::addresses)
}

/// The same with these addresses.
///
/// # Errors
/// As [`build`].
pub fn build_from(
    service: Arc<Service>,
    addresses: fn() -> Vec<Address>,
) -> Result<Running, StartError> {
    let (network, limits) = (&service.settings.network, service.settings.limits);
    service.settings.public_url.as_deref().map_or(Ok(()), check_url)?;
    let certificates = network.tls.as_ref().map(Certificates::open).transpose()?;
    let acceptor = certificates.as_ref().map(acceptor).transpose()?;
    let (listener, address) = bind(service.settings.listen, network)?;
    let local = network.metrics.map(bind_local).transpose()?;
    let draining = CancellationToken::new();
    let accepting = Accepting::new(&service, draining.clone());
    let mut builder = ServerBuilder::new()
        .workers(service.settings.workers)
        .max_concurrent_connections(limits.connections)
        .shutdown_timeout(limits.grace.as_secs())
        .disable_signals();
    let listening = accepting.listen(builder, listener, acceptor, addresses);
    builder = listening.map_err(|source| StartError::Listen { address, source })?;
    let metrics = local.as_ref().map(|(_, address)| *address);
    if let Some((listener, address)) = local {
        let listening = accepting.listen(builder, listener, None, routes::local_addresses);
        builder = listening.map_err(|source| StartError::Listen { address, source })?;
    }
    let server = builder.run();
    let handle = server.handle();
    let stop = Stop { service, draining, handle: handle.clone() };
    Ok(Running { address, metrics, certificates, stop, handle, server })
}

fn acceptor(certificates: &Arc<Certificates>) -> Result<TlsAcceptor, TlsError> {
    Ok(TlsAcceptor::from(Arc::new(certificates.config()?)))
}

fn bind(address: SocketAddr, network: &Network) -> Result<(TcpListener, SocketAddr), StartError> {
    let is_safe = address.ip().is_loopback() || network.tls.is_some() || network.is_behind_proxy;
    if !is_safe {
        return Err(StartError::NotEncrypted(address));
    }
    let bound = TcpListener::bind(address);
    let bound = bound.and_then(|it| it.local_addr().map(|address| (it, address)));
    bound.map_err(|source| StartError::Listen { address, source })
}

fn check_url(url: &str) -> Result<(), StartError> {
    let parsed: Option<Uri> = url.parse().ok();
    let is_good = parsed.is_some_and(|it| {
        matches!(it.scheme_str(), Some("http" | "https"))
            && it.host().is_some_and(|it| !it.is_empty())
    });
    if is_good { Ok(()) } else { Err(StartError::PublicUrl(url.to_owned())) }
}

fn bind_local(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    match address.ip().is_loopback() {
        true => bind(address, &Network::default()),
        false => Err(StartError::OpenMetrics(address)),
    }
}
