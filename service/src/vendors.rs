//! What vendors see: their own results, and a place to answer. Operators and auditors may look at the
//! same pages before a vendor does; for any other vendor there is nothing here.

mod answering;
mod links;
mod receipts;
pub(crate) mod replies;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::{Known, Role, Scope, Viewer};
use domain::ids::{CampaignId, VendorId};
use domain::letter;
use reports::pages::frame::Frame;
use reports::pages::links as addresses;
use reports::pages::vendor::{Showing, VendorPage};
use reports::pages::vendors::Vendors;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::access::sessions;
use crate::address::{Address, Who};
use crate::api::responses::Problems;
use crate::asked::{Asking, Named, When};
use crate::problem::Problem;
use crate::reading::{Reader, work};
use crate::service::Service;
use crate::showing::{Form, Shown, show};
use crate::viewer::{self, Insider};

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/vendors", Who::Insider, || -> Route { web::to(vendors) }),
    Address::get("/vendors/{vendor}", Who::Known, || -> Route { web::to(vendor) }),
    Address::post("/vendors/{vendor}/answers", Who::Vendor(Scope::Answer), || -> Route {
        web::to(answering::take)
    }),
    Address::post("/vendors/{vendor}/receipts", Who::Vendor(Scope::Answer), || -> Route {
        web::to(receipts::take)
    }),
    Address::post("/vendors/{vendor}/replies", Who::Operator(Scope::Control), || -> Route {
        web::to(replies::take)
    }),
    Address::get("/api/v1/vendors", Who::Insider, || -> Route { web::to(vendors_json) }),
    Address::get("/api/v1/vendors/{vendor}", Who::Known, || -> Route { web::to(vendor_json) }),
    Address::post("/api/v1/vendors/{vendor}/answers", Who::Vendor(Scope::Answer), || -> Route {
        web::to(answering::take_json)
    }),
    Address::post("/api/v1/vendors/{vendor}/receipts", Who::Vendor(Scope::Answer), || -> Route {
        web::to(receipts::take_json)
    }),
    Address::post("/api/v1/vendors/{vendor}/links", Who::Operator(Scope::Grant), || -> Route {
        web::to(links::take)
    }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(
    vendors_json,
    vendor_json,
    answering::take_json,
    receipts::take_json,
    links::take
))]
pub(crate) struct OfVendors;

/// Of which campaign.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The campaign; the newest ones when it is not given.
    #[param(value_type = Option<String>)]
    campaign: Option<CampaignId>,
}

async fn vendors(service: web::Data<Service>, insider: Insider) -> Result<HttpResponse, Problem> {
    list(service, insider, Form::Page).await
}

/// Every vendor that some testbed names.
#[utoipa::path(get, path = "/api/v1/vendors", tag = "vendors",
    responses((status = 200, body = Vendors), Problems))]
async fn vendors_json(
    service: web::Data<Service>,
    insider: Insider,
) -> Result<HttpResponse, Problem> {
    list(service, insider, Form::Json).await
}

async fn list(
    service: web::Data<Service>,
    Insider(known): Insider,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (reading, reader) = (service.clone(), Reader::of(&Viewer::Known(known.clone())));
    let made = move || {
        let (past, now) = (reading.past(&When::default(), &reader)?, reading.now());
        Ok(reading.access.look(|registry| Vendors::new(&past.records, registry, now)))
    };
    let view = work(made).await?;
    let frame = Frame::new(view.title(), "/vendors").seen_by(Some(known.role.clone()));
    let what = "/api/v1/vendors".to_owned();
    let shown = Shown { known: &known, what, campaign: None, view };
    show(&service, shown, form, |view| view.html(&frame)).await
}

async fn vendor(
    service: web::Data<Service>,
    (request, session): (HttpRequest, Session),
    Named(vendor): Named<VendorId>,
    Asking(wanted): Asking<Wanted>,
) -> Result<HttpResponse, Problem> {
    let known = whoever_may(&request, &vendor)?;
    let showing = Showing {
        preview: is_preview(&known),
        csrf: may_answer(&known).then(|| sessions::token(&session)).flatten(),
        reply: may_reply(&known).then(|| sessions::token(&session)).flatten(),
        refused: None,
    };
    results(service, (&known, &vendor), wanted, (Form::Page, showing)).await
}

/// A vendor's own results, and what it answered.
#[utoipa::path(get, path = "/api/v1/vendors/{vendor}", tag = "vendors",
    params(("vendor" = String, Path, description = "The vendor"), Wanted),
    responses((status = 200, body = VendorPage), Problems))]
async fn vendor_json(
    service: web::Data<Service>,
    request: HttpRequest,
    Named(vendor): Named<VendorId>,
    Asking(wanted): Asking<Wanted>,
) -> Result<HttpResponse, Problem> {
    let known = whoever_may(&request, &vendor)?;
    results(service, (&known, &vendor), wanted, (Form::Json, Showing::default())).await
}

/// Whoever may see a vendor's page: that vendor, and operators and auditors. For all others it is not
/// there, whether there is such a vendor or not.
fn whoever_may(request: &HttpRequest, vendor: &VendorId) -> Result<Known, Problem> {
    let viewer = viewer::of(request);
    let is_insider = Reader::of(&viewer).is_insider();
    match viewer {
        Viewer::Known(known) if is_insider => Ok(known),
        Viewer::Known(known) if is_own(&known, vendor) => Ok(known),
        Viewer::Known(_) | Viewer::Public => Err(nothing()),
    }
}

fn is_own(known: &Known, vendor: &VendorId) -> bool {
    let is_vendor = matches!(&known.role, Role::Vendor { vendor: own } if own == vendor);
    is_vendor && known.scopes.contains(&Scope::Read)
}

fn is_preview(known: &Known) -> bool {
    !matches!(known.role, Role::Vendor { .. })
}

fn may_answer(known: &Known) -> bool {
    !is_preview(known) && known.scopes.contains(&Scope::Answer)
}

fn may_reply(known: &Known) -> bool {
    known.role == Role::Operator && known.scopes.contains(&Scope::Control)
}

/// The vendor, if it speaks for itself.
fn only(own: VendorId, vendor: &VendorId) -> Result<VendorId, Problem> {
    if own == *vendor { Ok(own) } else { Err(nothing()) }
}

fn nothing() -> Problem {
    Problem::not_found("There is nothing here for you.")
}

/// Shows the results, and writes down that they were shown.
async fn results(
    service: web::Data<Service>,
    (known, vendor): (&Known, &VendorId),
    wanted: Wanted,
    (form, showing): (Form, Showing),
) -> Result<HttpResponse, Problem> {
    let path = addresses::vendor(vendor);
    let pairs: Vec<_> = wanted.campaign.iter().map(|it| ("campaign", it.to_string())).collect();
    let what = format!("/api/v1{}", addresses::asking(&path, &pairs));
    let (reading, of) = (service.clone(), vendor.clone());
    let campaign = wanted.campaign.clone();
    let view = work(move || own(&reading, &of, wanted.campaign.as_ref())).await?;
    let frame = Frame::new(view.title(), path).seen_by(Some(known.role.clone()));
    let shown = Shown { known, what, campaign, view };
    show(&service, shown, form, |view| view.html(&frame, &showing)).await
}

fn own(
    service: &Service,
    vendor: &VendorId,
    campaign: Option<&CampaignId>,
) -> Result<VendorPage, Problem> {
    let past = service.past_for_vendors()?;
    let answers = service.access.look(|registry| registry.answers().to_vec());
    let asked = campaign.map(CampaignId::as_str);
    let view = service.letters.look(|letters| {
        let known = letter::Known { letters, answers: &answers };
        VendorPage::new((&past.records, &past.policy), vendor, known, asked)
    });
    view.ok_or_else(nothing)
}
