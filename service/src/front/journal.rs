//! One line in the log for each request, and its counts: how it was answered, never who asked, nor for
//! which thing by name.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderName;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use tokio::time::Instant;

use crate::service::Service;

/// The route of what belongs to none.
const NO_ROUTE: &str = "none";

/// Set by those who are ready to wait: that their answer comes late is no news.
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// A request, from its head to the end of its answer. Told when it is dropped, whichever way that
/// came about.
pub(super) struct Entry {
    service: Data<Service>,
    method: Method,
    began: Instant,
    is_patient: bool,
    answered: Option<Answered>,
    bytes: u64,
}

struct Answered {
    route: String,
    status: StatusCode,
    after: Duration,
}

impl Entry {
    /// A request begins.
    pub(super) fn begin(request: &ServiceRequest, service: Data<Service>) -> Self {
        service.metrics.under_way.inc();
        let is_patient = request.headers().contains_key(PREFER);
        let method = request.method().clone();
        Self { service, method, began: Instant::now(), is_patient, answered: None, bytes: 0 }
    }

    /// Its answer begins.
    pub(super) fn answered(&mut self, route: Option<String>, status: StatusCode) {
        let route = route.unwrap_or_else(|| NO_ROUTE.to_owned());
        self.answered = Some(Answered { route, status, after: self.began.elapsed() });
    }

    /// The answer's body, counted as it is sent.
    pub(super) fn follow(self, body: impl MessageBody + 'static) -> BoxBody {
        BoxBody::new(Followed { body: body.boxed(), entry: self })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let metrics = &self.service.metrics;
        metrics.under_way.dec();
        let (method, bytes) = (self.method.as_str(), self.bytes);
        let Some(Answered { route, status, after }) = &self.answered else {
            tracing::info!(target: "portolan::request", method, "left before its answer");
            return;
        };
        metrics.count(&self.method, route, *status, *after);
        let (status, ms, total_ms) =
            (status.as_u16(), millis(*after), millis(self.began.elapsed()));
        if *after > self.service.settings.limits.slow && !self.is_patient {
            tracing::warn!(
                target: "portolan::request", method, route, status, ms, total_ms, bytes, "slow"
            );
        } else {
            tracing::info!(
                target: "portolan::request", method, route, status, ms, total_ms, bytes, "answered"
            );
        }
    }
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}

struct Followed {
    body: BoxBody,
    entry: Entry,
}

impl MessageBody for Followed {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let next = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            self.entry.bytes += bytes.len() as u64;
        }
        next
    }
}
