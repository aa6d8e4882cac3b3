//! A mail server that takes letters and keeps none: it answers at once, so that what is measured is the
//! client. A process of its own; each connection has a thread.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Listens for ever, and prints its address first.
pub(crate) fn serve() -> Result<Value> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        // A client that goes away in the middle of a letter is its own affair.
        std::thread::spawn(move || take(stream));
    }
    anyhow::bail!("nobody listens any more")
}

fn take(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::with_capacity(64 << 10, stream.try_clone()?);
    let mut line = Vec::new();
    stream.write_all(b"220 here\r\n")?;
    while next(&mut lines, &mut line)? {
        if line.starts_with(b"DATA") {
            stream.write_all(b"354 go\r\n")?;
            while next(&mut lines, &mut line)? && line != b".\r\n" {}
        }
        stream.write_all(b"250 ok\r\n")?;
    }
    Ok(())
}

fn next(lines: &mut BufReader<TcpStream>, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    Ok(lines.read_until(b'\n', line)? > 0)
}

/// Such a server; it is ended when this is dropped.
pub(super) struct Sink {
    process: Child,
    pub(super) address: SocketAddr,
}

impl Sink {
    pub(super) fn start() -> Result<Self> {
        let task = serde_json::to_string(&crate::large::Task::LettersSink)?;
        let own = std::env::current_exe()?;
        let mut process =
            Command::new(own).arg("--task").arg(task).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let output = process.stdout.take().context("it has no output")?;
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().parse()? })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
