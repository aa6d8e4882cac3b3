//! The door of a service, seen from a lab: everything that can be asked there.

use std::fmt;
use std::time::Duration;

use domain::event::Pins;
use domain::ids::{CampaignId, LeaseId, Sha256Digest};
use domain::wire::{
    Accepted, CampaignState, DeclarationAnswer, DeclarationRequest, Heartbeat, LeaseRequest,
    Leased, OfferRequest, Offered, Submission, Until,
};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exchange::{answer, read, with_json};
use super::fault::Fault;
use super::judged::JudgedThere;
use super::token::Token;
use super::way::{NoWay, Way, address, client};

/// How long a service can be asked to wait for work to come.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

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
        let client = client(&way, &server)?;
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

    /// How the service judges a campaign, as far as it tells us.
    ///
    /// # Errors
    /// The [`Fault`].
    pub async fn judged(&self, campaign: &CampaignId) -> Result<JudgedThere, Fault> {
        let request = self.request(Method::GET, &format!("api/v1/campaigns/{campaign}/matrix"))?;
        read(&answer(request).await?.1)
    }

    /// The page on which people see a campaign.
    #[must_use]
    pub fn page(&self, campaign: &CampaignId) -> String {
        format!("{}/campaigns/{campaign}", self.server())
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
