//! lettre alone: it gives messages that stand ready to a server, and does nothing else.

use std::net::SocketAddr;

use anyhow::Result;
use lettre::address::Envelope;
use lettre::transport::smtp::client::{AsyncSmtpConnection, SmtpConnection};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;

use crate::clock::timed;

/// As many letters go over one connection; ours has as many.
const LETTERS: usize = 100;

/// Messages of these sizes, each of lines of 76 characters.
pub(super) fn messages(sizes: &[u64]) -> Vec<Vec<u8>> {
    let line = [&[b'x'; 76][..], b"\r\n"].concat();
    let message = |size: &u64| {
        let size = usize::try_from(*size).unwrap_or(0);
        let lines = line.iter().copied().cycle().take(size / line.len() * line.len());
        lines.collect()
    };
    sizes.iter().map(message).collect()
}

fn envelope() -> Result<Envelope> {
    let (from, to) = ("post@portolan.test".parse()?, "reader@example.org".parse()?);
    Ok(Envelope::new(Some(from), vec![to])?)
}

fn hello() -> ClientId {
    ClientId::Domain("here".to_owned())
}

/// As it connects itself: each letter waits for an answer that the other side holds back for 40 ms,
/// since its last line is a small packet of its own. Seconds.
pub(super) fn as_it_connects(server: SocketAddr, messages: &[Vec<u8>]) -> Result<f64> {
    let (envelope, hello) = (envelope()?, hello());
    let (sent, seconds) = timed(|| -> Result<()> {
        for messages in messages.chunks(LETTERS) {
            let mut talk = SmtpConnection::connect(server, None, &hello, None, None)?;
            for message in messages {
                talk.send(&envelope, message)?;
            }
            talk.quit()?;
        }
        Ok(())
    });
    sent.map(|()| seconds)
}

/// Over connections without that delay, which lettre does not make by itself; ours are such. Seconds.
pub(super) fn without_delay(server: SocketAddr, messages: &[Vec<u8>]) -> Result<f64> {
    let (envelope, hello) = (envelope()?, hello());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sent, seconds) = timed(|| {
        runtime.block_on(async {
            for messages in messages.chunks(LETTERS) {
                let stream = TcpStream::connect(server).await?;
                stream.set_nodelay(true)?;
                let mut talk =
                    AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?;
                for message in messages {
                    talk.send(&envelope, message).await?;
                }
                talk.quit().await?;
            }
            anyhow::Ok(())
        })
    });
    sent.map(|()| seconds)
}
