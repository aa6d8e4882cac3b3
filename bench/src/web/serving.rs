//! The service as its users run it: a process of its own over a store, stopped by its id.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use super::connection::{Connection, get};
use crate::clock::Stopwatch;

/// Longest that a start may take: it reads the whole log.
const PATIENCE_S: f64 = 600.0;

/// A running service; it is stopped when this is dropped.
pub(super) struct Serving {
    process: Child,
    log: PathBuf,
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// How long it took until it answered, in seconds.
    pub(super) started_s: f64,
}

impl Serving {
    /// Starts one over a store.
    pub(super) fn start(program: &Path, store: &Path, workers: u16) -> Result<Self> {
        let (address, clock) = (free_address()?, Stopwatch::start());
        let log = store.with_extension("messages");
        let messages = File::create(&log)?;
        let process = Command::new(program)
            .arg("--store")
            .arg(store)
            // As nginx is compared with: no line for each request.
            .args([
                "--log",
                "warn",
                "serve",
                "--listen",
                &address.to_string(),
                "--workers",
                &workers.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(messages.try_clone()?)
            .stderr(messages)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut serving = Self { process, log, address, started_s: 0.0 };
        while !answers(address) {
            let over = serving.process.try_wait()?;
            ensure!(over.is_none(), "the service has ended: {}", serving.last_words());
            ensure!(clock.seconds() < PATIENCE_S, "it does not start: {}", serving.last_words());
            std::thread::sleep(Duration::from_millis(20));
        }
        serving.started_s = clock.seconds();
        Ok(serving)
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The end of what it has said.
    pub(super) fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// A page as bytes, with these fields in the request.
    pub(super) fn page(&self, path: &str, fields: &str) -> Result<Vec<u8>> {
        let answer = Connection::open(self.address)?.ask(&get(path, fields))?;
        let words = String::from_utf8_lossy(&answer.body).chars().take(200).collect::<String>();
        ensure!(answer.status == 200, "{path} is answered with {}: {words}", answer.status);
        Ok(answer.body)
    }

    /// Stops it as an administrator does; it has to end by itself.
    pub(super) fn stop(mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.process), Signal::TERM)?;
        let clock = Stopwatch::start();
        while self.process.try_wait()?.is_none() {
            if clock.seconds() > 60.0 {
                bail!("the service does not stop");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(std::fs::remove_file(&self.log)?)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether it is ready; a service that does not tell is ready when it lives.
fn answers(address: SocketAddr) -> bool {
    let status = |path| -> Result<u16> {
        Ok(Connection::open(address)?.ask(&get(path, "Connection: close\r\n"))?.status)
    };
    match status("/readyz") {
        Ok(404) => status("/healthz").is_ok_and(|it| it == 200),
        ready => ready.is_ok_and(|it| it == 200),
    }
}

/// A port of loopback that nobody listens at.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
