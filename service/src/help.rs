//! Pages that explain, one for each role.

use actix_web::{HttpResponse, Route, web};
use reports::pages::help::{Help, Topic};

use crate::address::{Address, Who};
use crate::pages::{Shown, page};
use crate::problem::Problem;
use crate::reading::{Key, Reader};
use crate::service::Service;
use crate::visit::Visit;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/help", Who::Anyone, || -> Route { web::to(help) }),
    Address::get("/help/{topic}", Who::Anyone, || -> Route { web::to(topic) }),
];

async fn help(visit: Visit) -> Result<HttpResponse, Problem> {
    show(visit, Topic::Everybody).await
}

async fn topic(visit: Visit, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let known = Topic::ALL.map(Topic::name).join(", ");
    let none = || Problem::not_found(format!("There is no help of that name; there is: {known}."));
    let topic = Topic::named(&name).ok_or_else(none)?;
    show(visit, topic).await
}

async fn show(visit: Visit, topic: Topic) -> Result<HttpResponse, Problem> {
    let make = move |service: &Service, _: &Reader| {
        let view = Help::new(topic, service.called());
        let shown = Shown { title: view.title(), path: topic.href(), permalink: None };
        Ok((view, shown))
    };
    let key = Key::of_all(&visit.service, topic.href()).at_once();
    let key = Key { revision: 0, is_open: true, ..key };
    page(visit, key, make, Help::html).await
}
