//! What becomes of a connection: a place if its peer has not too many, TLS where there is a
//! certificate, then HTTP/1.1.
//!
//! Made of the parts that `actix_web::HttpServer` is made of: that has no place to refuse a connection, nor
//! one below TLS from which a slow reader can be seen.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::ServerBuilder;
use actix_service::{ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, web};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::access::{csrf, sessions};
use crate::address::{self, Address};
use crate::connection::Connection;
use crate::front::lane::Lane;
use crate::front::{self, Front};
use crate::service::Service;
use crate::viewer;

/// A connection with what is known of it, as actix-http takes it.
type Accepted<T> = (T, Protocol, Option<SocketAddr>);

/// What is needed to take a connection.
#[derive(Clone)]
pub(super) struct Accepting {
    service: Arc<Service>,
    front: Arc<Front>,
    draining: CancellationToken,
}

impl Accepting {
    /// Takes connections for this service until it is drained.
    pub(super) fn new(service: &Arc<Service>, draining: CancellationToken) -> Self {
        let front = Arc::new(Front::new(&service.settings));
        Self { service: Arc::clone(service), front, draining }
    }

    /// Adds a listener on which these addresses are found.
    ///
    /// # Errors
    /// When the system does not take it.
    pub(super) fn listen(
        &self,
        builder: ServerBuilder,
        listener: TcpListener,
        acceptor: Option<TlsAcceptor>,
        addresses: fn() -> Vec<Address>,
    ) -> io::Result<ServerBuilder> {
        let it = self.clone();
        match acceptor {
            None => builder.listen("portolan", listener, move || {
                let own = it.clone();
                let take = move |stream| std::future::ready(own.plain(stream));
                fn_service(take).and_then(it.http(addresses))
            }),
            Some(acceptor) => builder.listen("portolan", listener, move || {
                let (own, acceptor) = (it.clone(), acceptor.clone());
                let take = move |stream| own.clone().encrypted(acceptor.clone(), stream);
                fn_service(take).and_then(it.http(addresses))
            }),
        }
    }

    fn plain(&self, stream: TcpStream) -> Result<Accepted<Connection>, DispatchError> {
        let refused = || DispatchError::Io(io::ErrorKind::ConnectionRefused.into());
        let peer = Connection::peer(&stream).ok_or_else(refused)?;
        let place = self.front.peers.place(peer, &self.service.settings.network);
        let place = place.ok_or_else(refused)?;
        stream.set_nodelay(true).map_err(DispatchError::Io)?;
        let connection = Connection::new(stream, self.service.settings.limits.pace, place);
        let socket = connection.socket();
        Ok((connection, Protocol::Http1, socket))
    }

    async fn encrypted(
        self,
        acceptor: TlsAcceptor,
        stream: TcpStream,
    ) -> Result<Accepted<TlsStream<Connection>>, DispatchError> {
        let (connection, protocol, socket) = self.plain(stream)?;
        let handshake = timeout(self.service.settings.limits.head, acceptor.accept(connection));
        // Nobody waits at the end for one who has not even said who it is.
        let handshake = self.draining.run_until_cancelled(handshake).await;
        let late = DispatchError::SlowRequestTimeout;
        let stream = handshake.and_then(Result::ok).ok_or(late)?.map_err(DispatchError::Io)?;
        Ok((stream, protocol, socket))
    }

    fn http<T>(
        &self,
        addresses: fn() -> Vec<Address>,
    ) -> impl ServiceFactory<
        Accepted<T>,
        Response = (),
        Error = DispatchError,
        Config = (),
        InitError = (),
    > + use<T>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let (limits, draining) = (self.service.settings.limits, self.draining.clone());
        let app = App::new()
            .app_data(web::Data::from(Arc::clone(&self.service)))
            .app_data(web::Data::from(Arc::clone(&self.front)))
            .app_data(web::Data::new(Lane::default()))
            .app_data(web::PayloadConfig::new(limits.body_bytes))
            .wrap(from_fn(csrf::guard))
            .wrap(from_fn(viewer::identify))
            .wrap(sessions::middleware(&self.service))
            .wrap(from_fn(front::pass))
            .configure(|config| address::mount(config, &addresses()));
        let app = actix_service::IntoServiceFactory::into_factory(app);
        let app = app.map_err(|error: actix_web::Error| error.error_response());
        HttpService::build()
            .keep_alive(limits.idle)
            .client_request_timeout(limits.head)
            .client_disconnect_timeout(limits.head)
            .graceful_shutdown_signal(move || draining.clone().cancelled_owned())
            .finish(map_config(app, |()| AppConfig::default()))
    }
}
