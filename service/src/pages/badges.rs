//! Badges: how a guest or a cell stands in the newest campaign that has it, to put elsewhere.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::{GuestId, PlatformId};
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;
use reports::pages::badge::Badge;

use crate::asked::{Named, When};
use crate::cache::Page;
use crate::problem::Problem;
use crate::reading::{self, Key, Reader};
use crate::service::Service;
use crate::viewer::Anyone;

pub(super) async fn of_guest(
    service: web::Data<Service>,
    request: HttpRequest,
    Named(guest): Named<GuestId>,
    Anyone(_): Anyone,
) -> Result<HttpResponse, Problem> {
    let key = Key::of_all(&service, format!("/badges/{guest}"));
    badge(service, &request, key, move |record| Badge::of_guest(record, &guest)).await
}

pub(super) async fn of_cell(
    service: web::Data<Service>,
    request: HttpRequest,
    Named((source, target, guest)): Named<(PlatformId, PlatformId, GuestId)>,
    Anyone(_): Anyone,
) -> Result<HttpResponse, Problem> {
    let key = Key::of_all(&service, format!("/badges/{source}/{target}/{guest}"));
    let cell = CellId { guest, source, target };
    badge(service, &request, key, move |record| Badge::of_cell(record, &cell)).await
}

/// A badge shows what anyone may see, whoever asks: it stands on other people's pages.
async fn badge(
    service: web::Data<Service>,
    request: &HttpRequest,
    key: Key,
    make: impl Fn(&CampaignRecord) -> Option<Badge> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let reader = Reader::public();
    let made = move |service: &Service| {
        let past = service.past(&When::default(), &Reader::public())?;
        let mut newest: Vec<&CampaignRecord> = past.records.iter().collect();
        newest.sort_by_key(|it| std::cmp::Reverse((it.started, it.positions)));
        let badge = newest.into_iter().find_map(make);
        let none = || Problem::not_found("No campaign has such a guest or such a cell.");
        let svg = badge.ok_or_else(none)?.svg().map_err(|error| Problem::internal(&error))?;
        Ok(Page::new(svg, "image/svg+xml"))
    };
    reading::answer(service, request, (key, &reader), made).await
}
