//! Problems as whoever asked can read them: a page for a person, problem details for a program.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{Error, HttpResponse, ResponseError as _};
use domain::access::Viewer;

use super::viewer_of;
use crate::problem::Problem;
use crate::routes::ProblemPage;

/// Whether who asks is a person with a browser.
#[derive(Debug)]
pub(super) struct Asker {
    make: ProblemPage,
    path: String,
    wants_page: bool,
}

impl Asker {
    /// Whoever sends this; pages are made like this.
    pub(super) fn of(request: &ServiceRequest, make: ProblemPage) -> Self {
        let accepted = request.headers().get_all(header::ACCEPT);
        let takes_html = |it: &header::HeaderValue| {
            it.to_str().is_ok_and(|it| it.to_ascii_lowercase().contains("text/html"))
        };
        let is_api = request.path().starts_with("/api/") || request.path() == "/api";
        let wants_page = !is_api && accepted.into_iter().any(takes_html);
        Self { make, path: request.path().to_owned(), wants_page }
    }

    /// The page for a problem, if this is somebody who reads pages.
    pub(super) fn page(&self, problem: &Problem, viewer: &Viewer) -> Option<HttpResponse> {
        if !self.wants_page {
            return None;
        }
        let page = (self.make)(problem, viewer, &self.path)?;
        // Everything but the words stays as it was: status, retry, challenge.
        let mut answer = problem.error_response().set_body(page).map_into_boxed_body();
        let kind = ContentType::html().0.to_string();
        let kind = header::HeaderValue::from_str(&kind);
        let kind = kind.unwrap_or(header::HeaderValue::from_static("text/html"));
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        Some(answer)
    }
}

/// The answer, readable for whoever asked when it is a problem.
pub(super) fn show(answer: ServiceResponse, asker: &Asker) -> ServiceResponse {
    let Some(error) = answer.response().error() else { return answer };
    let problem = of(error);
    let is_told = error.as_error::<Problem>().is_some();
    match asker.page(&problem, &viewer_of(&answer)) {
        Some(page) => answer.into_response(page),
        None if is_told => answer,
        None => answer.into_response(problem.error_response()),
    }
}

/// The problem that an error stands for: errors of actix-web's own become problems here.
pub(super) fn of(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    let status = error.as_response_error().status_code();
    match status.is_server_error() {
        true => Problem::internal(error),
        false => Problem::new(status, kind(status), error.to_string()),
    }
}

fn kind(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "wrong-type",
        StatusCode::UNPROCESSABLE_ENTITY => "invalid",
        _ => "bad-request",
    }
}
