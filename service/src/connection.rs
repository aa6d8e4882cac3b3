//! A connection that is watched: whoever does not read what it asked for is let go.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::peers::Place;

/// How fast something must move: so many bytes in each window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The least that moves in a window, in bytes.
    pub bytes: usize,
    /// How long a window is.
    pub window: Duration,
}

/// Holds something against a pace while it is waited for.
#[derive(Debug)]
pub(crate) struct Watch {
    pace: Pace,
    moved: usize,
    until: Pin<Box<Sleep>>,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, moved: 0, until: Box::pin(sleep(pace.window)) }
    }

    /// So many bytes have moved.
    pub(crate) fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes);
    }

    /// Ready when a window has passed in which too little moved.
    pub(crate) fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.until.as_mut().poll(context));
            if self.moved < self.pace.bytes {
                return Poll::Ready(());
            }
            self.moved = 0;
            self.until = Box::pin(sleep_until(Instant::now() + self.pace.window));
        }
    }
}

/// A connection as it was accepted, below TLS. Actix holds a request's head against a time; what is
/// held here is the other half: bytes that we have for somebody who does not take them.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    pace: Pace,
    owed: Option<Watch>,
    _place: Place,
}

impl Connection {
    /// Watches this stream, which keeps its place until it is closed.
    pub(crate) fn new(stream: TcpStream, pace: Pace, place: Place) -> Self {
        Self { stream, pace, owed: None, _place: place }
    }

    /// Who is at the other end of the socket.
    pub(crate) fn peer(stream: &TcpStream) -> Option<IpAddr> {
        stream.peer_addr().ok().map(|it| it.ip())
    }

    /// The address of the other end, when it still has one.
    pub(crate) fn socket(&self) -> Option<std::net::SocketAddr> {
        self.stream.peer_addr().ok()
    }

    /// What a write came to, held against the pace.
    fn judge(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.owed.iter_mut().for_each(|it| it.moved(bytes));
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let pace = self.pace;
                let owed = self.owed.get_or_insert_with(|| Watch::new(pace));
                owed.poll_late(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.judge(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // Whoever flushes has written everything: nothing is owed any more.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.owed = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
