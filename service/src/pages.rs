//! Pages for people: each handler fetches what its viewer may see and hands it to `reports`.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, Route, web};
use reports::grid::Grid;

use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Anyone;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] =
    &[Address::get("/", Who::Anyone, || -> Route { web::to(overview) })];

async fn overview(service: web::Data<Service>, _: Anyone) -> Result<HttpResponse, Problem> {
    let records = service.library.records(service.now());
    let Some(record) = records.last() else {
        return Err(Problem::not_found("The log holds no campaign yet."));
    };
    let page = Grid::of_record(record, None, &service.settings.policy.label()).page(None);
    let page = page.map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(page))
}
