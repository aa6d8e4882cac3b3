//! Showing what not everybody may see: what auditors and vendors are shown is written down before it
//! is sent. What is counted is the view as programs get it: a page shows the same and nothing more.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, VARY};
use actix_web::{HttpResponse, web};
use domain::access::{Known, Viewer};
use domain::ids::CampaignId;
use reports::pages::NotWritten;
use serde::Serialize;

use crate::problem::Problem;
use crate::reading::Reader;
use crate::service::Service;

/// What is shown, and to whom.
#[derive(Debug)]
pub(crate) struct Shown<'a, V> {
    /// To whom.
    pub(crate) known: &'a Known,
    /// Its address for programs.
    pub(crate) what: String,
    /// The campaign it is about, if it is about one.
    pub(crate) campaign: Option<CampaignId>,
    /// What it says.
    pub(crate) view: V,
}

/// For whom an answer is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Page,
    /// For programs.
    Json,
}

/// Whoever may be shown what not everybody may see.
pub(crate) fn insider(viewer: &Viewer) -> Option<&Known> {
    match viewer {
        Viewer::Known(known) if Reader::of(viewer).is_insider() => Some(known),
        Viewer::Known(_) | Viewer::Public => None,
    }
}

/// Writes the showing down, and gives the answer: the JSON of the view, or the page made of it.
///
/// # Errors
/// When it cannot be written down: then nothing is shown.
pub(crate) async fn show<V: Serialize>(
    service: &Service,
    shown: Shown<'_, V>,
    form: Form,
    html: impl FnOnce(&V) -> Result<String, NotWritten>,
) -> Result<HttpResponse, Problem> {
    let Shown { known, what, campaign, view } = shown;
    let json = serde_json::to_string(&view).map_err(|error| Problem::internal(&error))?;
    service.disclose(known, &what, campaign, json.as_bytes()).await?;
    match form {
        Form::Json => Ok(answer("application/json", json)),
        Form::Page => page(StatusCode::OK, html(&view)),
    }
}

/// A view for programs, that is nobody else's.
///
/// # Errors
/// When it could not be made.
pub(crate) fn json(view: &impl Serialize) -> Result<HttpResponse, Problem> {
    let json = serde_json::to_string(view).map_err(|error| Problem::internal(&error))?;
    Ok(answer("application/json", json))
}

/// A page that is nobody else's.
///
/// # Errors
/// When it could not be made.
pub(crate) fn page(
    status: StatusCode,
    html: Result<String, NotWritten>,
) -> Result<HttpResponse, Problem> {
    let html = html.map_err(|error| Problem::internal(&error))?;
    let mut answer = answer("text/html; charset=utf-8", html);
    *answer.status_mut() = status;
    Ok(answer)
}

/// An answer that is nobody else's: no other reader's cache keeps it.
fn answer(kind: &str, body: impl Into<web::Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, "accept-encoding, authorization, cookie"))
        .body(body.into())
}

/// Sends the browser on to a page of this service.
pub(crate) fn see_other(place: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("location", place))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

impl Service {
    /// How this service is called in commands that people copy, without a slash at the end. Told by
    /// the operator, never by whoever asks: a name that a request brings is not believed.
    pub(crate) fn called(&self) -> String {
        match self.settings.public_url.as_deref() {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let scheme = if self.settings.network.tls.is_some() { "https" } else { "http" };
                let listens = self.listens.get().unwrap_or(&self.settings.listen);
                format!("{scheme}://{listens}")
            }
        }
    }
}
