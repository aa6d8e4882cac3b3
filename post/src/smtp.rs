//! A mail server: one connection, kept for the next letter, with every phase of the talk told apart.

mod fault;
mod opening;
mod session;
mod tls;
mod wire;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use secrecy::SecretString;

use crate::head::is_domain;
use crate::outcome::{Outcome, Phase, Refusal, Words};
use crate::parcel::Message;
use session::Session;

/// How the connection to the server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// It begins in the clear and must be encrypted before anything is said (port 587).
    Starttls,
    /// It is encrypted from its first byte (port 465).
    Implicit,
    /// Not at all: to this very machine only.
    None,
}

/// How long we wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a connection, its greeting and its encryption, each.
    pub connect: Duration,
    /// For the answer to a command.
    pub command: Duration,
    /// For the answer to a whole letter, behind which the server may have filters at work.
    pub letter: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (connect, command, letter) =
            (Duration::from_secs(30), Duration::from_secs(60), Duration::from_secs(300));
        Self { connect, command, letter }
    }
}

/// Who we are to the server. It cannot be printed.
#[derive(Clone)]
pub struct Credentials {
    /// The account.
    pub user: SecretString,
    /// Its password.
    pub password: SecretString,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials(…)")
    }
}

/// Where the server is, and how to speak to it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name, which its certificate must bear, or its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who we are to it, if it asks.
    pub credentials: Option<Credentials>,
    /// Certificates (PEM) of authorities that are trusted besides the public ones.
    pub authorities: Option<Vec<u8>>,
    /// What we call ourselves; without it, the address of our end.
    pub hello: Option<String>,
    /// How long we wait.
    pub limits: Limits,
}

/// Why a server cannot be used as it is described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Neither a name nor an address.
    #[error("the host is neither a name nor an address")]
    Host,
    /// Mail and password would be readable on the way.
    #[error(
        "without TLS only this machine may be spoken to: say `tls = \"starttls\"` or \"implicit\", or host 127.0.0.1"
    )]
    InTheClear,
    /// Not PEM, or no certificate in it.
    #[error(
        "the file of authorities holds no certificate that can be read: PEM is expected, `-----BEGIN CERTIFICATE-----`"
    )]
    Authorities,
    /// Not a name.
    #[error("what we call ourselves must be a name as in `mail.example.org`")]
    Hello,
}

/// A mail server that letters are given to.
pub struct Smtp {
    server: Server,
    /// How it is encrypted, and the name that its certificate must bear.
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    session: Option<Session>,
}

/// As many letters go over one connection; servers end longer ones on their own.
const LETTERS: u32 = 100;

impl Smtp {
    /// Prepares everything but the connection, which is made for the first letter.
    pub fn new(server: Server) -> Result<Self, Unfit> {
        let name = ServerName::try_from(server.host.clone()).map_err(|_| Unfit::Host)?;
        if server.hello.as_ref().is_some_and(|it| !is_domain(it)) {
            return Err(Unfit::Hello);
        }
        let tls = match server.tls {
            Tls::Starttls | Tls::Implicit => {
                Some((tls::trust(server.authorities.as_deref())?, name))
            }
            Tls::None if is_here(&server.host) => None,
            Tls::None => return Err(Unfit::InTheClear),
        };
        Ok(Self { server, tls, session: None })
    }

    /// Tries once to give one letter away.
    pub(crate) async fn send(&mut self, message: &Message) -> Outcome {
        let kept = self.session.take().filter(|it| it.letters < LETTERS);
        let was_kept = kept.is_some();
        let mut outcome = self.give(kept, message).await;
        // The server may have ended a connection that waited: nothing was said yet, so a new one takes its place.
        let idle =
            |it: &Refusal| it.phase == Phase::From && (it.code.is_none() || it.code == Some(421));
        if was_kept && matches!(&outcome, Outcome::Refused(it) if idle(it)) {
            outcome = self.give(None, message).await;
        }
        outcome
    }

    async fn give(&mut self, kept: Option<Session>, message: &Message) -> Outcome {
        let opened = match kept {
            Some(session) => Ok(session),
            None => opening::open(&self.server, self.tls.as_ref()).await.map(Session::over),
        };
        let mut session = match opened {
            Ok(session) => session,
            Err(fault) => return Outcome::Refused(fault.refusal(message)),
        };
        let given = session.give(message, &self.server.limits).await;
        if session.is_sound(&given, &self.server.limits).await {
            self.session = Some(session);
        }
        match given {
            Ok(reply) => {
                Outcome::Accepted { reply: Words::clean(&reply, &[&message.to, &message.from]) }
            }
            Err(fault) => Outcome::Refused(fault.refusal(message)),
        }
    }

    /// Says goodbye, if a connection is open.
    pub async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit(&self.server.limits).await;
        }
    }
}

/// Whether a name means this very machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

impl fmt::Debug for Smtp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Smtp")
            .field("server", &self.server)
            .field("open", &self.session.is_some())
            .finish()
    }
}
