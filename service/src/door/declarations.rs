//! `POST /api/v1/declarations`: what operators declare at the command line, declared from elsewhere.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::Scope;
use domain::declare::Declaration;
use domain::event::{Recorded, WaiverScope};
use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId, RouteId};
use domain::policy::stands_above;
use domain::testbed::Testbed;
use domain::wire::{DeclarationAnswer, DeclarationRequest};
use ingest::DeskError;
use reports::stale;

use super::body::Body;
use super::state::no_campaign;
use super::{answer, invalid, shapes};
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Operator;

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] =
    &[Address::post("/api/v1/declarations", Who::Operator(Scope::Control), || -> Route {
        web::to(declare)
    })];

/// Largest declaration, in bytes.
const LARGEST: usize = 64 << 10;

/// Declares a baseline, an upgrade, a waiver or its end, or withdraws a step.
#[utoipa::path(
    post,
    path = "/api/v1/declarations",
    tag = "control",
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "one of baseline, upgrade, waiver, end-waiver and withdraw"),
    responses(
        Problems,
        Refusals,
        (status = 200, description = "where it was recorded; nowhere when it stood already",
            body = shapes::Declared),
        (status = 409, description = "refused", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "invalid: it names something that is not there",
            body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["control"]))
)]
pub(super) async fn declare(
    service: web::Data<Service>,
    operator: Operator,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = Body::json(&service.door, &request, payload, LARGEST).await?;
    let by = operator.0.account.to_string();
    let at = service.clone();
    answer((&at, StatusCode::OK), move || record(&service, body.parse()?, &by)).await
}

fn record(
    service: &Service,
    request: DeclarationRequest,
    by: &str,
) -> Result<DeclarationAnswer, Problem> {
    let declaration = match request {
        DeclarationRequest::Withdraw { position, reason } => {
            let recorded = service.desk.withdraw(position, (&reason, by), service.now());
            return Ok(answered(recorded.map_err(undeclared)?.first()));
        }
        DeclarationRequest::Baseline { name, campaign, follows, reason } => {
            baseline(service, name, campaign, (follows, reason))?
        }
        DeclarationRequest::Upgrade { subject, from, to } => {
            known_version(service, &subject, (&from, &to))?;
            Declaration::Upgrade { subject, from, to }
        }
        DeclarationRequest::Waiver {
            waiver,
            rule,
            reason,
            expires,
            guest,
            source,
            target,
            route,
        } => {
            let scope = WaiverScope { guest, source, target, route };
            known_rule(service, &rule)?;
            known_scope(service, &scope)?;
            Declaration::Waive { waiver, rule, scope, reason, expires }
        }
        DeclarationRequest::EndWaiver { waiver, reason } => {
            Declaration::EndWaiver { waiver, reason }
        }
    };
    let recorded = service.desk.declare(declaration, by, service.now());
    Ok(answered(recorded.map_err(undeclared)?.as_ref()))
}

fn answered(recorded: Option<&Recorded>) -> DeclarationAnswer {
    DeclarationAnswer { position: recorded.map(|it| it.position) }
}

/// Words that are missing or too long are the sender's matter.
fn undeclared(error: DeskError) -> Problem {
    match error {
        DeskError::NotDeclared(
            domain::declare::NotDeclared::Empty(_) | domain::declare::NotDeclared::Words(_),
        ) => invalid(error),
        DeskError::NotDeclared(_)
        | DeskError::Refused(_)
        | DeskError::Conflict { .. }
        | DeskError::NoStep(_)
        | DeskError::Withdrawn(_)
        | DeskError::Store(_) => error.into(),
    }
}

/// The reference is pinned with the versions in force at its end.
fn baseline(
    service: &Service,
    name: BaselineName,
    campaign: CampaignId,
    (follows, reason): (Option<BaselineName>, String),
) -> Result<Declaration, Problem> {
    let state = service.desk.campaign(&campaign).ok_or_else(|| no_campaign(&campaign))?;
    if state.ended.is_none() {
        return Err(Problem::conflict("refused", format!("campaign `{campaign}` has not ended")));
    }
    let versions = state.pins.clone();
    Ok(Declaration::SetBaseline { name, campaign, versions, follows, reason })
}

/// An upgrade starts from the version that the log knows, or says again what was said last.
fn known_version(
    service: &Service,
    subject: &str,
    (from, to): (&str, &str),
) -> Result<(), Problem> {
    let records = service.library.records(service.now());
    let registry = service.desk.registry();
    let current = stale::current(&records, &registry);
    let last = registry.upgrades().iter().rev().find(|it| it.what.subject == subject);
    if last.is_some_and(|it| it.what.from == from && it.what.to == to) {
        return Ok(());
    }
    match current.get(subject) {
        None => Err(invalid(format!("the log knows no version of {subject:?}"))),
        Some(known) if known.version != from => {
            let words = format!("{subject} is at {:?}, and not at {from:?}", known.version);
            Err(Problem::conflict("refused", words))
        }
        Some(_) => Ok(()),
    }
}

/// A waiver of a rule that nobody knows would waive nothing, unseen.
fn known_rule(service: &Service, rule: &str) -> Result<(), Problem> {
    let policy = &service.settings.policy;
    if stands_above(rule) || policy.rules.iter().any(|it| it.id == rule) {
        return Ok(());
    }
    Err(invalid(format!("policy {} has no rule {rule:?}", policy.label())))
}

/// Neither would one for something that no campaign has.
fn known_scope(service: &Service, scope: &WaiverScope) -> Result<(), Problem> {
    let records = service.library.records(service.now());
    let testbeds = || records.iter().map(|it| &*it.testbed);
    let guests = |it: &Testbed| it.guests.iter().map(|it| it.id.to_string()).collect();
    let platforms = |it: &Testbed| it.platforms.iter().map(|it| it.id.to_string()).collect();
    let routes = |it: &Testbed| it.routes.iter().map(|it| it.id.to_string()).collect();
    let all = |of: &dyn Fn(&Testbed) -> Vec<String>| testbeds().flat_map(of).collect();
    known("guest", scope.guest.as_ref().map(GuestId::as_str), &all(&guests))?;
    known("platform", scope.source.as_ref().map(PlatformId::as_str), &all(&platforms))?;
    known("platform", scope.target.as_ref().map(PlatformId::as_str), &all(&platforms))?;
    known("route", scope.route.as_ref().map(RouteId::as_str), &all(&routes))
}

fn known(kind: &str, wanted: Option<&str>, known: &BTreeSet<String>) -> Result<(), Problem> {
    match wanted {
        Some(id) if !known.contains(id) => {
            let known: Vec<&str> = known.iter().map(String::as_str).take(100).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(invalid(format!("no campaign has a {kind} `{id}`; known: {known}")))
        }
        Some(_) | None => Ok(()),
    }
}
