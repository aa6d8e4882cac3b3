//! Whether the service lives, and whether it can do its work.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Responder, Route, web};
use store::EventLog as _;

use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::service::Service;

/// Events that the library may lag behind the log and still be called up to date.
const MOST_LAG: u64 = 100_000;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/healthz", Who::Anyone, || -> Route { web::to(alive) }),
    Address::get("/readyz", Who::Anyone, || -> Route { web::to(ready) }),
];

async fn alive() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

async fn ready(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    match web::block(move || why_not(&service)).await {
        Ok(None) => Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")),
        Ok(Some(why)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", why)),
        Err(error) => Err(Problem::internal(&error)),
    }
}

/// Why the service cannot do its work, in words that tell nobody anything else.
fn why_not(service: &Service) -> Option<&'static str> {
    let library = &service.library;
    let lag = library.log().head().saturating_sub(library.seen());
    let found = [
        (service.stopping.is_cancelled(), "The service is stopping."),
        (library.has_failed(), "What the log holds can no longer be followed."),
        (library.log().is_broken(), "The disk did not take a write: the log takes no more."),
        (lag > MOST_LAG, "The service has not caught up with its log yet."),
        (is_disk_full(service), "The disk of the log is full."),
    ];
    found.into_iter().find(|(holds, _)| *holds).map(|(_, why)| why)
}

fn is_disk_full(service: &Service) -> bool {
    let Some(store) = &service.settings.network.store else { return false };
    let free = rustix::fs::statvfs(store).map(|it| it.f_bavail.saturating_mul(it.f_frsize));
    free.is_ok_and(|bytes| bytes < service.settings.limits.free_bytes)
}
