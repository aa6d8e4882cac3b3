//! What every address may answer besides what was asked for.

use utoipa::IntoResponses;

use crate::problem::Problem;

/// Problems, as RFC 9457 spells them.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers and is never one")]
pub(crate) enum Problems {
    /// `bad-request`: the question is not what it should be; the detail says where.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] Problem),
    /// `not-signed-in`: nobody has, or the token is worth nothing.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(#[to_schema] Problem),
    /// `not-allowed`: whoever signed in may not.
    #[response(status = 403, content_type = "application/problem+json")]
    NotAllowed(#[to_schema] Problem),
    /// `not-found`: there is no such thing, as far as this reader may know.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// `too-many-requests` of one peer, or `too-many` of one grant or one account: the header
    /// Retry-After says when to come back.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] Problem),
    /// `internal`: the fault is in the service.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(#[to_schema] Problem),
    /// `busy`: not now; the header Retry-After says when to come back.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(#[to_schema] Problem),
}

/// What an address that is sent something may answer besides.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers and is never one")]
pub(crate) enum Refusals {
    /// The body did not arrive in time.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(#[to_schema] Problem),
    /// It does not fit what is there already: the class says in what way.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] Problem),
    /// `too-large`: more than this address reads.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// `unsupported`: not of a kind that this address reads.
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(#[to_schema] Problem),
    /// `invalid`: it is of the right form, and says what cannot be.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(#[to_schema] Problem),
}

/// The same as was sent before.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers and is never one")]
pub(crate) enum Unchanged {
    /// What the reader has, by its ETag, is what there is.
    #[response(status = 304)]
    NotModified,
}
