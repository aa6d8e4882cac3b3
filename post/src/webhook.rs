//! Notices to a team's own program: CloudEvents 1.0 as JSON, signed as in the Standard Webhooks specification.

mod notice;

use std::fmt;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use sha2::Sha256;

use crate::outcome::{Outcome, Phase, Refusal, Words};

pub use notice::Notice;

/// As much of an answer as is read.
const ANSWER_BYTES: usize = 4096;

/// As many bytes as a notice may have.
pub const NOTICE_BYTES: usize = 4 * 1024 * 1024;

/// Why a webhook cannot be used as it is described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not https, or not an address at all.
    #[error(
        "the url must be as in `https://example.org/…`, without a user and a password; http is for this machine only"
    )]
    Url,
    /// Not a secret of the specification.
    #[error(
        "the secret must be `whsec_` and Base64 of 24 to 64 bytes: `echo whsec_$(openssl rand -base64 32)` makes one"
    )]
    Secret,
    /// Not PEM.
    #[error(
        "the file of authorities holds no certificate that can be read: PEM is expected, `-----BEGIN CERTIFICATE-----`"
    )]
    Authorities,
    /// The client could not be made.
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// Where notices go, and the secret that they are signed with.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    url: Url,
    secret: SecretSlice<u8>,
}

impl Webhook {
    /// Takes an address, a secret, and certificates (PEM) of authorities that are trusted besides the public ones.
    /// `patience` bounds the whole of one attempt.
    pub fn new(
        url: &str,
        secret: &SecretString,
        authorities: Option<&[u8]>,
        patience: Duration,
    ) -> Result<Self, Unfit> {
        let url = Url::parse(url).ok().filter(may_be_told).ok_or(Unfit::Url)?;
        let coded = secret.expose_secret().trim().strip_prefix("whsec_").ok_or(Unfit::Secret)?;
        let key = Base64::decode_vec(coded).map_err(|_| Unfit::Secret)?;
        if !(24..=64).contains(&key.len()) {
            return Err(Unfit::Secret);
        }
        // A redirect or a proxy would take a signed notice to somewhere that nobody named.
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(patience)
            .connect_timeout(patience);
        let found = Certificate::from_pem_bundle(authorities.unwrap_or_default())
            .map_err(|_| Unfit::Authorities)?;
        if authorities.is_some() && found.is_empty() {
            return Err(Unfit::Authorities);
        }
        let client = found.into_iter().fold(client, ClientBuilder::add_root_certificate);
        let client = client.build().map_err(|it| Unfit::Client(it.to_string()))?;
        Ok(Self { client, url, secret: key.into() })
    }

    /// Tries once to deliver. `at` is the time of the attempt, which is signed, so that old ones are not played again.
    pub async fn send(&self, notice: &Notice, at: Timestamp) -> Outcome {
        let body = notice.body();
        if body.len() > NOTICE_BYTES {
            let said = format!("the notice is larger than {NOTICE_BYTES} bytes");
            return refused(Phase::Connect, None, &said, true);
        }
        let signature = self.signature(&notice.id, at, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", at.as_second())
            .header("webhook-signature", signature)
            .body(body);
        match request.send().await {
            Ok(answer) => judge(answer).await,
            Err(error) => {
                // Without the url, which may hold a token.
                let error = error.without_url();
                let phase = if error.is_connect() { Phase::Connect } else { Phase::Answer };
                let permanent = error.is_builder();
                refused(phase, None, &causes(&error), permanent)
            }
        }
    }

    fn signature(&self, id: &str, at: Timestamp, body: &str) -> String {
        let signed = format!("{id}.{}.{body}", at.as_second());
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret());
        // HMAC takes keys of any length.
        let bytes =
            mac.map(|it| it.chain_update(signed).finalize().into_bytes()).unwrap_or_default();
        format!("v1,{}", Base64::encode_string(&bytes))
    }
}

/// Over https, or to this very machine.
fn may_be_told(url: &Url) -> bool {
    let here = match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|it| it.is_loopback()),
        None => false,
    };
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here);
    scheme && url.has_host() && url.username().is_empty() && url.password().is_none()
}

async fn judge(mut answer: Response) -> Outcome {
    let code = answer.status();
    let mut said = Vec::new();
    while said.len() < ANSWER_BYTES {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                said.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES - said.len())])
            }
            // The code says it all; the words are a help to people.
            Ok(None) | Err(_) => break,
        }
    }
    let said = format!("{code} {}", String::from_utf8_lossy(&said));
    if code.is_success() {
        return Outcome::Accepted { reply: Words::clean(&said, &[]) };
    }
    // Those say: later.
    let later = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    let permanent = !code.is_server_error() && !later.contains(&code);
    refused(Phase::Answer, Some(code.as_u16()), &said, permanent)
}

fn refused(phase: Phase, code: Option<u16>, said: &str, permanent: bool) -> Outcome {
    Outcome::Refused(Refusal {
        phase,
        code,
        status: None,
        words: Words::clean(said, &[]),
        permanent,
    })
}

/// An error and what is behind it, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |it| it.source()).map(ToString::to_string);
    all.collect::<Vec<_>>().join(": ")
}

impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Webhook({})", self.url.host_str().unwrap_or_default()) // its path may be a secret
    }
}
