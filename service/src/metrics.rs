//! What is counted, as OpenMetrics: no person, no tool, and of an address its pattern only.

mod process;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, Route, web};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::address::{Address, Who};
use crate::library::Library;
use crate::problem::Problem;
use crate::service::Service;

/// The media type of OpenMetrics.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds at which the histogram of durations is cut.
const CUTS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The addresses of this group: auditors and operators, by token.
pub(crate) const ADDRESSES: &[Address] =
    &[Address::get("/metrics", Who::Insider, || -> Route { web::to(show) })];

/// The same on the listener of its own, which only this machine reaches.
pub(crate) const LOCAL: &[Address] =
    &[Address::get("/metrics", Who::Anyone, || -> Route { web::to(show) })];

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram>,
    /// Sign-ins that were refused.
    pub sign_ins_failed: Counter,
    /// Leases in force.
    pub leases: Gauge,
    /// People and programs that watch events as they come.
    pub watchers: Gauge,
    /// Requests whose answer is not over yet.
    pub under_way: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

impl Metrics {
    /// Nothing has been counted yet; what can be read off is read off this library.
    pub(crate) fn new(library: &Arc<Library>) -> Self {
        let mut it = Self {
            registry: Registry::with_prefix("portolan"),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(CUTS)),
            sign_ins_failed: Counter::default(),
            leases: Gauge::default(),
            watchers: Gauge::default(),
            under_way: Gauge::default(),
        };
        it.register();
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        it.registry.register("build", "What is running", version);
        it.registry.register_collector(Box::new(reading::Reading::of(library)));
        it
    }

    fn register(&mut self) {
        let to = &mut self.registry;
        to.register("requests", "Requests answered", self.requests.clone());
        let durations = self.durations.clone();
        let help = "From the request's head to the end of its answer";
        to.register_with_unit("request_duration", help, Unit::Seconds, durations);
        to.register("sign_ins_failed", "Sign-ins refused", self.sign_ins_failed.clone());
        to.register("leases", "Leases in force", self.leases.clone());
        to.register("watchers", "Streams of events that are watched", self.watchers.clone());
        to.register("requests_under_way", "Requests not over yet", self.under_way.clone());
    }

    /// Counts an answer that is over.
    pub(crate) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let (method, route) = (word(method), route.to_owned());
        let status = class(status);
        self.requests.get_or_create(&Answered { method, route: route.clone(), status }).inc();
        self.durations.get_or_create(&Asked { method, route }).observe(took.as_secs_f64());
    }

    /// Everything, in the text form of OpenMetrics.
    ///
    /// # Errors
    /// When it cannot be written, which is a fault of ours.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A method as a label: one that nobody has heard of does not become a series of its own.
fn word(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    known.into_iter().find(|it| *it == method.as_str()).unwrap_or("other")
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

async fn show(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let counted = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    service.metrics.leases.set(counted(service.door.leased(service.now())));
    service.metrics.watchers.set(counted(service.live.watchers()));
    let text = service.metrics.text().map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, OPENMETRICS)).body(text))
}
