//! Bodies that come in: held against a pace, since actix-web waits for the next bytes for ever.

use std::cell::Cell;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, timeout_at};

use crate::connection::{Pace, Watch};

/// How the body of a request comes along.
#[derive(Debug)]
pub(super) struct Arrival {
    /// It came too slowly, and was given up.
    is_late: Cell<bool>,
    /// When its last bytes came; when the request began if it has none.
    moved: Cell<Instant>,
}

impl Arrival {
    /// Whether the body was given up.
    pub(super) fn is_late(&self) -> bool {
        self.is_late.get()
    }

    /// Waits for an answer: so long, counted from the last bytes that came. A large body on a slow line
    /// is not what the handler is to blame for. Nothing when it took too long.
    pub(super) async fn in_time<T>(
        &self,
        answer: impl Future<Output = T>,
        most: Duration,
    ) -> Option<T> {
        let mut answer = pin!(answer);
        loop {
            let until = self.moved.get() + most;
            match timeout_at(until, &mut answer).await {
                Ok(answer) => return Some(answer),
                Err(_) if self.moved.get() + most > until => {}
                Err(_) => return None,
            }
        }
    }
}

/// Watches the body of this request, if it has one, from its first reading on.
pub(super) fn watch(request: &mut ServiceRequest, pace: Pace) -> Rc<Arrival> {
    let moved = Cell::new(Instant::now());
    let arrival = Rc::new(Arrival { is_late: Cell::new(false), moved });
    let payload = request.take_payload();
    if !matches!(payload, Payload::None) {
        let watched = Watched { payload, pace, watch: None, arrival: Rc::clone(&arrival) };
        request.set_payload(Payload::Stream { payload: Box::pin(watched) });
    }
    arrival
}

/// A body that is given up when it comes too slowly.
struct Watched {
    payload: Payload,
    pace: Pace,
    watch: Option<Watch>,
    arrival: Rc<Arrival>,
}

impl Stream for Watched {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let watch = this.watch.get_or_insert_with(|| Watch::new(this.pace));
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                watch.moved(bytes.len());
                this.arrival.moved.set(Instant::now());
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => Poll::Ready(end),
            Poll::Pending => watch.poll_late(context).map(|()| {
                this.arrival.is_late.set(true);
                Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into())))
            }),
        }
    }
}
