//! What vendors see: their own results, and a place to answer. Operators and auditors may look at the
//! same pages before a vendor does; for any other vendor there is nothing here.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::{AccessCommand, Known, Role, Scope, Viewer};
use domain::event::Answered;
use domain::ids::{CampaignId, VendorId};
use reports::pages::frame::Frame;
use reports::pages::links;
use reports::pages::vendor::{Showing, VendorPage};
use reports::pages::vendors::Vendors;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::access::sessions;
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::asked::{Asking, Named, When};
use crate::problem::Problem;
use crate::reading::{Reader, work};
use crate::service::Service;
use crate::showing::{self, Form, Shown, see_other, show};
use crate::viewer::{self, Insider, Vendor};

/// Largest answer that is read, in bytes: the longest one, each letter spelled with `%`.
const LARGEST: usize = 256 << 10;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/vendors", Who::Insider, || -> Route { web::to(vendors) }),
    Address::get("/vendors/{vendor}", Who::Known, || -> Route { web::to(vendor) }),
    Address::post("/vendors/{vendor}/answers", Who::Vendor(Scope::Answer), || -> Route {
        web::to(take)
    }),
    Address::get("/api/v1/vendors", Who::Insider, || -> Route { web::to(vendors_json) }),
    Address::get("/api/v1/vendors/{vendor}", Who::Known, || -> Route { web::to(vendor_json) }),
    Address::post("/api/v1/vendors/{vendor}/answers", Who::Vendor(Scope::Answer), || -> Route {
        web::to(take_json)
    }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(vendors_json, vendor_json, take_json))]
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

/// An answer to the results of one campaign.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answering {
    /// To which campaign.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// In the vendor's words: 1 to 8,192 characters, no control characters but line breaks.
    text: String,
    /// The token of the session, for forms; it was looked at before.
    #[serde(default)]
    #[schema(ignore)]
    #[expect(dead_code, reason = "the guard in front has read it")]
    csrf: Option<String>,
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
    let path = links::vendor(vendor);
    let pairs: Vec<_> = wanted.campaign.iter().map(|it| ("campaign", it.to_string())).collect();
    let what = format!("/api/v1{}", links::asking(&path, &pairs));
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
    let past = service.past(&When::default(), &Reader::public())?;
    let answers = service.access.look(|registry| registry.answers().to_vec());
    let asked = campaign.map(CampaignId::as_str);
    let view = VendorPage::new((&past.records, &past.policy), vendor, &answers, asked);
    view.ok_or_else(nothing)
}

async fn take(
    service: web::Data<Service>,
    session: Session,
    Vendor(known, own): Vendor,
    Named(vendor): Named<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let form = read(&body, |text| {
        web::Query::<Answering>::from_query(text).map(web::Query::into_inner).ok()
    })?;
    let (campaign, text) = (form.campaign, form.text);
    let path = links::vendor(&vendor);
    match record(&service, (&known, &own, &vendor), (campaign.clone(), text.clone())).await {
        Ok(()) => {
            let asked = links::asking(&path, &[("campaign", campaign.to_string())]);
            Ok(see_other(&format!("{asked}#answers:{campaign}")))
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY.as_u16() => {
            refused(service, (&known, &vendor, &session), (campaign, text, problem.detail)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The page again, with the answer that was refused and why.
async fn refused(
    service: web::Data<Service>,
    (known, vendor, session): (&Known, &VendorId, &Session),
    (campaign, text, why): (CampaignId, String, String),
) -> Result<HttpResponse, Problem> {
    let (reading, of, asked) = (service.clone(), vendor.clone(), campaign.clone());
    let view = work(move || own(&reading, &of, Some(&asked))).await?;
    let frame = Frame::new(view.title(), links::vendor(vendor)).seen_by(Some(known.role.clone()));
    let why = format!("Not taken: {why}.");
    let refused = Some((campaign.to_string(), text, why));
    let showing = Showing { csrf: sessions::token(session), preview: false, refused };
    showing::page(StatusCode::UNPROCESSABLE_ENTITY, view.html(&frame, &showing))
}

/// Takes a vendor's answer to the results of one campaign.
#[utoipa::path(post, path = "/api/v1/vendors/{vendor}/answers", tag = "vendors",
    params(("vendor" = String, Path, description = "The vendor")), request_body = Answering,
    responses((status = 204, description = "The answer is in the log"), Problems, Refusals))]
async fn take_json(
    service: web::Data<Service>,
    Vendor(known, own): Vendor,
    Named(vendor): Named<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let Answering { campaign, text, .. } = read(&body, |text| serde_json::from_str(text).ok())?;
    record(&service, (&known, &own, &vendor), (campaign, text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a body says. What is wrong with it is told without its words.
fn read(body: &[u8], parse: impl Fn(&str) -> Option<Answering>) -> Result<Answering, Problem> {
    if body.len() > LARGEST {
        let words = format!("An answer has at most {LARGEST} bytes.");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", words));
    }
    let parsed = std::str::from_utf8(body).ok().and_then(parse);
    parsed.ok_or_else(|| Problem::bad_request("An answer names a campaign and has a text."))
}

async fn record(
    service: &web::Data<Service>,
    (known, own, vendor): (&Known, &VendorId, &VendorId),
    (campaign, text): (CampaignId, String),
) -> Result<(), Problem> {
    if own != vendor {
        return Err(nothing());
    }
    let (reading, of, asked) = (service.clone(), vendor.clone(), campaign.clone());
    // Only to results that it can see.
    work(move || self::own(&reading, &of, Some(&asked))).await?;
    let answered = Answered {
        vendor: vendor.clone(),
        campaign,
        cell: None,
        disputes: false,
        may_be_public: false,
        text,
        account: known.account.clone(),
        grant: known.grant.clone(),
    };
    service.record_access(AccessCommand::Answer(answered)).await.map(drop)
}
