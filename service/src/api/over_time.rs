//! Moments of the past and comparisons as JSON.

use actix_web::{HttpRequest, HttpResponse, web};
use reports::pages::changes::Changes;
use reports::pages::past::Past;

use super::json;
use super::responses::{Problems, Unchanged};
use crate::asked::Asking;
use crate::problem::Problem;
use crate::reading::{Key, Reader};
use crate::service::Service;
use crate::viewer::Anyone;
use crate::views::{self, DiffAsked, HistoryAsked};

/// How things stood at a moment, and all moments at which something happened.
#[utoipa::path(get, path = "/api/v1/history", tag = "reading", params(HistoryAsked),
    responses((status = 200, body = Past), Unchanged, Problems))]
pub(super) async fn history(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Asking(asked): Asking<HistoryAsked>,
) -> Result<HttpResponse, Problem> {
    let key = Key::of_all(&service, format!("/history?{asked:?}"));
    let key = key.pinned_by(&service, &asked.when());
    let make =
        move |service: &Service, reader: &Reader| Ok(views::history(service, reader, &asked)?.0);
    json(service, &request, (key, Reader::of(&viewer)), make).await
}

/// What became of each cell since a baseline.
#[utoipa::path(get, path = "/api/v1/diff", tag = "reading", params(DiffAsked),
    responses((status = 200, body = Changes), Unchanged, Problems))]
pub(super) async fn diff(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Asking(asked): Asking<DiffAsked>,
) -> Result<HttpResponse, Problem> {
    let key = Key::of_all(&service, format!("/diff?{asked:?}"));
    let key = key.pinned_by(&service, &asked.when());
    let make =
        move |service: &Service, reader: &Reader| Ok(views::changes(service, reader, &asked)?.0);
    json(service, &request, (key, Reader::of(&viewer)), make).await
}
