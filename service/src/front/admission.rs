//! Whether a request is let in at all, before anybody asks what it wants.

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName};

use super::Front;
use crate::peers::Peer;
use crate::problem::Problem;
use crate::service::Service;
use crate::settings::Limits;

/// What only a proxy may say. Nobody behind this point sees it: whoever wants to know who is at the
/// other end asks [`crate::peers::of`].
const PROXY_WORDS: [HeaderName; 5] = [
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// Lets a request in, with what is known of its peer.
///
/// # Errors
/// The answer to one that is not let in.
pub(super) fn admit(
    request: &mut ServiceRequest,
    service: &Service,
    front: &Front,
) -> Result<(), Problem> {
    if let Some(socket) = request.request().peer_addr() {
        let peer = Peer::find(socket, request.headers(), &service.settings.network);
        request.extensions_mut().insert(peer);
        front.peers.may_ask(peer.address).map_err(|wait| {
            let detail = format!("Too many requests: try again in {} s.", wait.as_secs() + 1);
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail)
                .retry_after(wait.as_secs() + 1)
        })?;
    }
    for name in &PROXY_WORDS {
        request.headers_mut().remove(name);
    }
    front.hosts.check(request)?;
    fits(request, &service.settings.limits)
}

fn fits(request: &ServiceRequest, limits: &Limits) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    if target > limits.target_bytes {
        let detail = format!("An address is at most {} bytes long.", limits.target_bytes);
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "too-long", detail));
    }
    if size(request.headers()) > limits.head_bytes {
        let detail = format!("Header fields are at most {} bytes in all.", limits.head_bytes);
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Problem::new(status, "too-large", detail));
    }
    Ok(())
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}
