//! Leases: a lab takes trials, says that it is still at it, and lets them go.

use std::collections::BTreeSet;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::Known;
use domain::command::Command;
use domain::decide::Refusal;
use domain::event::Pins;
use domain::ids::{AccountId, CampaignId, LeaseId};
use domain::lease::{NotLeased, Taken, Wanted};
use domain::wire::{Heartbeat, LeaseRequest, Leased, TrialState, Until};
use ingest::DeskError;

use super::body::Body;
use super::{Door, answer, invalid, plan, shapes, tending, too_many};
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::places::{NoPlace, Place};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Lab;

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::post("/api/v1/leases", Who::Lab, || -> Route { web::to(take) }),
    Address::post("/api/v1/leases/{id}/heartbeat", Who::Lab, || -> Route { web::to(heartbeat) }),
    Address::delete("/api/v1/leases/{id}", Who::Lab, || -> Route { web::to(give_back) }),
];

/// Largest request for work, in bytes: its versions are bounded.
const LARGEST: usize = 2 << 20;

/// Asks for work. With `Prefer: wait=N` the answer waits for some, at most 25 seconds.
#[utoipa::path(
    post,
    path = "/api/v1/leases",
    tag = "labs",
    params(("Prefer" = Option<String>, Header, description = "wait=N: how many seconds to wait")),
    request_body(content = shapes::Wanted, content_type = "application/json"),
    responses(
        Problems,
        Refusals,
        (status = 200, description = "trials that are this lab's for a while",
            body = shapes::Given),
        (status = 204, description = "there is nothing to do"),
        (status = 409, description = "other-versions", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "too-many wait, or have leases", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn take(
    service: web::Data<Service>,
    lab: Lab,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = Body::json(&service.door, &request, payload, LARGEST).await?;
    let asked: LeaseRequest = body.parse()?;
    drop(body);
    asked.check().map_err(invalid)?;
    let wait = wait(&request).min(service.settings.limits.labs.wait);
    let place = (!wait.is_zero()).then(|| place(&service.door, &lab.0)).transpose()?;
    let found = work(&service, &lab.0, asked, wait).await?;
    drop(place);
    Ok(match found {
        None => HttpResponse::NoContent().finish(),
        Some(leased) => HttpResponse::Ok().json(leased),
    })
}

/// A place to wait for work in.
fn place(door: &Door, lab: &Known) -> Result<Place<AccountId>, Problem> {
    let place = door.waiting.take(lab.account.clone(), door.limits.waiting_per_account);
    place.map_err(|why| match why {
        NoPlace::AllTaken => {
            too_many("Too many labs wait for work at the same time: ask again a little later.", 5)
        }
        NoPlace::ShareTaken => {
            too_many("Too many labs of this account wait for work: ask again a little later.", 5)
        }
    })
}

/// Looks for work, and again whenever there may be more.
async fn work(
    service: &web::Data<Service>,
    lab: &Known,
    asked: LeaseRequest,
    wait: Duration,
) -> Result<Option<Leased>, Problem> {
    let mut changed = service.door.changed.subscribe();
    let until = tokio::time::sleep(wait);
    tokio::pin!(until);
    loop {
        changed.borrow_and_update();
        let (within, lab, asked) = (service.clone(), lab.clone(), asked.clone());
        // Never broken off: a lease that nobody hears of would be held for nothing.
        let found = web::block(move || lease(&within, &lab, asked)).await;
        if let Some(leased) = found.map_err(|error| Problem::internal(&error))?? {
            return Ok(Some(leased));
        }
        tokio::select! {
            more = changed.changed() => if more.is_err() { return Ok(None) },
            () = &mut until => return Ok(None),
            () = service.stopping.cancelled() => return Ok(None),
        }
    }
}

fn lease(service: &Service, lab: &Known, asked: LeaseRequest) -> Result<Option<Leased>, Problem> {
    let id = new_id(service)?;
    let holder = lab.account.clone();
    let platforms: BTreeSet<_> = asked.platforms.into_iter().collect();
    let (pins, most) = (asked.pins, asked.most as usize);
    let wanted = Wanted { holder, platforms, pins, most };
    // Ended and not yet withdrawn: nothing to do there.
    let state = |it: &CampaignId| service.desk.campaign(it).filter(|it| it.ended.is_none());
    let taken = service.door.leases().take(id.clone(), &wanted, state, service.now())?;
    let Some(taken) = taken else { return Ok(None) };
    let leased = leased(service, id.clone(), taken, wanted.pins);
    if leased.is_err() {
        let _ = service.door.leases().give_back(&id, &lab.account);
        service.door.tell();
    }
    leased.map(Some)
}

fn leased(service: &Service, lease: LeaseId, taken: Taken, found: Pins) -> Result<Leased, Problem> {
    let Taken { campaign, trials } = taken;
    pin(service, &campaign, found)?;
    let gone = || Problem::internal(&format!("campaign {campaign} has no start"));
    let testbed = plan::testbed(&service.desk, &campaign)?.ok_or_else(gone)?;
    let pins = service.desk.campaign(&campaign).map(|it| it.pins.clone()).unwrap_or_default();
    let trials = trials.into_iter().map(|(it, progress)| TrialState::of(it, &progress)).collect();
    let seconds = service.settings.limits.labs.lease_seconds();
    Ok(Leased { lease, campaign, testbed, pins, trials, seconds })
}

/// Pins versions that nobody has pinned yet.
fn pin(service: &Service, campaign: &CampaignId, pins: Pins) -> Result<(), Problem> {
    let Some(state) = service.desk.campaign(campaign) else { return Ok(()) };
    let is_pinned =
        |(subject, version): (&String, &String)| state.pins.get(subject) == Some(version);
    if pins.iter().all(is_pinned) {
        return Ok(());
    }
    let attempt = state.resumed;
    drop(state);
    let pin = Command::PinVersions { pins, attempt };
    match service.desk.submit(campaign, pin, service.now()) {
        Err(DeskError::Refused(error @ Refusal::OtherVersion { .. })) => {
            Err(Problem::conflict("other-versions", error.to_string()))
        }
        recorded => Ok(recorded.map(|_| ())?),
    }
}

/// Says that a lab is still at it; versions found meanwhile may come along.
#[utoipa::path(
    post,
    path = "/api/v1/leases/{id}/heartbeat",
    tag = "labs",
    params(("id" = String, Path, description = "which lease")),
    request_body(content = Option<shapes::Beat>, content_type = "application/json",
        description = "nothing, or pins"),
    responses(
        Problems,
        Refusals,
        (status = 200, description = "how long it holds from now on, and whether the campaign is \
            being stopped", body = shapes::GoesOn),
        (status = 409, description = "lease-lost or other-versions", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn heartbeat(
    service: web::Data<Service>,
    lab: Lab,
    request: HttpRequest,
    payload: web::Payload,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = lease_id(&path)?;
    let body = Body::raw(&service.door, &request, payload, LARGEST).await?;
    let said: Heartbeat = if body.len() == 0 { Heartbeat::default() } else { body.parse()? };
    said.check().map_err(invalid)?;
    let at = service.clone();
    answer((&at, StatusCode::OK), move || beat(&service, &lab.0, id, said.pins)).await
}

fn beat(service: &Service, lab: &Known, lease: LeaseId, pins: Pins) -> Result<Until, Problem> {
    let now = service.now();
    let campaign = {
        let mut leases = service.door.leases();
        leases.heartbeat(&lease, &lab.account, now)?.campaign.clone()
    };
    pin(service, &campaign, pins)?;
    // A campaign that is no longer offered has ended: there is nothing more to do.
    let stopping = service.door.leases().offer(&campaign).is_none_or(|it| it.stopping);
    Ok(Until { lease, seconds: service.settings.limits.labs.lease_seconds(), stopping })
}

/// Lets trials go; what was recorded of them stays.
#[utoipa::path(
    delete,
    path = "/api/v1/leases/{id}",
    tag = "labs",
    params(("id" = String, Path, description = "which lease")),
    responses(
        Problems,
        Refusals,
        (status = 204, description = "they are free, or were already"),
        (status = 409, description = "lease-lost: it is another's", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn give_back(
    service: web::Data<Service>,
    lab: Lab,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = lease_id(&path)?;
    let let_go = move || {
        let mut leases = service.door.leases();
        let campaign = leases.lease(&id, service.now()).map(|it| it.campaign.clone());
        leases.give_back(&id, &lab.0.account)?;
        drop(leases);
        service.door.tell();
        if let Some(campaign) = campaign {
            tending::conclude(&service, &campaign);
        }
        Ok::<_, Problem>(())
    };
    web::block(let_go).await.map_err(|error| Problem::internal(&error))??;
    Ok(HttpResponse::NoContent().finish())
}

fn lease_id(path: &str) -> Result<LeaseId, Problem> {
    path.parse().map_err(|_| domain::lease::NotAdmitted::Lost.into())
}

/// A name that nobody can guess.
fn new_id(service: &Service) -> Result<LeaseId, Problem> {
    let random = (service.settings.random)()
        .map(|bytes| bytes.iter().take(16).map(|it| format!("{it:02x}")).collect::<String>());
    let id = random.and_then(|it| it.parse().ok());
    id.ok_or_else(|| Problem::internal(&"the system gives no random bits"))
}

/// How long a request is willing to wait (RFC 7240).
fn wait(request: &HttpRequest) -> Duration {
    let prefers = request.headers().get_all("prefer").filter_map(|it| it.to_str().ok());
    let mut asked = prefers.flat_map(|it| it.split([',', ';'])).filter_map(|it| {
        let (name, seconds) = it.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        is_wait.then(|| seconds.trim().parse::<u64>().ok())?
    });
    Duration::from_secs(asked.next().unwrap_or_default())
}

impl From<NotLeased> for Problem {
    fn from(error: NotLeased) -> Self {
        match &error {
            NotLeased::TooMany(_) => too_many(error.to_string(), 10),
            NotLeased::There => Self::internal(&error),
            NotLeased::OtherVersions { .. } => Self::conflict("other-versions", error.to_string()),
        }
    }
}
