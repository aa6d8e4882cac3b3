//! Pages for people: each handler asks for a view that its reader may see, and puts it in a frame.

mod assets;
mod badges;
mod campaigns;

mod over_time;
mod problems;

use actix_web::web;
use actix_web::{HttpResponse, Route};
use reports::pages::NotWritten;
use reports::pages::frame::Frame;
use serde::Serialize;

use crate::address::{Address, Who};
use crate::cache::Page;
use crate::problem::Problem;
use crate::reading::{self, Key, Reader};
use crate::service::Service;
use crate::visit::Visit;

/// The media type of pages.
const HTML: &str = "text/html; charset=utf-8";

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/", Who::Anyone, || -> Route { web::to(campaigns::overview) }),
    Address::get("/campaigns", Who::Anyone, || -> Route { web::to(campaigns::campaigns) }),
    Address::get("/campaigns/{id}", Who::Anyone, || -> Route { web::to(campaigns::campaign) }),
    Address::get("/campaigns/{id}/matrix", Who::Anyone, || -> Route { web::to(campaigns::matrix) }),
    Address::get("/campaigns/{id}/cells/{source}/{target}/{guest}", Who::Anyone, || -> Route {
        web::to(campaigns::cell)
    }),
    Address::get("/campaigns/{id}/live", Who::Anyone, || -> Route { web::to(campaigns::live) }),
    Address::get("/history", Who::Anyone, || -> Route { web::to(over_time::history) }),
    Address::get("/diff", Who::Anyone, || -> Route { web::to(over_time::changes) }),
    Address::get("/feed.atom", Who::Anyone, || -> Route { web::to(over_time::feed) }),
    Address::get("/badges/{guest}.svg", Who::Anyone, || -> Route { web::to(badges::of_guest) }),
    Address::get("/badges/{source}/{target}/{guest}.svg", Who::Anyone, || -> Route {
        web::to(badges::of_cell)
    }),
    Address::get("/assets/{name}", Who::Anyone, || -> Route { web::to(assets::asset) }),
];

pub(crate) use campaigns::OfCell;
pub(crate) use problems::page as problem_page;

/// A view with what stands around it.
pub(crate) struct Shown {
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) permalink: Option<String>,
}

/// The page under a key, in a frame for this reader.
pub(crate) async fn page<V: Serialize + 'static>(
    visit: Visit,
    key: Key,
    make: impl FnOnce(&Service, &Reader) -> Result<(V, Shown), Problem> + Send + 'static,
    html: fn(&V, &Frame) -> Result<String, NotWritten>,
) -> Result<HttpResponse, Problem> {
    let (of, reader) = (visit.reader(), visit.reader());
    let make = move |service: &Service| {
        let (view, Shown { title, path, permalink }) = make(service, &of)?;
        let frame = Frame::new(title, path).seen_by(of.role.clone()).kept_at(permalink);
        let text = html(&view, &frame).map_err(|error| Problem::internal(&error))?;
        let page = Page::new(text, HTML);
        // What it shows is written down for those alone who see more than everybody.
        if !of.is_insider() {
            return Ok(page);
        }
        let content = serde_json::to_vec(&view).map_err(|error| Problem::internal(&error))?;
        Ok(page.of_content(&content))
    };
    reading::answer(visit.service, &visit.request, (key, &reader), make).await
}
