//! What went wrong, as a page for whoever looks with a browser.

use std::fmt;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use reports::pages::frame::Frame;
use reports::pages::problem::Problem as Page;

use super::HTML;
use crate::problem::Problem;
use crate::reading::Reader;
use crate::viewer;

/// A problem and its page.
#[derive(Debug)]
struct Told {
    problem: Problem,
    html: String,
}

/// Middleware: puts a page in the place of problem details where a person asks.
pub(crate) async fn for_people<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if !is_person(request.request()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let reader = Reader::of(&viewer::of(request.request()));
    let path = request.path().to_owned();
    let page = |problem: &Problem| {
        let html = html(problem, reader, path)?;
        Some(Told { problem: problem.clone(), html })
    };
    match next.call(request).await {
        Ok(response) => {
            let problem = response.response().error().and_then(|it| it.as_error::<Problem>());
            let Some(told) = problem.and_then(page) else {
                return Ok(response.map_into_left_body());
            };
            Ok(response.into_response(told.error_response()).map_into_right_body())
        }
        Err(error) => Err(match error.as_error::<Problem>().and_then(page) {
            Some(told) => told.into(),
            None => error,
        }),
    }
}

/// The page, for this reader.
fn html(problem: &Problem, reader: Reader, path: String) -> Option<String> {
    let mut page = Page::new(problem.status, problem.title.clone(), problem.detail.clone());
    if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
        page = page.first("Sign in", Some("/sign-in".to_owned()));
    }
    page.html(&Frame::new(page.title(), path).seen_by(reader.role)).ok()
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl ResponseError for Told {
    fn status_code(&self) -> StatusCode {
        self.problem.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let answer = self.problem.error_response();
        let mut answer = answer.set_body(BoxBody::new(self.html.clone()));
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        answer
    }
}

/// Whether a person looks, with a browser: programs do not ask for pages.
fn is_person(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok());
    let is_page = !request.path().starts_with("/api/");
    is_page && accepts.is_some_and(|it| it.split(',').any(|it| it.trim().starts_with("text/html")))
}
