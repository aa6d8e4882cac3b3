//! The overview, campaigns, their matrices and cells.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use reports::pages::campaign::CampaignPage;
use reports::pages::campaigns::Campaigns;
use reports::pages::cell::CellPage;
use reports::pages::live::Live;
use reports::pages::matrices::Matrices;
use reports::pages::overview::Overview;

use super::{Shown, page};
use crate::asked::{Asking, Named, When};
use crate::problem::Problem;
use crate::reading::{Key, Reader};
use crate::service::Service;
use crate::viewer::Anyone;
use crate::views::{self, MatrixAsked};

pub(super) async fn overview(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let key = Key::of_all(&service, format!("/?{when:?}")).pinned_by(&service, &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::overview(service, reader, &when)?;
        let shown = Shown { title: view.title(), path: "/".to_owned(), permalink };
        Ok((view, shown))
    };
    page(service, &request, (key, Reader::of(&viewer)), make, Overview::html).await
}

pub(super) async fn campaigns(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let key = Key::of_all(&service, format!("/campaigns?{when:?}")).pinned_by(&service, &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::campaigns(service, reader, &when)?;
        let shown = Shown { title: view.title(), path: "/campaigns".to_owned(), permalink };
        Ok((view, shown))
    };
    page(service, &request, (key, Reader::of(&viewer)), make, Campaigns::html).await
}

pub(super) async fn campaign(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named(id): Named<CampaignId>,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let path = format!("/campaigns/{id}");
    // Its pictures show the campaigns before it.
    let key = Key::of_all(&service, format!("{path}?{when:?}")).pinned_by(&service, &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::campaign(service, reader, (&id, &when))?;
        let shown = Shown { title: view.title(), path, permalink: Some(permalink) };
        Ok((view, shown))
    };
    page(service, &request, (key, Reader::of(&viewer)), make, CampaignPage::html).await
}

pub(super) async fn matrix(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named(id): Named<CampaignId>,
    Asking(asked): Asking<MatrixAsked>,
) -> Result<HttpResponse, Problem> {
    let (path, when) = (format!("/campaigns/{id}/matrix"), asked.when());
    let key = Key::of_campaign(&service, &id, format!("{path}?{asked:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::matrices(service, reader, (&id, &asked))?;
        let shown = Shown { title: view.title(), path, permalink: Some(permalink) };
        Ok((view, shown))
    };
    page(service, &request, (key, Reader::of(&viewer)), make, Matrices::html).await
}

/// The names in the path of a cell.
pub(crate) type OfCell = (CampaignId, PlatformId, PlatformId, GuestId);

pub(super) async fn cell(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named((id, source, target, guest)): Named<OfCell>,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let path = format!("/campaigns/{id}/cells/{source}/{target}/{guest}");
    let cell = CellId { guest, source, target };
    // It shows how the cell stood in other campaigns.
    let key = Key::of_all(&service, format!("{path}?{when:?}")).pinned_by(&service, &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::cell(service, reader, (&id, &cell, &when))?;
        let shown = Shown { title: view.title(), path, permalink: Some(permalink) };
        Ok((view, shown))
    };
    page(service, &request, (key, Reader::of(&viewer)), make, CellPage::html).await
}

pub(super) async fn live(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named(id): Named<CampaignId>,
) -> Result<HttpResponse, Problem> {
    let path = format!("/campaigns/{id}/live");
    let key = Key::of_campaign(&service, &id, path.clone(), &When::default());
    let key = Key { moment: None, ..key.at_once() };
    // Before it is shown: nothing that happens from now on is missed.
    service.live.prepare(&service, &id);
    let make = move |service: &Service, reader: &Reader| {
        let view = views::live(service, reader, &id)?;
        Ok((view.clone(), Shown { title: view.title(), path, permalink: None }))
    };
    page(service, &request, (key, Reader::of(&viewer)), make, Live::html).await
}
