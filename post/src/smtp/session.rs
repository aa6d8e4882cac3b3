//! One talk with a server: opened, one letter after another, ended. lettre speaks; each phase has its own limit of time.

use std::error::Error as _;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials as Account, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::Response;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::wire::{Line, Wire};
use super::{Credentials, Limits, Server, Tls};
use crate::outcome::{Phase, Refusal, Words, status};
use crate::parcel::Message;

/// What went wrong, before it is said in words that may be shown.
pub(super) struct Fault {
    phase: Phase,
    code: Option<u16>,
    said: String,
    /// Whether it was said by somebody who may be anybody: in the clear, where encryption is asked for.
    unproven: bool,
}

impl Fault {
    fn at(phase: Phase, said: impl Into<String>) -> Self {
        Self { phase, code: None, said: said.into(), unproven: false }
    }

    pub(super) fn refusal(self, message: &Message) -> Refusal {
        let words = Words::clean(&self.said, &[&message.to, &message.from]);
        let status = status(self.code, words.for_operators());
        // Who stands between must not be able to end a letter for good.
        let permanent = !self.unproven && self.code.is_some_and(|it| (500..600).contains(&it));
        Refusal { phase: self.phase, code: self.code, status, words, permanent }
    }
}

/// Waits for an answer, and no longer than its time.
async fn within<T>(
    limit: Duration,
    phase: Phase,
    answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let said = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            Err(Fault { code: error.status().map(u16::from), ..Fault::at(phase, said) })
        }
        Err(_) => Err(Fault::at(phase, format!("no answer within {} s", limit.as_secs()))),
    }
}

/// A connection that letters can be given over.
pub(super) struct Session {
    talk: AsyncSmtpConnection,
    /// How many letters it has seen.
    pub(super) letters: u32,
}

impl Session {
    /// Connects, encrypts, and says who we are.
    pub(super) async fn open(
        server: &Server,
        tls: Option<&(Arc<ClientConfig>, ServerName<'static>)>,
    ) -> Result<Self, Fault> {
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
        Ok(Self { talk, letters: 0 })
    }

    /// Gives one letter; the answer to its end is the answer that counts.
    pub(super) async fn give(
        &mut self,
        message: &Message,
        limits: &Limits,
    ) -> Result<String, Fault> {
        self.letters += 1;
        let address = |it: &crate::address::Address, phase| {
            lettre::Address::new(it.local(), it.domain())
                .map_err(|it| Fault::at(phase, it.to_string()))
        };
        let from = Mail::new(Some(address(&message.from, Phase::From)?), vec![]);
        let to = Rcpt::new(address(&message.to, Phase::To)?, vec![]);
        let talk = &mut self.talk;
        expect(within(limits.command, Phase::From, talk.command(from)).await?, Phase::From, 2)?;
        expect(within(limits.command, Phase::To, talk.command(to)).await?, Phase::To, 2)?;
        expect(within(limits.command, Phase::Data, talk.command(Data)).await?, Phase::Data, 3)?;
        // The end of a letter is a line with a dot, for which lettre writes the line end: ours would be an empty line more.
        let bytes = message.bytes().strip_suffix(b"\r\n").unwrap_or(message.bytes());
        let reply = within(limits.letter, Phase::EndOfData, talk.message(bytes)).await?;
        expect(reply, Phase::EndOfData, 2)
    }

    /// Whether the next letter may go over the same connection.
    pub(super) async fn is_sound(
        &mut self,
        given: &Result<String, Fault>,
        limits: &Limits,
    ) -> bool {
        match given {
            Ok(_) => true,
            // A letter was refused, not the connection: begin anew.
            Err(fault) if fault.code.is_some_and(|it| it != 421) => {
                within(limits.command, Phase::From, self.talk.command(Rset)).await.is_ok()
            }
            Err(_) => false,
        }
    }

    /// Says goodbye, and does not mind the answer.
    pub(super) async fn quit(mut self, limits: &Limits) {
        let _ = within(limits.command, Phase::From, self.talk.quit()).await;
    }
}

/// What stands for a greeting where none is sent: behind STARTTLS.
const ENCRYPTED: &[u8] = b"220 encrypted\r\n";

/// The words of an answer of the class that is asked for.
fn expect(reply: Response, phase: Phase, class: u8) -> Result<String, Fault> {
    let words = reply.message().collect::<Vec<_>>().join(" ");
    let code = u16::from(reply.code());
    if code / 100 == u16::from(class) {
        return Ok(format!("{code} {words}"));
    }
    Err(Fault::at(phase, format!("an answer that makes no sense here: {code} {words}")))
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
