//! Bodies that come in: held against a pace, since actix-web waits for the next bytes for ever.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;

use crate::connection::{Pace, Watch};

/// Whether a body came too slowly.
pub(super) type Lateness = Cell<bool>;

/// Watches the body of this request, if it has one, from its first reading on.
pub(super) fn watch(request: &mut ServiceRequest, pace: Pace) -> Rc<Lateness> {
    let late = Rc::new(Lateness::new(false));
    let payload = request.take_payload();
    if !matches!(payload, Payload::None) {
        let watched = Watched { payload, pace, watch: None, late: Rc::clone(&late) };
        request.set_payload(Payload::Stream { payload: Box::pin(watched) });
    }
    late
}

/// A body that is given up when it comes too slowly.
struct Watched {
    payload: Payload,
    pace: Pace,
    watch: Option<Watch>,
    late: Rc<Lateness>,
}

impl Stream for Watched {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let watch = this.watch.get_or_insert_with(|| Watch::new(this.pace));
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                watch.moved(bytes.len());
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => Poll::Ready(end),
            Poll::Pending => watch.poll_late(context).map(|()| {
                this.late.set(true);
                Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into())))
            }),
        }
    }
}
