//! The way to a talk: connected without delay, encrypted, signed in.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lettre::transport::smtp::authentication::{Credentials as Account, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Starttls;
use lettre::transport::smtp::extension::{ClientId, Extension};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::fault::{Fault, within};
use super::wire::{Line, Wire};
use super::{Credentials, Limits, Server, Tls};
use crate::outcome::Phase;

/// What stands for a greeting where none is sent: behind STARTTLS.
const ENCRYPTED: &[u8] = b"220 encrypted\r\n";

/// Connects, encrypts, and says who we are.
pub(super) async fn open(
    server: &Server,
    tls: Option<&(Arc<ClientConfig>, ServerName<'static>)>,
) -> Result<AsyncSmtpConnection, Fault> {
    let limits = &server.limits;
    let stream = connect(server).await?;
    let hello = match (&server.hello, stream.local_addr().map(|it| it.ip())) {
        (Some(name), _) => ClientId::Domain(name.clone()),
        (None, Ok(IpAddr::V4(ip))) => ClientId::Ipv4(ip),
        (None, Ok(IpAddr::V6(ip))) => ClientId::Ipv6(ip),
        (None, Err(error)) => return Err(Fault::at(Phase::Connect, error.to_string())),
    };
    let mut talk = match (server.tls, tls) {
        (Tls::Starttls, Some(tls)) => {
            let clear = ask_for_tls(stream, &hello, limits)
                .await
                .map_err(|it| Fault { unproven: true, ..it })?;
            greet(encrypt(clear, tls, limits).await?, ENCRYPTED, &hello, limits).await?
        }
        (Tls::Implicit, Some(tls)) => {
            greet(encrypt(stream, tls, limits).await?, b"", &hello, limits).await?
        }
        (Tls::None, _) | (_, None) => greet(Line::Clear(stream), b"", &hello, limits).await?,
    };
    if let Some(credentials) = &server.credentials {
        sign_in(&mut talk, credentials, limits).await?;
    }
    Ok(talk)
}

/// A connection whose small writes are sent at once. Without it each letter waits 40 ms for its last line.
async fn connect(server: &Server) -> Result<TcpStream, Fault> {
    let fault = |said: String| Fault::at(Phase::Connect, said);
    let found = tokio::time::timeout(
        server.limits.connect,
        tokio::net::lookup_host((server.host.as_str(), server.port)),
    );
    let found = found.await.map_err(|_| fault("its name was not found in time".to_owned()))?;
    let here = |it: &SocketAddr| server.tls != Tls::None || it.ip().is_loopback();
    let mut last = "its name has no address".to_owned();
    for address in found.map_err(|it| fault(it.to_string()))?.filter(here) {
        match tokio::time::timeout(server.limits.connect, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(|it| fault(it.to_string()))?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => last = format!("no answer within {} s", server.limits.connect.as_secs()),
        }
    }
    Err(fault(last))
}

async fn greet(
    line: Line,
    said: &'static [u8],
    hello: &ClientId,
    limits: &Limits,
) -> Result<AsyncSmtpConnection, Fault> {
    let wire = Wire::over(line, said).map_err(|it| Fault::at(Phase::Connect, it.to_string()))?;
    within(
        limits.connect,
        Phase::Connect,
        AsyncSmtpConnection::connect_with_transport(Box::new(wire), hello),
    )
    .await
}

/// Says STARTTLS in the clear, and gives the bare connection back. What else the server said before it was encrypted is
/// dropped with lettre's buffer (RFC 3207): anybody may have said it.
async fn ask_for_tls(
    stream: TcpStream,
    hello: &ClientId,
    limits: &Limits,
) -> Result<TcpStream, Fault> {
    let wire = Wire::over(Line::Clear(stream), b"")
        .map_err(|it| Fault::at(Phase::Connect, it.to_string()))?;
    let talk = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), hello);
    let mut talk = within(limits.connect, Phase::Connect, talk).await?;
    if !talk.server_info().supports_feature(Extension::StartTls) {
        return Err(Fault::at(
            Phase::Tls,
            "the server does not offer STARTTLS: is the port right?",
        ));
    }
    within(limits.command, Phase::Tls, talk.command(Starttls)).await?;
    match wire.take() {
        Some(Line::Clear(stream)) => Ok(stream),
        Some(Line::Encrypted(_)) | None => Err(Fault::at(Phase::Tls, "the connection is gone")),
    }
}

async fn encrypt(
    stream: TcpStream,
    (config, name): &(Arc<ClientConfig>, ServerName<'static>),
    limits: &Limits,
) -> Result<Line, Fault> {
    let handshake = TlsConnector::from(Arc::clone(config)).connect(name.clone(), stream);
    match tokio::time::timeout(limits.connect, handshake).await {
        Ok(Ok(stream)) => Ok(Line::Encrypted(Box::new(stream))),
        Ok(Err(error)) => Err(Fault::at(Phase::Tls, error.to_string())),
        Err(_) => Err(Fault::at(
            Phase::Tls,
            format!("not encrypted within {} s", limits.connect.as_secs()),
        )),
    }
}

async fn sign_in(
    talk: &mut AsyncSmtpConnection,
    who: &Credentials,
    limits: &Limits,
) -> Result<(), Fault> {
    let account =
        Account::new(who.user.expose_secret().to_owned(), who.password.expose_secret().to_owned());
    within(limits.command, Phase::Auth, talk.auth(DEFAULT_MECHANISMS, &account)).await.map(drop)
}
