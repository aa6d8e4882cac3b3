//! What every address may answer besides what was asked for.

use utoipa::IntoResponses;

use crate::problem::Problem;

/// Problems, as RFC 9457 spells them.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers and is never one")]
pub(crate) enum Problems {
    /// The question is not what it should be: the detail says where.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] Problem),
    /// Nobody has signed in, or the token is worth nothing.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(#[to_schema] Problem),
    /// Whoever signed in may not.
    #[response(status = 403, content_type = "application/problem+json")]
    NotAllowed(#[to_schema] Problem),
    /// There is no such thing, as far as this reader may know.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// Too many requests from one place: the header Retry-After says when to come back.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] Problem),
    /// The fault is in the service.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(#[to_schema] Problem),
    /// Not now: the header Retry-After says when to come back.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(#[to_schema] Problem),
}

/// The same as was sent before.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers and is never one")]
pub(crate) enum Unchanged {
    /// What the reader has, by its ETag, is what there is.
    #[response(status = 304)]
    NotModified,
}
