//! Calls to the other door: no redirects, little time, short answers.

use std::time::Duration;

use openidconnect::http::Response;
use openidconnect::reqwest::redirect::Policy;
use openidconnect::reqwest::{Client, Error, Request};
use openidconnect::{HttpRequest, HttpResponse};

/// How long a call may take.
const LONGEST_CALL: Duration = Duration::from_secs(10);
/// How long it may take to be connected.
const LONGEST_CONNECT: Duration = Duration::from_secs(4);
/// Largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 256 << 10;

/// Why a call was not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// It could not be made.
    #[error(transparent)]
    Call(#[from] Error),
    /// Its answer is too long.
    #[error("the answer has more than {LARGEST_ANSWER} bytes")]
    TooLong,
    /// Its answer cannot be handed on.
    #[error(transparent)]
    Answer(#[from] openidconnect::http::Error),
}

/// What makes calls. `is_near` is for an issuer on this machine, which needs neither TLS nor a proxy.
pub(super) fn client(is_near: bool) -> Result<Client, Error> {
    let builder = Client::builder()
        .redirect(Policy::none())
        .timeout(LONGEST_CALL)
        .connect_timeout(LONGEST_CONNECT);
    match is_near {
        true => builder.no_proxy(),
        false => builder.https_only(true),
    }
    .build()
}

/// Makes one call.
pub(super) async fn call(client: Client, request: HttpRequest) -> Result<HttpResponse, CallError> {
    let mut answer = client.execute(Request::try_from(request)?).await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(CallError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(body)?)
}
