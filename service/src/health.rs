//! Whether the service lives, and whether it can serve.

use actix_web::{HttpResponse, Responder, Route, web};

use crate::address::{Address, Who};

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] =
    &[Address::get("/healthz", Who::Anyone, || -> Route { web::to(alive) })];

async fn alive() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}
