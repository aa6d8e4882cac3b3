//! `GET /api/v1/campaigns/ID/state`: how far a campaign has come.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use domain::campaign::Campaign;
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::wire::{CampaignState, TrialState};

use super::plan::plan;
use super::{answer, shapes};
use crate::address::{Address, Who};
use crate::api::responses::Problems;
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Lab;

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] =
    &[Address::get("/api/v1/campaigns/{id}/state", Who::Lab, || -> Route { web::to(show) })];

/// How far a campaign has come: all that a lab needs to walk it on.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/state",
    tag = "labs",
    params(("id" = String, Path, description = "which campaign")),
    responses(
        Problems,
        (status = 200, description = "testbed, versions and trials", body = shapes::Come),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn show(
    service: web::Data<Service>,
    _: Lab,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = campaign(&path)?;
    let at = service.clone();
    answer((&at, StatusCode::OK), move || state(&service, id)).await
}

fn state(service: &Service, id: CampaignId) -> Result<CampaignState, Problem> {
    let (Some((testbed, plan)), Some((campaign, version))) =
        (plan(&service.desk, &id)?, service.desk.standing(&id))
    else {
        return Err(no_campaign(&id));
    };
    let offered = service.door.leases().offer(&id).is_some();
    let trials = trials(&campaign, plan);
    let (pins, resumed, ended) = (campaign.pins.clone(), campaign.resumed, campaign.ended);
    Ok(CampaignState { campaign: id, version, testbed, pins, resumed, ended, offered, trials })
}

fn trials(campaign: &Campaign, plan: Vec<Trial>) -> Vec<TrialState> {
    let progress = |it: &Trial| campaign.trials.get(it).cloned().unwrap_or_default();
    plan.into_iter().map(|it| TrialState::of(it.clone(), &progress(&it))).collect()
}

/// The campaign that a path names.
///
/// # Errors
/// 404 when it cannot be the name of one.
pub(super) fn campaign(path: &str) -> Result<CampaignId, Problem> {
    path.parse().map_err(|_| Problem::not_found("No campaign can be called that."))
}

/// There is no such campaign.
pub(super) fn no_campaign(id: &CampaignId) -> Problem {
    Problem::not_found(format!("There is no campaign `{id}`."))
}
