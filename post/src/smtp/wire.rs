//! The bytes between us and a server, below lettre: without delay, bounded, and encrypted in the middle of the talk.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// What an answer may have at most: it is read before it is understood.
const ANSWER_BYTES: usize = 16 * 1024;

/// What carries the bytes.
pub(super) enum Line {
    Clear(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// A line that can be taken back from whoever speaks over it.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Inside>>);

struct Inside {
    line: Option<Line>,
    peer: SocketAddr,
    /// What is read before anything of the line.
    said: &'static [u8],
    /// Bytes read since the last were written.
    read: usize,
}

impl Wire {
    /// `said` is read first, as if the other side had said it.
    pub(super) fn over(line: Line, said: &'static [u8]) -> io::Result<Self> {
        let peer = match &line {
            Line::Clear(stream) => stream.peer_addr()?,
            Line::Encrypted(stream) => stream.get_ref().0.peer_addr()?,
        };
        Ok(Self(Arc::new(Mutex::new(Inside { line: Some(line), peer, said, read: 0 }))))
    }

    /// Takes the line out; whoever still holds the wire finds it closed.
    pub(super) fn take(&self) -> Option<Line> {
        self.inside().line.take()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut inside = self.inside();
        if !inside.said.is_empty() {
            let (now, later) = inside.said.split_at(inside.said.len().min(into.remaining()));
            into.put_slice(now);
            inside.said = later;
            return Poll::Ready(Ok(()));
        }
        if inside.read > ANSWER_BYTES {
            return Poll::Ready(Err(io::Error::other(
                "the answer is longer than an answer may be",
            )));
        }
        let before = into.filled().len();
        let polled = match inside.line.as_mut() {
            Some(Line::Clear(stream)) => Pin::new(stream).poll_read(context, into),
            Some(Line::Encrypted(stream)) => Pin::new(stream.as_mut()).poll_read(context, into),
            None => Poll::Ready(Err(closed())),
        };
        let new = &mut into.filled_mut()[before..];
        inside.read += new.len();
        // An answer is ASCII. A server that writes another language must not make its answer unreadable.
        for byte in new.iter_mut().filter(|it| !it.is_ascii() || **it == 0) {
            *byte = b'?';
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut inside = self.inside();
        inside.read = 0;
        match inside.line.as_mut() {
            Some(Line::Clear(stream)) => Pin::new(stream).poll_write(context, bytes),
            Some(Line::Encrypted(stream)) => Pin::new(stream.as_mut()).poll_write(context, bytes),
            None => Poll::Ready(Err(closed())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.inside().line.as_mut() {
            Some(Line::Clear(stream)) => Pin::new(stream).poll_flush(context),
            Some(Line::Encrypted(stream)) => Pin::new(stream.as_mut()).poll_flush(context),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.inside().line.as_mut() {
            Some(Line::Clear(stream)) => Pin::new(stream).poll_shutdown(context),
            Some(Line::Encrypted(stream)) => Pin::new(stream.as_mut()).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.inside().peer)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Wire(…)")
    }
}
