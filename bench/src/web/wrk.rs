//! wrk: the same load for everybody.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// What is asked for, and how hard.
#[derive(Debug, Clone)]
pub(super) struct Load {
    /// Paths in turn.
    pub(super) paths: Vec<String>,
    /// A field of the request, such as `Accept-Encoding: gzip`.
    pub(super) field: Option<&'static str>,
    pub(super) threads: u16,
    pub(super) connections: u16,
    pub(super) seconds: u16,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Done {
    pub(super) requests: f64,
    pub(super) failed: u64,
    pub(super) p99_us: f64,
}

/// A single path is left to wrk itself; of several, each thread begins with another.
const SCRIPT: &str = r#"
local count = 0
function setup(thread)
  count = count + 1
  thread:set("place", count - 1)
end
function init(paths)
  wrk.path = paths[1]
  if #paths > 1 then
    local made, turn = {}, place
    for i, path in ipairs(paths) do made[i] = wrk.format("GET", path) end
    request = function()
      turn = turn + 1
      return made[(turn - 1) % #made + 1]
    end
  end
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\n{"requests":%d,"failed":%d,"p99_us":%d}\n', summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99)))
end
"#;

impl Load {
    /// One fixed path, from two threads over connections that are kept.
    pub(super) fn of(path: impl Into<String>, seconds: u16) -> Self {
        let paths = vec![path.into()];
        Self { paths, field: None, threads: 2, connections: 32, seconds }
    }

    /// Puts it on a server.
    pub(super) fn put_on(&self, address: SocketAddr, folder: &Path) -> Result<Done> {
        let script = folder.join("wrk.lua");
        fs::write(&script, SCRIPT)?;
        let mut command = Command::new("wrk");
        command
            .args(["-t", &self.threads.to_string(), "-c", &self.connections.to_string()])
            .args(["-d", &format!("{}s", self.seconds), "--timeout", "10s", "-s"])
            .arg(&script);
        if let Some(field) = self.field {
            command.args(["-H", field]);
        }
        command.arg(format!("http://{address}/")).arg("--");
        command.args(&self.paths);
        let output = command.output().context("cannot run wrk: apt-get install wrk")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().rev().find(|it| it.starts_with('{'));
        let complaint = String::from_utf8_lossy(&output.stderr);
        let done: Done = serde_json::from_str(last.with_context(|| complaint.into_owned())?)?;
        ensure!(done.requests > 0.0, "nothing was answered: {said}");
        Ok(done)
    }
}
