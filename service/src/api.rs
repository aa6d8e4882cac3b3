//! The interface for programs: what pages show, as JSON, and the log with its proofs.

mod audit;
mod campaigns;
mod declared;
mod document;
mod events;
mod over_time;
pub(crate) mod responses;

use actix_web::{HttpResponse, Route, web};
use serde::Serialize;
use utoipa::OpenApi;

use crate::address::{Address, Who};
use crate::cache::Page;
use crate::problem::Problem;
use crate::reading::{self, Key, Reader};
use crate::service::Service;
use crate::visit::Visit;

/// The media type of JSON.
const JSON: &str = "application/json";

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/api/v1/openapi.json", Who::Anyone, || -> Route { web::to(document::openapi) }),
    Address::get("/api/v1/overview", Who::Anyone, || -> Route { web::to(campaigns::overview) }),
    Address::get("/api/v1/campaigns", Who::Anyone, || -> Route { web::to(campaigns::campaigns) }),
    Address::get("/api/v1/campaigns/{id}", Who::Anyone, || -> Route {
        web::to(campaigns::campaign)
    }),
    Address::get("/api/v1/campaigns/{id}/matrix", Who::Anyone, || -> Route {
        web::to(campaigns::matrix)
    }),
    Address::get(
        "/api/v1/campaigns/{id}/cells/{source}/{target}/{guest}",
        Who::Anyone,
        || -> Route { web::to(campaigns::cell) },
    ),
    Address::get("/api/v1/history", Who::Anyone, || -> Route { web::to(over_time::history) }),
    Address::get("/api/v1/diff", Who::Anyone, || -> Route { web::to(over_time::diff) }),
    Address::get("/api/v1/baselines", Who::Anyone, || -> Route { web::to(declared::baselines) }),
    Address::get("/api/v1/waivers", Who::Anyone, || -> Route { web::to(declared::waivers) }),
    Address::get("/api/v1/stale", Who::Anyone, || -> Route { web::to(declared::stale) }),
    Address::get("/api/v1/events", Who::Insider, || -> Route { web::to(events::events) }),
    Address::get("/api/v1/log/checkpoint", Who::Anyone, || -> Route { web::to(audit::checkpoint) }),
    Address::get("/api/v1/log/checkpoints", Who::Anyone, || -> Route {
        web::to(audit::checkpoints)
    }),
    Address::get("/api/v1/log/keys", Who::Anyone, || -> Route { web::to(audit::keys) }),
    Address::get("/api/v1/log/consistency", Who::Anyone, || -> Route {
        web::to(audit::consistency)
    }),
    Address::get("/api/v1/log/events/{position}", Who::Anyone, || -> Route {
        web::to(audit::event)
    }),
    Address::get("/api/v1/log/events/{position}/proof", Who::Anyone, || -> Route {
        web::to(audit::proof)
    }),
    Address::get("/checkpoint", Who::Anyone, || -> Route { web::to(audit::checkpoint) }),
    Address::get("/tile/entries/{path:.*}", Who::Insider, || -> Route { web::to(audit::entries) }),
    Address::get("/tile/{path:.*}", Who::Anyone, || -> Route { web::to(audit::tile) }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(
    document::openapi,
    campaigns::overview,
    campaigns::campaigns,
    campaigns::campaign,
    campaigns::matrix,
    campaigns::cell,
    over_time::history,
    over_time::diff,
    declared::baselines,
    declared::waivers,
    declared::stale,
    events::events,
    audit::checkpoint,
    audit::checkpoints,
    audit::keys,
    audit::consistency,
    audit::event,
    audit::proof
))]
pub(crate) struct Reads;

/// The JSON under a key.
pub(crate) async fn json<V: Serialize>(
    visit: Visit,
    key: Key,
    make: impl FnOnce(&Service, &Reader) -> Result<V, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (of, reader) = (visit.reader(), visit.reader());
    let key = key.at_once();
    let key = Key { name: format!("json {}", key.name), ..key };
    let make = move |service: &Service| text(&make(service, &of)?);
    reading::answer(visit.service, &visit.request, (key, &reader), make).await
}

/// A value as it is sent.
fn text(value: &impl Serialize) -> Result<Page, Problem> {
    let text = serde_json::to_string(value).map_err(|error| Problem::internal(&error))?;
    Ok(Page::new(text, JSON))
}
