//! The short way to a page that was shown before: whoever sends neither a cookie nor a token is anybody,
//! and need not be asked who it is. Each thread that answers keeps its own; nothing is kept here that
//! is not kept in [`crate::cache`], and nothing any longer than the log says nothing new.

use std::cell::RefCell;
use std::collections::HashMap;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use crate::cache::Page;
use crate::service::Service;

/// Pages that are kept at once.
const MOST: usize = 128;

/// Pages that anybody was shown, by their addresses as they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    kept: RefCell<HashMap<String, Ready>>,
}

/// A page as it is sent to anybody.
#[derive(Debug, Clone)]
struct Ready {
    page: Page,
    caching: &'static str,
    route: Option<String>,
    moment: Moment,
}

/// As long as this holds, the same question has the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// How much of the log is shown.
    seen: u64,
    /// What may be public.
    publicity: u64,
    /// When the next waiver ends by itself.
    until: Option<Timestamp>,
}

impl Service {
    /// This moment.
    pub(crate) fn moment(&self) -> Moment {
        let (seen, publicity, now) = (self.library.seen(), self.publicity(), self.now());
        let until = self.library.declared(|registry| {
            let expiries = registry.waivers().values().map(|it| it.waived.what.expires);
            expiries.filter(|it| *it > now).min()
        });
        Moment { seen, publicity, until }
    }

    fn is_still(&self, moment: Moment) -> bool {
        moment.seen == self.library.seen()
            && moment.publicity == self.publicity()
            && moment.until.is_none_or(|it| self.now() < it)
    }
}

/// The answer to a request, with the route it belongs to, if anybody was shown it at this moment.
pub(super) fn find(
    request: &ServiceRequest,
    service: &Service,
) -> Option<(HttpResponse, Option<String>)> {
    let lane = request.app_data::<web::Data<Lane>>()?;
    let request = request.request();
    if !is_anybody(request) {
        return None;
    }
    let kept = lane.kept.borrow();
    let ready = kept.get(address(request)?).filter(|it| service.is_still(it.moment))?;
    Some((ready.page.answer(request, ready.caching), ready.route.clone()))
}

/// Keeps a page that was made at this moment or before, and is shown to anybody who asks so.
pub(crate) fn keep(request: &HttpRequest, (page, caching): (&Page, &'static str), moment: Moment) {
    let Some(lane) = request.app_data::<web::Data<Lane>>() else { return };
    let Some(address) = address(request).filter(|_| is_anybody(request)) else { return };
    let mut kept = lane.kept.borrow_mut();
    if kept.len() >= MOST {
        kept.clear();
    }
    let (page, route) = (page.clone(), request.match_pattern());
    kept.insert(address.to_owned(), Ready { page, caching, route, moment });
}

/// Whether nothing about a request tells who sends it, and it only asks.
fn is_anybody(request: &HttpRequest) -> bool {
    const TELLING: [header::HeaderName; 4] =
        [header::COOKIE, header::AUTHORIZATION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
    *request.method() == Method::GET && !TELLING.iter().any(|it| request.headers().contains_key(it))
}

fn address(request: &HttpRequest) -> Option<&str> {
    request.uri().path_and_query().map(|it| it.as_str())
}
