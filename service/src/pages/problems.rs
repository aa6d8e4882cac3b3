//! What went wrong, as a page for whoever looks with a browser.

use actix_web::HttpRequest;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use reports::pages::frame::Frame;
use reports::pages::problem::Problem as Page;

use super::HTML;
use crate::problem::Problem;
use crate::reading::Reader;
use crate::viewer;

/// Middleware: puts a page in the place of problem details where a person asks.
pub(crate) async fn for_people<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let is_person = is_person(request.request());
    let asked = request.request().clone();
    let response = match next.call(request).await {
        Ok(response) => response,
        // What was refused on the way has no answer yet.
        Err(error) => {
            let problem = error.as_error::<Problem>().cloned();
            let answer = error.error_response();
            let response = ServiceResponse::new(asked, answer);
            let response = response.map_into_right_body();
            return Ok(match problem.filter(|_| is_person) {
                Some(problem) => page(response, &problem),
                None => response.map_body(|_, body| body),
            });
        }
    };
    let problem = response.response().error().and_then(|it| it.as_error::<Problem>()).cloned();
    let response = response.map_into_left_body();
    Ok(match problem.filter(|_| is_person) {
        Some(problem) => page(response, &problem),
        None => response,
    })
}

/// The same answer with a page in it.
fn page<B>(
    response: ServiceResponse<EitherBody<B>>,
    problem: &Problem,
) -> ServiceResponse<EitherBody<B>> {
    let reader = Reader::of(&viewer::of(response.request()));
    let path = response.request().path().to_owned();
    let mut page = Page::new(problem.status, problem.title.clone(), problem.detail.clone());
    if problem.status == 401 {
        page = page.first("Sign in", Some("/sign-in".to_owned()));
    }
    let frame = Frame::new(page.title(), path).seen_by(reader.role);
    let Ok(html) = page.html(&frame) else { return response };
    let mut response =
        response.map_body(|_, _| EitherBody::right(actix_web::body::BoxBody::new(html)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
    response
}

/// Whether a person looks, with a browser: programs do not ask for pages.
fn is_person(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok());
    let is_page = !request.path().starts_with("/api/");
    is_page && accepts.is_some_and(|it| it.split(',').any(|it| it.trim().starts_with("text/html")))
}
