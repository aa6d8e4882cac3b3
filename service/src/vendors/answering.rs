//! What a vendor answers to its results: of a campaign, or of one cell; as a remark or as a dispute;
//! for the operator alone or beside what is published.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use domain::access::{AccessCommand, Known};
use domain::event::Answered;
use domain::ids::{CampaignId, VendorId};
use domain::plan::CellId;
use reports::pages::frame::Frame;
use reports::pages::links;
use reports::pages::vendor::{Refused, Showing};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{only, own};
use crate::access::sessions;
use crate::api::responses::{Problems, Refusals};
use crate::asked::Named;
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::showing::{self, see_other};
use crate::viewer::Vendor;

/// Largest answer that is read, in bytes: the longest one, each letter spelled with `%`.
const LARGEST: usize = 256 << 10;

/// An answer to the results of one campaign.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answering {
    /// To which campaign.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// In the vendor's words: 1 to 8,192 characters, no control characters but line breaks.
    text: String,
    /// The one result it is about, as `GUEST/SOURCE/TARGET`; without it the campaign as a whole.
    #[serde(default)]
    cell: String,
    /// It says that a result is wrong: an operator has to reply before publication.
    #[serde(default)]
    disputes: bool,
    /// It may stand beside the published result.
    #[serde(default)]
    may_be_public: bool,
}

/// The same as a form brings it. A box that is not ticked is not there.
#[derive(Debug, Clone, Deserialize)]
struct AnsweringForm {
    campaign: CampaignId,
    text: String,
    #[serde(default)]
    cell: String,
    disputes: Option<String>,
    may_be_public: Option<String>,
}

impl From<AnsweringForm> for Answering {
    fn from(form: AnsweringForm) -> Self {
        let AnsweringForm { campaign, text, cell, disputes, may_be_public } = form;
        let (disputes, may_be_public) = (disputes.is_some(), may_be_public.is_some());
        Self { campaign, text, cell, disputes, may_be_public }
    }
}

pub(super) async fn take(
    service: web::Data<Service>,
    session: Session,
    Vendor(known, own): Vendor,
    Named(vendor): Named<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let form = read(&body, |text| {
        let form = web::Query::<AnsweringForm>::from_query(text).ok()?;
        Some(Answering::from(form.into_inner()))
    })?;
    let campaign = form.campaign.clone();
    match record(&service, (&known, only(own, &vendor)?), form.clone()).await {
        Ok(()) => {
            let path = links::vendor(&vendor);
            let asked = links::asking(&path, &[("campaign", campaign.to_string())]);
            Ok(see_other(&format!("{asked}#answers:{campaign}")))
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY.as_u16() => {
            refused(service, (&known, &vendor, &session), (form, problem.detail)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The page again, with the answer that was refused and why.
async fn refused(
    service: web::Data<Service>,
    (known, vendor, session): (&Known, &VendorId, &Session),
    (form, why): (Answering, String),
) -> Result<HttpResponse, Problem> {
    let (reading, of, asked) = (service.clone(), vendor.clone(), form.campaign.clone());
    let view = work(move || own(&reading, &of, Some(&asked))).await?;
    let frame = Frame::new(view.title(), links::vendor(vendor)).seen_by(Some(known.role.clone()));
    let (campaign, text) = (form.campaign.to_string(), form.text);
    let refused = Some(Refused { campaign, text, why: format!("Not taken: {why}.") });
    let showing = Showing { csrf: sessions::token(session), refused, ..Showing::default() };
    showing::page(StatusCode::UNPROCESSABLE_ENTITY, view.html(&frame, &showing))
}

/// Takes a vendor's answer to the results of one campaign.
#[utoipa::path(post, path = "/api/v1/vendors/{vendor}/answers", tag = "vendors",
    params(("vendor" = String, Path, description = "The vendor")), request_body = Answering,
    responses((status = 204, description = "The answer is in the log"), Problems, Refusals))]
pub(super) async fn take_json(
    service: web::Data<Service>,
    Vendor(known, own): Vendor,
    Named(vendor): Named<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let answering = read(&body, |text| serde_json::from_str(text).ok())?;
    record(&service, (&known, only(own, &vendor)?), answering).await?;
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
    (known, vendor): (&Known, VendorId),
    answering: Answering,
) -> Result<(), Problem> {
    let (reading, of, asked) = (service.clone(), vendor.clone(), answering.campaign.clone());
    // Only to results that it can see.
    let page = work(move || own(&reading, &of, Some(&asked))).await?;
    let Answering { campaign, text, cell, disputes, may_be_public } = answering;
    let wanted = Some(cell).filter(|it| !it.is_empty());
    let cell = wanted.map(|it| cell_named(&it).filter(|it| page.has(&campaign, it)));
    let cell = cell.map(|it| it.ok_or_else(no_cell)).transpose()?;
    let (account, grant) = (known.account.clone(), known.grant.clone());
    let answered =
        Answered { vendor, campaign, cell, disputes, may_be_public, text, account, grant };
    service.record_access(AccessCommand::Answer(answered)).await.map(drop)
}

fn cell_named(text: &str) -> Option<CellId> {
    let mut parts = text.split('/');
    let (guest, source, target) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(())?;
    Some(CellId {
        guest: guest.parse().ok()?,
        source: source.parse().ok()?,
        target: target.parse().ok()?,
    })
}

fn no_cell() -> Problem {
    let words = "a cell is named GUEST/SOURCE/TARGET, and it is one of those shown to you";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words)
}
