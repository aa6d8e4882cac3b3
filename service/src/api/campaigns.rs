//! Campaigns, their matrices and cells as JSON.

use actix_web::HttpResponse;
use domain::ids::{CampaignId, GuestId};
use domain::plan::CellId;
use jiff::Timestamp;
use reports::json;
use reports::pages::campaign::CampaignPage;
use reports::pages::campaign_line::CampaignLine;
use reports::pages::cell::CellPage;
use reports::pages::overview::Overview;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::responses::{Problems, Unchanged};
use super::{JSON, json};
use crate::asked::{Asking, Named, When};
use crate::cache::Page;
use crate::pages::OfCell;
use crate::problem::Problem;
use crate::reading::{self, Key, Reader};
use crate::service::Service;
use crate::views;
use crate::visit::Visit;

/// Most campaigns in one answer.
const MOST: usize = 200;

/// Which campaigns are asked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Those after this campaign, in the order of the answer.
    #[param(value_type = Option<String>)]
    after: Option<CampaignId>,
    /// At most so many.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Campaigns, the newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CampaignList {
    /// The campaigns.
    campaigns: Vec<CampaignLine>,
    /// How many there are in all.
    total: usize,
    /// What to ask for next as `after`; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<CampaignId>,
}

/// Which matrices are asked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GuestAsked {
    /// Only this guest.
    #[param(value_type = Option<String>)]
    guest: Option<GuestId>,
    /// What was known at this position of the log; all of it when it is not given.
    known_at: Option<u64>,
    /// How things stood at this instant (RFC 3339); the latest when it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// The name of another policy than the usual one, or its name and version.
    policy: Option<String>,
}

/// How things stand: the newest campaign, what got worse, what is out of date, what is running.
#[utoipa::path(get, path = "/api/v1/overview", tag = "reading", params(When),
    responses((status = 200, body = Overview), Unchanged, Problems))]
pub(super) async fn overview(
    visit: Visit,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/?{when:?}"), &when);
    let make =
        move |service: &Service, reader: &Reader| Ok(views::overview(service, reader, &when)?.0);
    json(visit, key, make).await
}

/// Every campaign, the newest first.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "reading", params(Paging),
    responses((status = 200, body = CampaignList), Unchanged, Problems))]
pub(super) async fn campaigns(
    visit: Visit,
    Asking(paging): Asking<Paging>,
) -> Result<HttpResponse, Problem> {
    let limit = paging.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_request(format!("limit is a number from 1 to {MOST}.")));
    }
    let key = Key::of_all(&visit.service, format!("/campaigns?{paging:?}"));
    let make = move |service: &Service, reader: &Reader| {
        let all = views::campaigns(service, reader, &When::default())?.0.campaigns;
        let (total, first) = (all.len(), start(&all, paging.after.as_ref())?);
        let campaigns: Vec<CampaignLine> = all.into_iter().skip(first).take(limit).collect();
        let is_more = first + campaigns.len() < total;
        let last = campaigns.last().map(|it| it.campaign.clone());
        Ok(CampaignList { next: last.filter(|_| is_more), campaigns, total })
    };
    json(visit, key, make).await
}

/// Where the campaigns after this one begin.
fn start(all: &[CampaignLine], after: Option<&CampaignId>) -> Result<usize, Problem> {
    let Some(after) = after else { return Ok(0) };
    let place = all.iter().position(|it| it.campaign == *after);
    let unknown = || Problem::bad_request(format!("after={after}: there is no such campaign."));
    Ok(place.ok_or_else(unknown)? + 1)
}

/// One campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "reading",
    params(("id" = String, Path, description = "Which campaign"), When),
    responses((status = 200, body = CampaignPage), Unchanged, Problems))]
pub(super) async fn campaign(
    visit: Visit,
    Named(id): Named<CampaignId>,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key_with_answers(&format!("/campaigns/{id}?{when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        Ok(views::campaign(service, reader, (&id, &when))?.0)
    };
    json(visit, key, make).await
}

/// The matrices of a campaign: the same bytes as `portolan matrix --format json` prints, which the
/// receipt on its page tells the digest of.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/matrix", tag = "reading",
    params(("id" = String, Path, description = "Which campaign"), GuestAsked),
    responses((status = 200, body = Object), Unchanged, Problems))]
pub(super) async fn matrix(
    visit: Visit,
    Named(id): Named<CampaignId>,
    Asking(asked): Asking<GuestAsked>,
) -> Result<HttpResponse, Problem> {
    let GuestAsked { guest, known_at, as_of, policy } = asked;
    let when = When { known_at, as_of, policy };
    let name = format!("json /campaigns/{id}/matrix?{guest:?}{when:?}");
    let key = Key::of_campaign(&visit.service, &id, name, &when).at_once();
    let reader = visit.reader();
    let of = reader.clone();
    let make = move |service: &Service| {
        if !of.is_insider() {
            return public_matrix(service, (&id, &when), guest.as_ref());
        }
        let text = service.reading(&id, &when)?.judged(&of, |sight, judged| {
            let mut judged = judged.clone();
            judged.matrices.retain(|it| guest.as_ref().is_none_or(|guest| *guest == it.guest));
            if let Some(guest) = guest.filter(|_| judged.matrices.is_empty()) {
                return Err(no_guest(&id, &guest));
            }
            let text = json::text(&sight.file(&judged, of.audience));
            text.map_err(|error| Problem::internal(&error))
        })?;
        Ok(Page::new(text, JSON))
    };
    reading::answer(visit.service, &visit.request, (key, &reader), make).await
}

/// The matrices as anyone may see them.
fn public_matrix(
    service: &Service,
    (id, when): (&CampaignId, &When),
    guest: Option<&GuestId>,
) -> Result<Page, Problem> {
    let view = service.sighted(id, when)?.of_guest(guest);
    if let Some(guest) = guest.filter(|_| view.matrices.is_empty()) {
        return Err(no_guest(id, guest));
    }
    let text = json::text(&json::public(&view)).map_err(|error| Problem::internal(&error))?;
    Ok(Page::new(text, JSON))
}

fn no_guest(id: &CampaignId, guest: &GuestId) -> Problem {
    Problem::not_found(format!("Campaign `{id}` has no guest `{guest}`."))
}

/// One cell: how it stands, why, and its past. Auditors and operators are told the derivation.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/cells/{source}/{target}/{guest}",
    tag = "reading",
    params(
        ("id" = String, Path, description = "Which campaign"),
        ("source" = String, Path, description = "From which platform"),
        ("target" = String, Path, description = "To which platform"),
        ("guest" = String, Path, description = "Which guest"),
        When
    ),
    responses((status = 200, body = CellPage), Unchanged, Problems))]
pub(super) async fn cell(
    visit: Visit,
    Named((id, source, target, guest)): Named<OfCell>,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let cell = CellId { guest, source, target };
    let key = visit.key_with_answers(&format!("{id} {cell:?} {when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        Ok(views::cell(service, reader, (&id, &cell, &when))?.0)
    };
    json(visit, key, make).await
}
