//! Campaign control: an operator offers a campaign to labs, stops it, and offers it again.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::Scope;
use domain::command::Command;
use domain::event::{Ending, Pins};
use domain::ids::CampaignId;
use domain::lease::{NotOffered, Offer};
use domain::plan_file::PlanFile;
use domain::wire::{LARGEST_SUBMISSION, OfferRequest, Offered};

use super::body::Body;
use super::plan::plan;
use super::state::{campaign, no_campaign};
use super::{answer, invalid, offers_file, shapes, tending, too_many};
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Operator;

const WHO: Who = Who::Operator(Scope::Control);

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::post("/api/v1/campaigns", WHO, || -> Route { web::to(offer) }),
    Address::post("/api/v1/campaigns/{id}/stop", WHO, || -> Route { web::to(stop) }),
    Address::post("/api/v1/campaigns/{id}/resume", WHO, || -> Route { web::to(resume) }),
];

/// Offers a campaign to labs: it is recorded as started, its versions are pinned by who takes part.
/// The same request again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns",
    tag = "control",
    request_body(content = shapes::Offering, content_type = "application/json",
        description = "campaign, testbed and plan: the trials in the order they are to be walked"),
    responses(
        Problems,
        Refusals,
        (status = 201, description = "it is offered", body = shapes::Standing),
        (status = 409, description = "already-started", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "too-many are offered", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["control"]))
)]
pub(super) async fn offer(
    service: web::Data<Service>,
    _: Operator,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = Body::json(&service.door, &request, payload, LARGEST_SUBMISSION).await?;
    let at = service.clone();
    answer((&at, StatusCode::CREATED), move || start(&service, body.parse()?)).await
}

fn start(service: &Service, request: OfferRequest) -> Result<Offered, Problem> {
    let OfferRequest { campaign, testbed, plan: trials } = request;
    let file = PlanFile::new(testbed, trials).validate().map_err(invalid)?;
    let _control = service.door.control();
    if service.desk.campaign(&campaign).is_some() {
        is_the_same(service, &campaign, &file)?;
        return Ok(offered(service, &campaign));
    }
    let PlanFile { testbed, trials, .. } = file;
    let (attempts, stopping) = (0, false);
    let offer = Offer { campaign: campaign.clone(), trials: trials.clone(), attempts, stopping };
    let (testbed, pins) = (Box::new(testbed), Pins::new());
    let begin = Command::StartCampaign { testbed, pins, plan: trials };
    publish(service, offer, begin)?;
    Ok(offered(service, &campaign))
}

/// Whether a campaign that is there is the one that is asked for, offered already.
fn is_the_same(service: &Service, id: &CampaignId, file: &PlanFile) -> Result<(), Problem> {
    let is_offered = service.door.leases().offer(id).is_some();
    let is_same = |(testbed, trials)| testbed == file.testbed && trials == file.trials;
    if is_offered && plan(&service.desk, id)?.is_some_and(is_same) {
        return Ok(());
    }
    let words = format!("campaign `{id}` has started already, as another: choose another name");
    Err(Problem::conflict("already-started", words))
}

/// Offers a campaign and records what makes it open. The file comes first: of an offer without its
/// campaign nothing is left when the service starts again.
fn publish(service: &Service, offer: Offer, open: Command) -> Result<(), Problem> {
    let (door, campaign) = (&service.door, offer.campaign.clone());
    door.leases().put(offer)?;
    let recorded = save(service).and_then(|()| {
        service.desk.submit(&campaign, open, service.now()).map(|_| ()).map_err(refused)
    });
    if recorded.is_err() {
        door.leases().end(&campaign);
        // It goes when the service starts again, at the latest.
        let _ = save(service);
    }
    door.tell();
    recorded
}

/// What the log cannot take is the sender's matter here: a testbed that is too large for one event.
fn refused(error: ingest::DeskError) -> Problem {
    match error {
        ingest::DeskError::Store(
            store::StoreError::TooLarge { .. } | store::StoreError::Unspellable(_),
        ) => invalid(error),
        ingest::DeskError::Refused(_)
        | ingest::DeskError::NotDeclared(_)
        | ingest::DeskError::Conflict { .. }
        | ingest::DeskError::NoStep(_)
        | ingest::DeskError::Withdrawn(_)
        | ingest::DeskError::Store(_) => error.into(),
    }
}

/// Stops a campaign: nothing more is leased, and it ends as cancelled when the last lab has let go.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/stop",
    tag = "control",
    params(("id" = String, Path, description = "which campaign")),
    responses(
        Problems,
        Refusals,
        (status = 200, description = "how it stands", body = shapes::Standing),
        (status = 409, description = "not-offered", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["control"]))
)]
pub(super) async fn stop(
    service: web::Data<Service>,
    _: Operator,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = campaign(&path)?;
    let at = service.clone();
    answer((&at, StatusCode::OK), move || end(&service, &id)).await
}

fn end(service: &Service, id: &CampaignId) -> Result<Offered, Problem> {
    {
        let _control = service.door.control();
        let is_offered = service.door.leases().stop(id);
        let state = service.desk.campaign(id).ok_or_else(|| no_campaign(id))?;
        match (is_offered, state.ended) {
            (true, _) => save(service)?,
            // Stopped before: whoever asks again is told the same.
            (false, Some(Ending::Cancelled)) => {}
            (false, Some(Ending::Completed | Ending::LabError) | None) => {
                return Err(not_offered(id));
            }
        }
    }
    tending::conclude(service, id);
    Ok(offered(service, id))
}

/// Offers a campaign again that was stopped, or whose trials met a lab error: those are tried once
/// more.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/resume",
    tag = "control",
    params(("id" = String, Path, description = "which campaign")),
    responses(
        Problems,
        Refusals,
        (status = 200, description = "how it stands", body = shapes::Standing),
        (status = 409, description = "not-offered or refused: it runs elsewhere, or is complete",
            body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["control"]))
)]
pub(super) async fn resume(
    service: web::Data<Service>,
    _: Operator,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = campaign(&path)?;
    let at = service.clone();
    answer((&at, StatusCode::OK), move || again(&service, &id)).await
}

fn again(service: &Service, id: &CampaignId) -> Result<Offered, Problem> {
    let _control = service.door.control();
    let state = service.desk.campaign(id).ok_or_else(|| no_campaign(id))?;
    let standing = service.door.leases().offer(id).cloned();
    if let Some(offer) = standing {
        service.door.leases().put(Offer { stopping: false, ..offer })?;
        save(service)?;
        service.door.tell();
        return Ok(offered(service, id));
    }
    if state.ended.is_none() {
        return Err(not_offered(id));
    }
    let open = state.trials.values().filter(|it| it.next_step().is_some());
    let attempts = open.map(domain::campaign::Progress::attempt).max().unwrap_or_default();
    let (_, trials) = plan(&service.desk, id)?.ok_or_else(|| no_campaign(id))?;
    let (campaign, stopping) = (id.clone(), false);
    let offer = Offer { campaign, trials, attempts, stopping };
    let (pins, attempt) = (state.pins.clone(), state.resumed + 1);
    drop(state);
    publish(service, offer, Command::ResumeCampaign { pins, attempt })?;
    Ok(offered(service, id))
}

/// Writes what is offered to its file.
///
/// # Errors
/// When the disk does not take it.
pub(super) fn save(service: &Service) -> Result<(), Problem> {
    let offers = service.door.leases().offers().to_vec();
    offers_file::save(&service.door.folder, &offers).map_err(|error| Problem::internal(&error))
}

fn offered(service: &Service, id: &CampaignId) -> Offered {
    let (ended, version) = match service.desk.standing(id) {
        Some((campaign, version)) => (campaign.ended, version),
        None => (None, 0),
    };
    let leases = service.door.leases();
    let leased = leases.leased(id, service.now()).count() as u64;
    let offered = leases.offer(id).is_some();
    Offered { campaign: id.clone(), version, offered, ended, leased }
}

fn not_offered(id: &CampaignId) -> Problem {
    let words = format!("campaign `{id}` is not offered to labs: whoever runs it stops it there");
    Problem::conflict("not-offered", words)
}

impl From<NotOffered> for Problem {
    fn from(error: NotOffered) -> Self {
        match error {
            NotOffered::TooMany(_) => too_many(error.to_string(), 60),
        }
    }
}
