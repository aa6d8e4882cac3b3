//! Putting it together: addresses, limits and the listener.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use crate::access::{csrf, sessions};
use crate::service::Service;
use crate::{address, routes, viewer};

/// A service that listens.
pub struct Running {
    /// Where; the port is the one it was given.
    pub address: SocketAddr,
    /// Stops it: requests under way are finished first.
    pub handle: ServerHandle,
    /// Ends when the service has stopped.
    pub server: Server,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Binds and builds; nothing is served until [`Running::server`] is awaited.
///
/// # Errors
/// When the address cannot be bound.
pub fn build(service: Arc<Service>) -> io::Result<Running> {
    let listener = TcpListener::bind(service.settings.listen)?;
    let address = listener.local_addr()?;
    let (limits, workers) = (service.settings.limits, service.settings.workers);
    let shared = web::Data::from(service);
    let app = move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::PayloadConfig::new(limits.body_bytes))
            .wrap(from_fn(csrf::guard))
            .wrap(from_fn(viewer::identify))
            .wrap(sessions::middleware(&shared))
            .configure(|config| address::mount(config, &routes::addresses()))
    };
    let server = HttpServer::new(app)
        .workers(workers)
        .max_connections(limits.connections)
        .client_request_timeout(limits.head)
        .keep_alive(limits.idle)
        .shutdown_timeout(limits.grace.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(Running { address, handle: server.handle(), server })
}
