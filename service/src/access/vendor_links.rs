//! Opening a vendor's link: a page asks first, since programs that look through mail open every link.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::{Known, Role};
use reports::pages::confirm::Confirm;
use reports::pages::frame::Frame;
use secrecy::ExposeSecret as _;

use super::links::Link;
use super::sign_in::enter;
use super::{answers, csrf, sessions};
use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::service::Service;

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::get("/v/{link}", Who::Anyone, || -> Route { web::to(ask) }),
    Address::post("/v/{link}", Who::Anyone, || -> Route { web::to(open) }),
];

async fn ask(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    link: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some((link, known)) = opened(&request, &service, &link) else { return gone(&service) };
    let vendor = vendor(&known);
    let view = Confirm {
        title: "Your private results".to_owned(),
        words: format!(
            "This link shows the results of {vendor}, before they are published, to nobody else. \
             What is opened is written down."
        ),
        button: format!("Open as {vendor}"),
        action: link.path().expose_secret().to_owned(),
        csrf: sessions::token_or_new(&session, &service)?,
    };
    answers::page(StatusCode::OK, view.html(&Frame::new(view.title.clone(), "/v")))
}

async fn open(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    link: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    csrf::require(&request)?;
    let Some((_, known)) = opened(&request, &service, &link) else { return gone(&service) };
    enter(&service, &session, &known).await?;
    Ok(answers::see_other(&format!("/vendors/{}", vendor(&known))))
}

/// The link, and whoever it is for; none when it is worth nothing, or when too many were tried.
fn opened(request: &HttpRequest, service: &Service, text: &str) -> Option<(Link, Known)> {
    service.identity.throttle.count_address(answers::address(request)).ok()?;
    let (link, now) = (Link::parse(text)?, service.now());
    let keys = &service.identity.keys;
    let known = service.access.look(|it| link.opens(keys, it.grant(link.grant()), now))?;
    Some((link, known))
}

fn gone(service: &Service) -> Result<HttpResponse, Problem> {
    service.identity.note_failed("link");
    Err(Problem::not_found(
        "This link opens nothing: it is not whole, or its date has passed, or it was taken back. \
         Ask whoever sent it for another.",
    ))
}

fn vendor(known: &Known) -> &str {
    match &known.role {
        Role::Vendor { vendor } => vendor.as_str(),
        Role::Auditor | Role::Operator | Role::Lab => "nobody",
    }
}
