//! The audit for people: what was signed, by which keys, and each event with its proof.

use actix_web::{HttpResponse, Route, web};
use domain::access::Known;
use domain::event::Recorded;
use ledger::{Checkpoint, Note, leaf_hash};
use reports::pages::audit::{Audit, MOST_CHECKPOINTS, Signed};
use reports::pages::audit_event::{AuditEvent, Proof, Told};
use reports::pages::frame::Frame;
use reports::pages::links;
use serde::Deserialize;
use store::{Direction, EventLog as _};
use utoipa::OpenApi;

use crate::address::{Address, Who};
use crate::api::{json, responses::Problems};
use crate::asked::{Asking, Named, When};
use crate::pages::{Shown, page};
use crate::problem::Problem;
use crate::reading::{Key, Reader, work};
use crate::service::Service;
use crate::showing::{self, Form, insider, see_other, show};
use crate::viewer::Anyone;
use crate::visit::Visit;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/audit", Who::Anyone, || -> Route { web::to(audit) }),
    Address::get("/audit/events", Who::Anyone, || -> Route { web::to(go) }),
    Address::get("/audit/events/{position}", Who::Anyone, || -> Route { web::to(event) }),
    Address::get("/api/v1/audit", Who::Anyone, || -> Route { web::to(audit_json) }),
    Address::get("/api/v1/audit/events/{position}", Who::Anyone, || -> Route {
        web::to(event_json)
    }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(audit_json, event_json))]
pub(crate) struct Audits;

/// Which event somebody wants to see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    position: Option<u64>,
}

async fn audit(visit: Visit) -> Result<HttpResponse, Problem> {
    let make = |service: &Service, reader: &Reader| {
        let view = summary(service, reader)?;
        let shown = Shown { title: view.title(), path: "/audit".to_owned(), permalink: None };
        Ok((view, shown))
    };
    let key = key(&visit.service, "/audit");
    page(visit, key, make, Audit::html).await
}

/// What the log has signed, by which keys, and how to check that.
#[utoipa::path(get, path = "/api/v1/audit", tag = "log",
    responses((status = 200, body = Audit), Problems))]
async fn audit_json(visit: Visit) -> Result<HttpResponse, Problem> {
    let key = key(&visit.service, "/audit");
    json(visit, key, summary).await
}

async fn go(_: Anyone, Asking(wanted): Asking<Wanted>) -> HttpResponse {
    see_other(&wanted.position.map_or_else(|| "/audit".to_owned(), links::event))
}

async fn event(visit: Visit, Named(position): Named<u64>) -> Result<HttpResponse, Problem> {
    if let Some(known) = insider(&visit.viewer) {
        return told(visit.service, known, position, Form::Page).await;
    }
    let make = move |service: &Service, _: &Reader| {
        let view = seen(service, position, false)?;
        let shown = Shown { title: view.title(), path: links::event(position), permalink: None };
        Ok((view, shown))
    };
    let key = key(&visit.service, &links::event(position));
    page(visit, key, make, AuditEvent::html).await
}

/// An event and the proof that it is in the log; what it says only for auditors and operators.
#[utoipa::path(get, path = "/api/v1/audit/events/{position}", tag = "log",
    params(("position" = u64, Path, description = "Its place in the log, from 0")),
    responses((status = 200, body = AuditEvent), Problems))]
async fn event_json(visit: Visit, Named(position): Named<u64>) -> Result<HttpResponse, Problem> {
    if let Some(known) = insider(&visit.viewer) {
        return told(visit.service, known, position, Form::Json).await;
    }
    let key = key(&visit.service, &links::event(position));
    json(visit, key, move |service, _| seen(service, position, false)).await
}

/// The event with its body; that an auditor is shown it is written down.
async fn told(
    service: web::Data<Service>,
    known: &Known,
    position: u64,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let reading = service.clone();
    let view = work(move || seen(&reading, position, true)).await?;
    let frame = Frame::new(view.title(), links::event(position)).seen_by(Some(known.role.clone()));
    let what = format!("/api/v1{}", links::event(position));
    let shown = showing::Shown { known, what, campaign: None, view };
    show(&service, shown, form, |view| view.html(&frame)).await
}

/// What changes with every event, and with every signature.
fn key(service: &Service, name: &str) -> Key {
    let signed = service.library.log().newest().map_or(0, |(_, it)| it.size());
    let revision = service.library.seen();
    let name = format!("{name} signed {signed}");
    Key { name, revision, grounds: None, pinned: false, is_open: true, moment: None }
}

fn summary(service: &Service, reader: &Reader) -> Result<Audit, Problem> {
    let log = service.library.log();
    let notes = log.checkpoints()?;
    let newest = notes.iter().rev().take(MOST_CHECKPOINTS);
    let past = service.past(&When::default(), reader)?;
    let campaign = past.records.iter().max_by_key(|it| (it.started, it.positions));
    let (note, checkpoint) = log.newest()?;
    Ok(Audit {
        origin: log.origin().unwrap_or_default(),
        events: log.head(),
        head: Some(signed(service, &note, &checkpoint)?).filter(|it| it.size > 0),
        checkpoints: newest.map(|it| kept(service, it)).collect::<Result<_, _>>()?,
        older: notes.len().saturating_sub(MOST_CHECKPOINTS),
        keys: log.verifiers().iter().map(ToString::to_string).collect(),
        campaign: campaign.map(|it| it.id.to_string()),
        service: service.called(),
    })
}

fn kept(service: &Service, note: &Note) -> Result<Signed, Problem> {
    let read: Result<Checkpoint, _> = note.text().parse();
    let read = read.map_err(|error: ledger::CheckpointError| Problem::internal(&error))?;
    signed(service, note, &read)
}

fn signed(service: &Service, note: &Note, checkpoint: &Checkpoint) -> Result<Signed, Problem> {
    let log = service.library.log();
    let last = checkpoint.size().checked_sub(1);
    let last = last.and_then(|it| log.read(it, Direction::Forward).next()).transpose()?;
    let verifiers = log.verifiers();
    let signers = note.verify(&verifiers).map_err(|error| Problem::internal(&error))?;
    Ok(Signed {
        size: checkpoint.size(),
        root: checkpoint.root().to_string(),
        up_to: last.map(|it| it.at),
        signers: signers.into_iter().map(ledger::Verifier::label).collect(),
        note: note.to_string(),
    })
}

/// One event, with its body or without.
fn seen(service: &Service, position: u64, with_body: bool) -> Result<AuditEvent, Problem> {
    let log = service.library.log();
    let none = || {
        let events = log.head();
        Problem::not_found(format!("There is no event {position}: the log has {events}."))
    };
    let recorded = log.read(position, Direction::Forward).next().transpose()?.ok_or_else(none)?;
    let (_, leaf) = log.leaves(position).next().transpose()?.ok_or_else(none)?;
    let told = if with_body { Some(body(&recorded)?) } else { None };
    Ok(AuditEvent {
        position,
        events: log.head(),
        at: recorded.at,
        kind: recorded.event.name().to_owned(),
        leaf: leaf_hash(&leaf).to_string(),
        proof: proof(service, position)?,
        told,
        service: service.called(),
    })
}

fn proof(service: &Service, position: u64) -> Result<Option<Proof>, Problem> {
    let log = service.library.log();
    let (note, checkpoint) = log.newest()?;
    let Some(proven) = log.prove_in(position, (note.clone(), &checkpoint))? else {
        return Ok(None);
    };
    let hashes = proven.proof.iter().map(ToString::to_string).collect();
    let signed = signed(service, &note, &checkpoint)?;
    Ok(Some(Proof { signed, hashes, text: proven.without_event().to_string() }))
}

fn body(recorded: &Recorded) -> Result<Told, Problem> {
    let body = serde_json::to_string_pretty(&recorded.event);
    Ok(Told {
        stream: recorded.stream.clone(),
        version: recorded.version,
        command: recorded.command.to_string(),
        body: body.map_err(|error| Problem::internal(&error))?,
    })
}
