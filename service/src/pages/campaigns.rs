//! The overview, campaigns, their matrices and cells.

use actix_web::HttpResponse;
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
use crate::views::{self, MatrixAsked};
use crate::visit::Visit;

pub(super) async fn overview(
    visit: Visit,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/?{when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::overview(service, reader, &when)?;
        let shown = Shown { title: view.title(), path: "/".to_owned(), permalink };
        Ok((view, shown))
    };
    page(visit, key, make, Overview::html).await
}

pub(super) async fn campaigns(
    visit: Visit,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/campaigns?{when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::campaigns(service, reader, &when)?;
        let shown = Shown { title: view.title(), path: "/campaigns".to_owned(), permalink };
        Ok((view, shown))
    };
    page(visit, key, make, Campaigns::html).await
}

pub(super) async fn campaign(
    visit: Visit,
    Named(id): Named<CampaignId>,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let path = format!("/campaigns/{id}");
    // Its pictures show the campaigns before it.
    let key = visit.key_with_answers(&format!("{path}?{when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::campaign(service, reader, (&id, &when))?;
        let shown = Shown { title: view.title(), path, permalink: Some(permalink) };
        Ok((view, shown))
    };
    page(visit, key, make, CampaignPage::html).await
}

pub(super) async fn matrix(
    visit: Visit,
    Named(id): Named<CampaignId>,
    Asking(asked): Asking<MatrixAsked>,
) -> Result<HttpResponse, Problem> {
    let (path, when) = (format!("/campaigns/{id}/matrix"), asked.when());
    let key = Key::of_campaign(&visit.service, &id, format!("{path}?{asked:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::matrices(service, reader, (&id, &asked))?;
        let shown = Shown { title: view.title(), path, permalink: Some(permalink) };
        Ok((view, shown))
    };
    page(visit, key, make, Matrices::html).await
}

/// The names in the path of a cell.
pub(crate) type OfCell = (CampaignId, PlatformId, PlatformId, GuestId);

pub(super) async fn cell(
    visit: Visit,
    Named((id, source, target, guest)): Named<OfCell>,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let path = format!("/campaigns/{id}/cells/{source}/{target}/{guest}");
    let cell = CellId { guest, source, target };
    // It shows how the cell stood in other campaigns.
    let key = visit.key_with_answers(&format!("{path}?{when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::cell(service, reader, (&id, &cell, &when))?;
        let shown = Shown { title: view.title(), path, permalink: Some(permalink) };
        Ok((view, shown))
    };
    page(visit, key, make, CellPage::html).await
}

pub(super) async fn live(
    visit: Visit,
    Named(id): Named<CampaignId>,
) -> Result<HttpResponse, Problem> {
    let path = format!("/campaigns/{id}/live");
    let key = Key::of_campaign(&visit.service, &id, path.clone(), &When::default());
    let key = Key { moment: None, ..key.at_once() };
    // Before it is shown: nothing that happens from now on is missed.
    visit.service.live.prepare(&visit.service, &id).await;
    let make = move |service: &Service, reader: &Reader| {
        let view = views::live(service, reader, &id)?;
        Ok((view.clone(), Shown { title: view.title(), path, permalink: None }))
    };
    page(visit, key, make, Live::html).await
}
