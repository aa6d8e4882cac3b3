//! Moments of the past, comparisons, and the feed.

use actix_web::{HttpRequest, HttpResponse, web};
use reports::pages::changes::Changes;
use reports::pages::past::Past;

use super::{Shown, page};
use crate::asked::Asking;
use crate::cache::Page;
use crate::problem::Problem;
use crate::reading::{self, Key, Reader};
use crate::service::Service;
use crate::viewer::Anyone;
use crate::views::{self, DiffAsked, HistoryAsked};
use crate::visit::Visit;

pub(super) async fn history(
    visit: Visit,
    Asking(asked): Asking<HistoryAsked>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/history?{asked:?}"), &asked.when());
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::history(service, reader, &asked)?;
        let shown = Shown { title: view.title(), path: "/history".to_owned(), permalink };
        Ok((view, shown))
    };
    page(visit, key, make, Past::html).await
}

pub(super) async fn changes(
    visit: Visit,
    Asking(asked): Asking<DiffAsked>,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("/diff?{asked:?}"), &asked.when());
    let make = move |service: &Service, reader: &Reader| {
        let (view, permalink) = views::changes(service, reader, &asked)?;
        let shown = Shown { title: view.title(), path: "/diff".to_owned(), permalink };
        Ok((view, shown))
    };
    page(visit, key, make, Changes::html).await
}

pub(super) async fn feed(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(_): Anyone,
) -> Result<HttpResponse, Problem> {
    // Named by the operator, never by whoever asks: a name that a request brings is not believed.
    let origin = service.called();
    let key = Key::of_all(&service, "/feed.atom".to_owned());
    let make = move |service: &Service| {
        let feed = views::feed(service, &origin)?.xml();
        let text = feed.map_err(|error| Problem::internal(&error))?;
        Ok(Page::new(text, "application/atom+xml; charset=utf-8"))
    };
    reading::answer(service, &request, (key, &Reader::public()), make).await
}
