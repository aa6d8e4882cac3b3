//! The events of the log as JSON. They name tools: for auditors and operators.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{Direction, EventLog as _};
use utoipa::{IntoParams, ToSchema};

use super::JSON;
use super::responses::Problems;
use crate::asked::Asking;
use crate::problem::Problem;
use crate::reading;
use crate::service::Service;
use crate::viewer::Insider;

/// Most events in one answer.
const MOST: usize = 1000;

/// Bytes after which an answer ends, with what has been read by then.
const ENOUGH: usize = 4 << 20;

/// Which events are asked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsAsked {
    /// The position of the first.
    from: Option<u64>,
    /// At most so many.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// Events in the order they were recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventList {
    /// The events: `position`, `at`, `stream`, `version`, `command` and `event`.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Box<RawValue>>,
    /// What to ask for next as `from`; null at the end.
    next: Option<u64>,
}

/// Events from a position on.
#[utoipa::path(get, path = "/api/v1/events", tag = "log", params(EventsAsked),
    responses((status = 200, body = EventList), Problems))]
pub(super) async fn events(
    service: web::Data<Service>,
    _: Insider,
    Asking(asked): Asking<EventsAsked>,
) -> Result<HttpResponse, Problem> {
    let (from, limit) = (asked.from.unwrap_or(0), asked.limit.unwrap_or(100));
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_request(format!("limit is a number from 1 to {MOST}.")));
    }
    let text = reading::work(move || read(&service, from, limit)).await?;
    let caching = (header::CACHE_CONTROL, "private, no-store");
    Ok(HttpResponse::Ok().content_type(JSON).insert_header(caching).body(text))
}

fn read(service: &Service, from: u64, limit: usize) -> Result<String, Problem> {
    let unspelt = |error: serde_json::Error| Problem::internal(&error);
    let (mut events, mut bytes, mut next) = (Vec::new(), 0, None);
    for recorded in service.library.log().read(from, Direction::Forward) {
        let recorded = recorded?;
        if events.len() == limit || bytes > ENOUGH {
            next = Some(recorded.position);
            break;
        }
        let text = serde_json::to_string(&recorded).map_err(unspelt)?;
        bytes += text.len();
        events.push(RawValue::from_string(text).map_err(unspelt)?);
    }
    serde_json::to_string(&EventList { events, next }).map_err(unspelt)
}
