//! Moments of the past and comparisons as JSON.

use actix_web::HttpResponse;
use reports::pages::changes::Changes;
use reports::pages::past::Past;

use super::json;
use super::responses::{Problems, Unchanged};
use crate::asked::Asking;
use crate::problem::Problem;
use crate::reading::Reader;
use crate::service::Service;
use crate::views::{self, DiffAsked, HistoryAsked};
use crate::visit::Visit;

/// How things stood at a moment, and all moments at which something happened.
#[utoipa::path(get, path = "/api/v1/history", tag = "reading", params(HistoryAsked),
    responses((status = 200, body = Past), Unchanged, Problems))]
pub(super) async fn history(
    visit: Visit,
    Asking(asked): Asking<HistoryAsked>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/history?{asked:?}"), &asked.when());
    let make =
        move |service: &Service, reader: &Reader| Ok(views::history(service, reader, &asked)?.0);
    json(visit, key, make).await
}

/// What became of each cell since a baseline.
#[utoipa::path(get, path = "/api/v1/diff", tag = "reading", params(DiffAsked),
    responses((status = 200, body = Changes), Unchanged, Problems))]
pub(super) async fn diff(
    visit: Visit,
    Asking(asked): Asking<DiffAsked>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/diff?{asked:?}"), &asked.when());
    let make =
        move |service: &Service, reader: &Reader| Ok(views::changes(service, reader, &asked)?.0);
    json(visit, key, make).await
}
