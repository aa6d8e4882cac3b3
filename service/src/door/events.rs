//! `POST /api/v1/events`: commands of one campaign, recorded in their order, each once.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::Known;
use domain::command::Command;
use domain::ids::Sha256Digest;
use domain::lease::NotAdmitted;
use domain::wire::{Accepted, NotASubmission, Submission};

use super::body::Body;
use super::{answer, invalid, shapes, tending, too_large};
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Lab;

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] =
    &[Address::post("/api/v1/events", Who::Lab, || -> Route { web::to(submit) })];

/// Records a batch of commands of one campaign.
///
/// Every command before the one that is refused is recorded, it and all behind it are not. The same
/// batch sent again is answered with what was recorded, and nothing is recorded twice.
#[utoipa::path(
    post,
    path = "/api/v1/events",
    tag = "labs",
    request_body(content = shapes::Batch, content_type = "application/json",
        description = "portolan.submission/1; may be sent as gzip"),
    responses(
        Problems,
        Refusals,
        (status = 200, description = "portolan.accepted/1: what was recorded, safe on disk, and \
            the command that was refused, if one was", body = shapes::Became),
        (status = 409, description = "wrong-version, evidence-missing, lease-lost or not-leased",
            body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn submit(
    service: web::Data<Service>,
    lab: Lab,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let most = service.settings.limits.labs.batch_bytes;
    let body = Body::json(&service.door, &request, payload, most).await?;
    let at = service.clone();
    answer((&at, StatusCode::OK), move || record(&service, &lab.0, &body)).await
}

fn record(service: &Service, lab: &Known, body: &Body) -> Result<Accepted, Problem> {
    let submission = Submission::read(&body.bytes()?)?;
    let (door, now) = (&service.door, service.now());
    door.rates.commands(&lab.grant, submission.commands.len())?;
    let missing = missing(service, &submission)?;
    if !missing.is_empty() {
        return Err(evidence_missing(&missing));
    }
    door.leases().admit(&submission, &lab.account, now)?;
    let Submission { campaign, expected_version, lease, commands, .. } = submission;
    let batch = service.desk.submit_all(&campaign, expected_version, commands, now)?;
    if lease.is_some() {
        tending::conclude(service, &campaign);
    }
    Ok(batch.accepted(campaign))
}

/// Evidence that is named and not there. What is there was verified when it came.
fn missing(service: &Service, submission: &Submission) -> Result<Vec<Sha256Digest>, Problem> {
    let mut named = BTreeSet::new();
    for command in &submission.commands {
        if let Command::RecordStep(step) = command {
            named.extend(step.evidence.iter().map(|it| it.sha256));
        }
    }
    let mut missing = Vec::new();
    for digest in named {
        if !service.library.blobs().contains(digest)? {
            missing.push(digest);
        }
    }
    Ok(missing)
}

/// Most digests that an answer lists.
const MOST_LISTED: usize = 1000;

fn evidence_missing(missing: &[Sha256Digest]) -> Problem {
    let words = format!(
        "{} pieces of evidence are not here: PUT /api/v1/evidence/SHA256, then send the batch again.",
        missing.len()
    );
    let listed = missing.iter().take(MOST_LISTED).map(ToString::to_string).collect();
    Problem { missing: listed, ..Problem::conflict("evidence-missing", words) }
}

impl From<NotASubmission> for Problem {
    fn from(error: NotASubmission) -> Self {
        match error {
            NotASubmission::TooLarge(_) => too_large(error.to_string()),
            NotASubmission::Form(_)
            | NotASubmission::Empty
            | NotASubmission::Lease(_)
            | NotASubmission::Command { .. } => invalid(error),
        }
    }
}

impl From<NotAdmitted> for Problem {
    fn from(error: NotAdmitted) -> Self {
        let kind = match &error {
            NotAdmitted::Lost => "lease-lost",
            NotAdmitted::NoLease(_) | NotAdmitted::Trial(_) | NotAdmitted::NotAStep => "not-leased",
        };
        Self::conflict(kind, error.to_string())
    }
}
