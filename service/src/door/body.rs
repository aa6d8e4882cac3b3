//! Bodies: read whole, within their limits of size and time and the memory that all share.

use std::io::Read as _;

use actix_web::http::{StatusCode, header};
use actix_web::web::{BytesMut, Payload};
use actix_web::{HttpMessage as _, HttpRequest};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::{Door, invalid, too_large};
use crate::problem::Problem;

/// A body that has arrived whole, and the memory set aside for it.
#[derive(Debug)]
pub(super) struct Body {
    bytes: BytesMut,
    is_gzip: bool,
    most: usize,
    _memory: OwnedSemaphorePermit,
}

impl Body {
    /// Reads a body of JSON, of at most so many bytes.
    ///
    /// # Errors
    /// 415 for anything that does not say that it is JSON; as [`Body::raw`].
    pub(super) async fn json(
        door: &Door,
        request: &HttpRequest,
        payload: Payload,
        most: usize,
    ) -> Result<Self, Problem> {
        let is_json = request.content_type().eq_ignore_ascii_case("application/json");
        if !is_json {
            return Err(unsupported("Send it as JSON: Content-Type: application/json."));
        }
        let is_gzip = match encoding(request)? {
            Encoding::Identity => false,
            Encoding::Gzip => true,
        };
        Self::read(door, request, payload, (most, is_gzip)).await
    }

    /// Reads bytes as they are, at most so many.
    ///
    /// # Errors
    /// 413 when there are more, 408 when they come too slowly, 400 when they are cut short, 415 when
    /// they are compressed, 503 when too many send at once.
    pub(super) async fn raw(
        door: &Door,
        request: &HttpRequest,
        payload: Payload,
        most: usize,
    ) -> Result<Self, Problem> {
        match encoding(request)? {
            Encoding::Identity => Self::read(door, request, payload, (most, false)).await,
            Encoding::Gzip => Err(unsupported("Send these bytes as they are, not compressed.")),
        }
    }

    async fn read(
        door: &Door,
        request: &HttpRequest,
        payload: Payload,
        (most, is_gzip): (usize, bool),
    ) -> Result<Self, Problem> {
        let declared = declared(request)?;
        if declared.is_some_and(|it| it > most as u64) {
            return Err(larger(most));
        }
        // What is inflated later takes as much as it may.
        let share = if is_gzip { 2 * most as u64 } else { declared.unwrap_or(most as u64) };
        let kib = u32::try_from(share.div_ceil(1024)).unwrap_or(u32::MAX);
        let memory = std::sync::Arc::clone(&door.memory);
        let memory = memory.acquire_many_owned(kib.clamp(1, door.limits.memory_kib));
        let memory = timeout(door.limits.body, memory).await.ok().and_then(Result::ok);
        let memory = memory.ok_or_else(busy)?;
        let read = timeout(door.limits.body, collect(payload, most)).await;
        let bytes = read.map_err(|_| slow())??;
        Ok(Self { bytes, is_gzip, most, _memory: memory })
    }

    /// How many bytes came.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes, inflated if they were compressed. It is work.
    ///
    /// # Errors
    /// 413 when more comes out than may, 422 when it is no gzip.
    pub(super) fn bytes(&self) -> Result<std::borrow::Cow<'_, [u8]>, Problem> {
        if !self.is_gzip {
            return Ok((&self.bytes[..]).into());
        }
        let (mut inflated, most) = (Vec::new(), self.most as u64 + 1);
        let read = MultiGzDecoder::new(&self.bytes[..]).take(most).read_to_end(&mut inflated);
        read.map_err(|error| invalid(format!("this is not whole as gzip: {error}")))?;
        if inflated.len() > self.most {
            return Err(larger(self.most));
        }
        Ok(inflated.into())
    }

    /// What the JSON says.
    ///
    /// # Errors
    /// 422 when it says something else; as [`Body::bytes`].
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.bytes()?).map_err(|error| {
            let plain = |it: char| if it.is_control() { char::REPLACEMENT_CHARACTER } else { it };
            let words: String = error.to_string().chars().map(plain).take(300).collect();
            invalid(words)
        })
    }
}

/// How a body is encoded.
enum Encoding {
    Identity,
    Gzip,
}

fn encoding(request: &HttpRequest) -> Result<Encoding, Problem> {
    let mut named = request.headers().get_all(header::CONTENT_ENCODING);
    match (named.next().map(header::HeaderValue::as_bytes), named.next()) {
        (None | Some(b"identity"), None) => Ok(Encoding::Identity),
        (Some(b"gzip" | b"x-gzip"), None) => Ok(Encoding::Gzip),
        (_, _) => Err(unsupported("A body comes as it is or as gzip: Content-Encoding: gzip.")),
    }
}

/// How many bytes are to come, if that is said.
fn declared(request: &HttpRequest) -> Result<Option<u64>, Problem> {
    let Some(length) = request.headers().get(header::CONTENT_LENGTH) else { return Ok(None) };
    let length = length.to_str().ok().and_then(|it| it.parse().ok());
    length.map(Some).ok_or_else(|| Problem::bad_request("Content-Length is not a number."))
}

async fn collect(mut payload: Payload, most: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let cut = |_| Problem::bad_request("The body was cut short: send it again.");
        let chunk = chunk.map_err(cut)?;
        if bytes.len() + chunk.len() > most {
            return Err(larger(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn unsupported(words: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", words)
}

fn larger(most: usize) -> Problem {
    too_large(format!("This is larger than {most} bytes: send less at once."))
}

fn slow() -> Problem {
    let words = "The body took too long to arrive: send less at once.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", words)
}

fn busy() -> Problem {
    let words = "Too much is being sent at the same time: try again.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", words).retry_after(2)
}
