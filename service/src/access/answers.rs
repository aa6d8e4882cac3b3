//! How pages about access are answered: kept nowhere, and naming their address to nobody.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

use crate::peers;
use crate::problem::Problem;

/// A page.
pub(super) fn page<E: std::fmt::Display>(
    status: StatusCode,
    html: Result<String, E>,
) -> Result<HttpResponse, Problem> {
    let html = html.map_err(|error| Problem::internal(&error))?;
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"portolan\""));
    }
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Some of these addresses hold a secret.
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .content_type("text/html; charset=utf-8");
    Ok(answer.body(html))
}

/// Sends the browser on to a page of this service, or to another's door.
pub(super) fn see_other(place: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// Whoever asks has to wait.
pub(super) fn wait(status: StatusCode, kind: &str, wait: Duration) -> HttpResponse {
    let seconds = wait.as_secs() + 1;
    let words = format!("Too many sign-ins were tried. Wait {seconds} seconds and try again.");
    let mut answer = Problem::new(status, kind, words).error_response();
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer
}

/// The address that a request is from: behind a proxy that is believed, the one that it names.
pub(super) fn address(request: &HttpRequest) -> Option<IpAddr> {
    peers::of(request).map(|it| it.address)
}
