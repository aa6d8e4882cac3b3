//! Who was shown and told what, for operators and auditors.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use reports::pages::disclosures::Disclosures;
use reports::pages::frame::Frame;
use utoipa::OpenApi;

use crate::address::{Address, Who};
use crate::api::responses::Problems;
use crate::problem::Problem;
use crate::routes;
use crate::service::Service;
use crate::showing::{Form, json, page};
use crate::viewer::Insider;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/disclosures", Who::Insider, || -> Route { web::to(disclosures) }),
    Address::get("/api/v1/disclosures", Who::Insider, || -> Route { web::to(disclosures_json) }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(disclosures_json))]
pub(crate) struct Ledger;

async fn disclosures(
    service: web::Data<Service>,
    insider: Insider,
) -> Result<HttpResponse, Problem> {
    answer(&service, insider, Form::Page)
}

/// What was shown to auditors and vendors, what was told by letter, what was made public, and the grants
/// behind it.
#[utoipa::path(get, path = "/api/v1/disclosures", tag = "access",
    responses((status = 200, body = Disclosures), Problems))]
async fn disclosures_json(
    service: web::Data<Service>,
    insider: Insider,
) -> Result<HttpResponse, Problem> {
    answer(&service, insider, Form::Json)
}

/// The page at which a person sees what an address for programs tells; none when there is none.
fn page_of(address: &str) -> Option<String> {
    let shown = address.strip_prefix("/api/v1")?.replacen("/log/events/", "/audit/events/", 1);
    let path = shown.split_once('?').map_or(shown.as_str(), |(path, _)| path);
    match path {
        "/overview" => Some(shown.replacen("/overview", "/", 1)),
        // Programs read the list in parts, people whole.
        "/campaigns" => Some(path.to_owned()),
        _ => PAGES.iter().any(|it| it.is_match(path)).then(|| shown.clone()),
    }
}

/// Every address that is not for programs.
static PAGES: LazyLock<Vec<ResourceDef>> = LazyLock::new(|| {
    let all = routes::addresses().into_iter().filter(|it| it.method == "GET");
    let pages = all.filter(|it| !it.path.starts_with("/api/"));
    pages.map(|it| ResourceDef::new(it.path)).collect()
});

/// That somebody looked at the ledger is not written into it: it would never be read to its end.
fn answer(service: &Service, Insider(known): Insider, form: Form) -> Result<HttpResponse, Problem> {
    let now = service.now();
    let view = service.access.look(|registry| {
        service.letters.look(|letters| Disclosures::new((registry, letters), now, page_of))
    });
    let frame = Frame::new(view.title(), "/disclosures").seen_by(Some(known.role));
    match form {
        Form::Page => page(StatusCode::OK, view.html(&frame)),
        Form::Json => json(&view),
    }
}
