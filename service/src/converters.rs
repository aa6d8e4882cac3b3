//! Conversion tools side by side, for operators and auditors.

use actix_web::{HttpResponse, Route, web};
use domain::access::Viewer;
use domain::ids::{CampaignId, GuestId};
use reports::chronicle::CampaignRecord;
use reports::pages::converters::Converters;
use reports::pages::frame::Frame;
use reports::pages::links;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::address::{Address, Who};
use crate::api::responses::Problems;
use crate::asked::{Asking, When};
use crate::problem::Problem;
use crate::reading::{Reader, no_campaign, work};
use crate::service::Service;
use crate::showing::{Form, Shown, show};
use crate::viewer::Insider;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/converters", Who::Insider, || -> Route { web::to(converters) }),
    Address::get("/api/v1/converters", Who::Insider, || -> Route { web::to(converters_json) }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(converters_json))]
pub(crate) struct Tools;

/// Of which campaign and guest.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The campaign; the newest when it is not given.
    #[param(value_type = Option<String>)]
    campaign: Option<CampaignId>,
    /// The guest; all of them when it is not given.
    #[param(value_type = Option<String>)]
    guest: Option<GuestId>,
}

async fn converters(
    service: web::Data<Service>,
    insider: Insider,
    Asking(wanted): Asking<Wanted>,
) -> Result<HttpResponse, Problem> {
    answer(service, insider, wanted, Form::Page).await
}

/// How each conversion tool fared, in sum and cell by cell.
#[utoipa::path(get, path = "/api/v1/converters", tag = "campaigns", params(Wanted),
    responses((status = 200, body = Converters), Problems))]
async fn converters_json(
    service: web::Data<Service>,
    insider: Insider,
    Asking(wanted): Asking<Wanted>,
) -> Result<HttpResponse, Problem> {
    answer(service, insider, wanted, Form::Json).await
}

async fn answer(
    service: web::Data<Service>,
    Insider(known): Insider,
    wanted: Wanted,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let reader = Reader::of(&Viewer::Known(known.clone()));
    let (reading, guest) = (service.clone(), wanted.guest.clone());
    let view = work(move || view(&reading, &reader, wanted)).await?;
    let frame = Frame::new(view.title(), "/converters").seen_by(Some(known.role.clone()));
    let campaign = view.campaign.campaign.clone();
    let mut pairs = vec![("campaign", campaign.to_string())];
    pairs.extend(guest.map(|it| ("guest", it.to_string())));
    let what = links::asking("/api/v1/converters", &pairs);
    let shown = Shown { known: &known, what, campaign: Some(campaign), view };
    show(&service, shown, form, |view| view.html(&frame)).await
}

fn view(service: &Service, reader: &Reader, wanted: Wanted) -> Result<Converters, Problem> {
    let past = service.past(&When::default(), reader)?;
    let mut newest: Vec<&CampaignRecord> = past.records.iter().collect();
    newest.sort_by_key(|it| std::cmp::Reverse((it.started, it.positions)));
    let record = match &wanted.campaign {
        Some(id) => newest.iter().find(|it| it.id == *id).ok_or_else(|| no_campaign(id))?,
        None => newest.first().ok_or_else(none_yet)?,
    };
    if let Some(guest) = &wanted.guest
        && record.testbed.guests.iter().all(|it| it.id != *guest)
    {
        let words = format!("Campaign `{}` has no guest `{guest}`.", record.id);
        return Err(Problem::not_found(words));
    }
    let campaigns = newest.iter().map(|it| it.id.to_string()).collect();
    Ok(Converters::new(record, campaigns, wanted.guest))
}

fn none_yet() -> Problem {
    Problem::not_found("No campaign has been run yet: there is nothing to compare.")
}
