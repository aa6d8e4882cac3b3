//! One request to a service and its answer, which is bounded and checked.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;

/// Longest answer, in bytes: the state of the largest campaign fits.
const LONGEST_ANSWER: usize = 64 << 20;
/// Longest time that a service can ask to be left alone.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The request with this as its body.
pub(super) fn with_json(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Result<RequestBuilder, Fault> {
    let body = serde_json::to_vec(body).map_err(Fault::strange)?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(body))
}

/// Sends a request, and reads an answer of bounded length; one that is no success is a fault.
pub(super) async fn answer(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Fault> {
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

/// What an answer says.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(Fault::strange)
}
