//! Looking something up: for anyone in what is public, for operators and auditors in all of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use domain::access::{Known, Viewer};
use reports::pages::frame::Frame;
use reports::pages::links;
use reports::pages::search::{Found, LONGEST, MOST_FOUND, Search};
use reports::pages::searching::{self, Shelves};
use serde::Deserialize;
use store::EventLog as _;
use utoipa::{IntoParams, OpenApi};

use crate::address::{Address, Who};
use crate::api::{json, responses::Problems};
use crate::asked::{Asking, When};
use crate::pages::{self, page};
use crate::problem::Problem;
use crate::reading::{Key, Reader, work};
use crate::service::Service;
use crate::showing::{self, Form, Shown, insider, show};
use crate::visit::Visit;

/// Fewest digits of a digest that are looked for.
const FEWEST_DIGITS: usize = 6;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/search", Who::Anyone, || -> Route { web::to(search) }),
    Address::get("/api/v1/search", Who::Anyone, || -> Route { web::to(search_json) }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(search_json))]
pub(crate) struct Searches;

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words that have to stand in what is found; at most 200 characters are looked for.
    #[serde(default)]
    q: String,
}

async fn search(visit: Visit, Asking(wanted): Asking<Wanted>) -> Result<HttpResponse, Problem> {
    if let Some(known) = insider(&visit.viewer) {
        return told(visit.service, known, wanted.q, Form::Page).await;
    }
    let question = wanted.short();
    let key =
        Key::of_all(&visit.service, format!("/search?{} {question}", visit.service.library.seen()));
    let make = move |service: &Service, reader: &Reader| {
        let view = found(service, reader, &question)?;
        let (title, path) = (view.title(), "/search".to_owned());
        Ok((view, pages::Shown { title, path, permalink: None }))
    };
    page(visit, key, make, Search::html).await
}

/// What is found in names and descriptions, kind by kind.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Wanted),
    responses((status = 200, body = Search), Problems))]
async fn search_json(
    visit: Visit,
    Asking(wanted): Asking<Wanted>,
) -> Result<HttpResponse, Problem> {
    if let Some(known) = insider(&visit.viewer) {
        return told(visit.service, known, wanted.q, Form::Json).await;
    }
    let question = wanted.short();
    let key =
        Key::of_all(&visit.service, format!("/search?{} {question}", visit.service.library.seen()));
    let make = move |service: &Service, reader: &Reader| found(service, reader, &question);
    json(visit, key, make).await
}

impl Wanted {
    /// As much of the question as is looked for: what is kept under it stays small.
    fn short(&self) -> String {
        self.q.trim().chars().take(LONGEST).collect()
    }
}

/// What an insider finds names tools: that it was shown is written down.
async fn told(
    service: web::Data<Service>,
    known: &Known,
    question: String,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let reader = Reader::of(&Viewer::Known(known.clone()));
    let reading = service.clone();
    let view = work(move || found(&reading, &reader, &question)).await?;
    let frame = Frame::new(view.title(), "/search").seen_by(Some(known.role.clone()));
    let what = links::asking("/api/v1/search", &[("q", view.question.clone())]);
    if view.groups.is_empty() {
        // Nothing was shown.
        return match form {
            Form::Page => showing::page(StatusCode::OK, view.html(&frame)),
            Form::Json => showing::json(&view),
        };
    }
    let shown = Shown { known, what, campaign: None, view };
    show(&service, shown, form, |view| view.html(&frame)).await
}

fn found(service: &Service, reader: &Reader, question: &str) -> Result<Search, Problem> {
    let past = service.past(&When::default(), reader)?;
    let shelves =
        Shelves { records: &past.records, registry: &past.registry, policy: &past.policy };
    let found = match reader.is_insider() {
        true => searching::insiders(question, &shelves),
        false => searching::public(question, &shelves),
    };
    let words = found.words();
    let Some(word) = words.only() else { return Ok(found) };
    let found = found.with("Events", event(service, word));
    match reader.is_insider() && word.len() >= FEWEST_DIGITS {
        true => Ok(found.with("Evidence", evidence(service, word)?)),
        false => Ok(found),
    }
}

/// The event at this position.
fn event(service: &Service, word: &str) -> Vec<Found> {
    let position = word.parse::<u64>().ok().filter(|it| *it < service.library.log().head());
    let found = |it: u64| Found::new(format!("Event {it}"), "of the log", links::event(it));
    position.map(found).into_iter().collect()
}

fn evidence(service: &Service, digits: &str) -> Result<Vec<Found>, Problem> {
    let found = service.library.blobs().starting_with(digits, MOST_FOUND)?;
    Ok(found.iter().map(|it| Found::new(it, "kept as proof", links::evidence(it))).collect())
}
