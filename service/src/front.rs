//! What every request passes first and every answer last: who is at the other end, limits, headers, the
//! log. Nothing that answers stands outside of it.

mod admission;
mod body;
mod headers;
mod hosts;
mod journal;
pub(crate) mod lane;
mod problems;

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError as _, web};
use domain::access::Viewer;

use crate::peers::Peers;
use crate::problem::Problem;
use crate::service::Service;
use crate::settings::Settings;
use crate::viewer;

use body::Arrival;
use hosts::Hosts;
use journal::Entry;
use problems::Asker;

/// What the front needs beside the service.
#[derive(Debug)]
pub(crate) struct Front {
    hosts: Hosts,
    /// How much each peer asks for.
    pub(crate) peers: Arc<Peers>,
}

impl Front {
    /// The front of a service that is run like this.
    pub(crate) fn new(settings: &Settings) -> Self {
        let peers = Arc::new(Peers::new(&settings.limits));
        Self { hosts: Hosts::of(settings.public_url.as_deref()), peers }
    }
}

/// The outermost middleware.
pub(crate) async fn pass(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let known = (
        request.app_data::<web::Data<Service>>().cloned(),
        request.app_data::<web::Data<Front>>().cloned(),
    );
    let (Some(service), Some(front)) = known else {
        return Err(Problem::internal(&"the front has no service").into());
    };
    let has_tls = service.settings.network.tls.is_some();
    let mut entry = Entry::begin(&request, service.clone());
    let admitted = admission::admit(&mut request, &service, &front);
    if let (Ok(()), Some((mut answer, route))) = (&admitted, lane::find(&request, &service)) {
        headers::seal(answer.headers_mut(), has_tls);
        entry.answered(route, answer.status());
        return Ok(request.into_response(answer).map_body(|_, body| entry.follow(body)));
    }
    let asker = Asker::of(&request, service.problem_page);
    let limits = service.settings.limits;
    let answer = match admitted {
        Err(problem) => Ok(request.error_response(problem)),
        Ok(()) => {
            let arrival = body::watch(&mut request, limits.pace);
            let answer = arrival.in_time(next.call(request), limits.request).await;
            settle(answer.unwrap_or_else(|| Err(took_too_long().into())), &arrival)
        }
    };
    match answer {
        Ok(mut answer) => {
            answer = problems::show(answer, &asker);
            headers::seal(answer.headers_mut(), has_tls);
            entry.answered(answer.request().match_pattern(), answer.status());
            Ok(answer.map_body(|_, body| entry.follow(body)))
        }
        Err(error) => Err(finished(error, &asker, has_tls, entry)),
    }
}

/// What a handler could not have answered rightly: its body came too slowly.
fn settle(
    answer: Result<ServiceResponse, Error>,
    arrival: &Arrival,
) -> Result<ServiceResponse, Error> {
    let answer = answer?;
    let status = answer.status();
    let is_refused = status.is_client_error() || status.is_server_error();
    match arrival.is_late() && is_refused {
        true => Ok(answer.into_response(too_slow().error_response())),
        false => Ok(answer),
    }
}

/// The answer to a request that a middleware broke off: there is no request any more to answer to,
/// so the answer travels as an error that is made of nothing else.
fn finished(error: Error, asker: &Asker, has_tls: bool, mut entry: Entry) -> Error {
    let problem = problems::of(&error);
    let mut answer = asker.page(&problem, &Viewer::Public).unwrap_or(problem.error_response());
    headers::seal(answer.headers_mut(), has_tls);
    entry.answered(None, answer.status());
    let answer: HttpResponse = answer.map_body(|_, body| entry.follow(body));
    InternalError::from_response(problem, answer).into()
}

fn took_too_long() -> Problem {
    let detail = "The service took too long over this, and gave up. Try again later.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "took-too-long", detail)
}

fn too_slow() -> Problem {
    let detail = "The body of the request came too slowly.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", detail)
}

/// Whoever is looking at what was answered.
fn viewer_of(answer: &ServiceResponse) -> Viewer {
    viewer::of(answer.request())
}
