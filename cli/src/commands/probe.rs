//! `portolan serve --is-ready`: the question of a container's health check, where there is no other
//! program to ask it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context as _;

use crate::exit::Exit;

/// How long each part of the answer may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// Longest answer that is read, in bytes.
const LONGEST: u64 = 16 * 1024;

/// Whether the service at this address is ready.
pub(super) fn is_ready(address: SocketAddr) -> Result<(), Exit> {
    let answer = ask(address).with_context(|| format!("nobody answers at {address}"));
    let answer = answer.map_err(Exit::Lab)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    let why = answer.rsplit("\r\n\r\n").next().unwrap_or_default();
    Err(Exit::wrong(format!("the service at {address} is not ready: {why}")))
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
