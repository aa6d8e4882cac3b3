//! Pages that explain, one for each role.

use actix_web::{HttpRequest, HttpResponse, Route, web};
use reports::pages::help::{Help, Topic};

use crate::address::{Address, Who};
use crate::pages::{Shown, page};
use crate::problem::Problem;
use crate::reading::{Key, Reader};
use crate::service::Service;
use crate::viewer::Anyone;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/help", Who::Anyone, || -> Route { web::to(help) }),
    Address::get("/help/{topic}", Who::Anyone, || -> Route { web::to(topic) }),
];

async fn help(
    service: web::Data<Service>,
    request: HttpRequest,
    viewer: Anyone,
) -> Result<HttpResponse, Problem> {
    show(service, request, viewer, Topic::Everybody).await
}

async fn topic(
    service: web::Data<Service>,
    request: HttpRequest,
    viewer: Anyone,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let known = Topic::ALL.map(Topic::name).join(", ");
    let none = || Problem::not_found(format!("There is no help of that name; there is: {known}."));
    let topic = Topic::named(&name).ok_or_else(none)?;
    show(service, request, viewer, topic).await
}

async fn show(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    topic: Topic,
) -> Result<HttpResponse, Problem> {
    let make = move |service: &Service, _: &Reader| {
        let view = Help::new(topic, service.called());
        let shown = Shown { title: view.title(), path: topic.href(), permalink: None };
        Ok((view, shown))
    };
    let key = Key { revision: 0, is_open: true, ..Key::of_all(&service, topic.href()) }.at_once();
    page(service, &request, (key, Reader::of(&viewer)), make, Help::html).await
}
