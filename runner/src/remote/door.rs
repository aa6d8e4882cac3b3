//! The door of a service, seen from a lab: every request once, its answer bounded and checked.

use std::fmt;
use std::time::Duration;

use domain::event::Pins;
use domain::ids::{CampaignId, LeaseId, Sha256Digest};
use domain::wire::{
    Accepted, CampaignState, DeclarationAnswer, DeclarationRequest, Heartbeat, LeaseRequest,
    Leased, OfferRequest, Offered, Submission, Until,
};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, Client, Method, RequestBuilder, StatusCode, Url};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::token::Token;

/// Longest answer, in bytes: the state of the largest campaign fits.
const LONGEST_ANSWER: usize = 64 << 20;
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a request may take, with its answer.
const ANSWER: Duration = Duration::from_secs(60);
/// How long a service can be asked to wait for work to come.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Longest time that a service can ask to be left alone.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How a service is reached.
#[derive(Debug)]
pub struct Way<'a> {
    /// Its address, such as `https://portolan.example`.
    pub server: &'a str,
    /// The secret that says who we are.
    pub token: Token,
    /// Certificates (PEM) of authorities to trust beside the usual ones.
    pub authorities: Option<&'a [u8]>,
    /// Whether the token may go over a network in plain text.
    pub in_plain_text: bool,
}

/// Why a service cannot even be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// The address is not one.
    #[error("`{0}` is not the address of a service: write it as https://HOST[:PORT]")]
    Address(String),
    /// The address would send the token in plain text.
    #[error(
        "{0}: without TLS everybody on the way can read the token; name an https address, or allow \
         it with --plain-text"
    )]
    PlainText(String),
    /// The certificates cannot be used.
    #[error("the certificates of the authority cannot be used: {0}")]
    Authorities(String),
    /// The client could not be made.
    #[error("no client for HTTP can be made: {0}")]
    Client(String),
}

/// The door of a service.
#[derive(Clone)]
pub struct Door {
    client: Client,
    server: Url,
    token: Token,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("server", &self.server.as_str()).finish_non_exhaustive()
    }
}

impl Door {
    /// The door at an address. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address or the certificates cannot be used.
    pub fn new(way: Way<'_>) -> Result<Self, NoWay> {
        let server = address(way.server)?;
        let near = is_near(&server);
        if server.scheme() == "http" && !near && !way.in_plain_text {
            return Err(NoWay::PlainText(server.to_string()));
        }
        let mut client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("portolan/", env!("CARGO_PKG_VERSION")));
        if near {
            client = client.no_proxy();
        }
        if let Some(pem) = way.authorities {
            let words = |error: reqwest::Error| NoWay::Authorities(error.to_string());
            let found = Certificate::from_pem_bundle(pem).map_err(words)?;
            if found.is_empty() {
                return Err(NoWay::Authorities("there is none in the file".to_owned()));
            }
            client = found.into_iter().fold(client, reqwest::ClientBuilder::add_root_certificate);
        }
        let client = client.build().map_err(|error| NoWay::Client(error.to_string()))?;
        Ok(Self { client, server, token: way.token })
    }

    /// The address.
    #[must_use]
    pub fn server(&self) -> &str {
        self.server.as_str().trim_end_matches('/')
    }

    /// Records a batch of commands.
    ///
    /// # Errors
    /// The [`Fault`]; when it is [`Fault::Away`] the batch may have been recorded all the same, and
    /// may be sent again.
    pub async fn submit(&self, batch: &Submission) -> Result<Accepted, Fault> {
        self.post("api/v1/events", batch).await
    }

    /// Takes a piece of evidence to the service; once more does no harm.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn keep(&self, bytes: &[u8]) -> Result<Sha256Digest, Fault> {
        let digest = Sha256Digest::of(bytes);
        let request = self.request(Method::PUT, &format!("api/v1/evidence/{digest}"))?;
        let request = request.header(CONTENT_TYPE, "application/octet-stream");
        answer(request.body(bytes.to_vec())).await?;
        Ok(digest)
    }

    /// Where a campaign stands.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn state(&self, campaign: &CampaignId) -> Result<CampaignState, Fault> {
        let request = self.request(Method::GET, &format!("api/v1/campaigns/{campaign}/state"))?;
        read(&answer(request).await?.1)
    }

    /// Starts a campaign for agents.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn offer(&self, offer: &OfferRequest) -> Result<Offered, Fault> {
        self.post("api/v1/campaigns", offer).await
    }

    /// Asks for trials to walk, and waits for some so long, at most [`LONGEST_WAIT`]; none when
    /// nothing is to be done.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn lease(
        &self,
        asked: &LeaseRequest,
        wait: Duration,
    ) -> Result<Option<Leased>, Fault> {
        let request = self.request(Method::POST, "api/v1/leases")?;
        let seconds = wait.min(LONGEST_WAIT).as_secs();
        let request = request.header("Prefer", format!("wait={seconds}"));
        match answer(with_json(request, asked)?).await? {
            (StatusCode::NO_CONTENT, _) => Ok(None),
            (_, body) => read(&body).map(Some),
        }
    }

    /// Says that the holder of a lease is alive, and which versions it found.
    ///
    /// # Errors
    /// The [`Fault`]; refused when the lease is not in force any more.
    pub async fn heartbeat(&self, lease: &LeaseId, pins: Pins) -> Result<Until, Fault> {
        self.post(&format!("api/v1/leases/{lease}/heartbeat"), &Heartbeat { pins }).await
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn give_back(&self, lease: &LeaseId) -> Result<(), Fault> {
        let request = self.request(Method::DELETE, &format!("api/v1/leases/{lease}"))?;
        answer(request).await.map(|_| ())
    }

    /// Declares something about history, as an operator.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn declare(
        &self,
        declaration: &DeclarationRequest,
    ) -> Result<DeclarationAnswer, Fault> {
        self.post("api/v1/declarations", declaration).await
    }

    /// Whether a service answers at all.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn greet(&self) -> Result<(), Fault> {
        answer(self.request(Method::GET, "healthz")?).await.map(|_| ())
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Fault> {
        let request = self.request(Method::POST, path)?;
        read(&answer(with_json(request, body)?).await?.1)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Fault> {
        let address = self.server.join(path).map_err(Fault::strange)?;
        let token = HeaderValue::from_str(self.token.bearer().expose_secret());
        let mut token = token.map_err(|_| Fault::strange("a token"))?;
        token.set_sensitive(true);
        Ok(self.client.request(method, address).header(AUTHORIZATION, token))
    }
}

/// The address of a service; it ends with a slash, so that paths are put behind it.
fn address(text: &str) -> Result<Url, NoWay> {
    let wrong = || NoWay::Address(super::fault::plain(text));
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let usual = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    let bare = url.query().is_none() && url.fragment().is_none();
    if !usual || !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Whether an address is on this machine.
fn is_near(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|it: std::net::IpAddr| it.is_loopback())
}

fn with_json(request: RequestBuilder, body: &impl Serialize) -> Result<RequestBuilder, Fault> {
    let body = serde_json::to_vec(body).map_err(Fault::strange)?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(body))
}

/// Sends a request, and reads an answer of bounded length; one that is no success is a fault.
async fn answer(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Fault> {
    let mut response = request.send().await?;
    let (status, after) = (response.status(), pause(response.headers()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Fault::strange(format!("it is longer than {LONGEST_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    match status.is_success() {
        true => Ok((status, body)),
        false => Err(Fault::told(status.as_u16(), after, &body)),
    }
}

fn pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(Fault::strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(server: &str, in_plain_text: bool) -> Result<Door, NoWay> {
        let token = Token::read(&"A".repeat(43).into()).expect("a token");
        Door::new(Way { server, token, authorities: None, in_plain_text })
    }

    #[test]
    fn a_token_does_not_leave_the_machine_in_plain_text_unasked() {
        for near in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080/"] {
            assert!(door(near, false).is_ok(), "{near}");
        }
        let far = door("http://portolan.example", false).expect_err("far");
        assert!(matches!(far, NoWay::PlainText(_)));
        assert!(door("http://portolan.example", true).is_ok());
        assert!(door("https://portolan.example/below", false).is_ok());
        for bad in ["", "portolan", "ftp://x", "file:///etc/passwd", "https://u:p@x", "https://x?a"]
        {
            assert!(matches!(door(bad, true), Err(NoWay::Address(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_door_does_not_show_its_token() {
        let door = door("https://portolan.example", false).expect("a door");
        assert!(!format!("{door:?}").contains("AAAA"));
        assert_eq!(door.server(), "https://portolan.example");
    }
}
