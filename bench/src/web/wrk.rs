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
    /// Paths in turn. `{n}` is replaced by a number that does not come twice.
    pub(super) paths: Vec<String>,
    /// A field of the request, such as `Accept-Encoding: gzip`.
    pub(super) field: Option<&'static str>,
    pub(super) threads: u16,
    pub(super) connections: u16,
    pub(super) seconds: u16,
    /// Where numbers begin.
    pub(super) from: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Done {
    pub(super) requests: f64,
    pub(super) failed: u64,
    pub(super) p99_us: f64,
}

/// Each thread takes numbers of its own; a single fixed path is left to wrk itself.
const SCRIPT: &str = r#"
local count = 0
function setup(thread)
  count = count + 1
  thread:set("place", count - 1)
end
function init(args)
  local from, threads = tonumber(args[1]), tonumber(args[2])
  number, stride, paths, turn = from + place, threads, {}, place
  for i = 3, #args do paths[#paths + 1] = args[i] end
  made = {}
  for i, path in ipairs(paths) do made[i] = wrk.format("GET", path) end
  if #paths > 1 or paths[1]:find("{n}", 1, true) then
    request = function()
      turn = turn + 1
      local i = (turn - 1) % #paths + 1
      local at = paths[i]:find("{n}", 1, true)
      if not at then return made[i] end
      number = number + stride
      return wrk.format("GET", paths[i]:sub(1, at - 1) .. number .. paths[i]:sub(at + 3))
    end
  else
    wrk.path = paths[1]
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
        Self { paths, field: None, threads: 2, connections: 32, seconds, from: 0 }
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
        command.args([self.from.to_string(), self.threads.to_string()]).args(&self.paths);
        let output = command.output().context("cannot run wrk: apt-get install wrk")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().rev().find(|it| it.starts_with('{'));
        let complaint = String::from_utf8_lossy(&output.stderr);
        let done: Done = serde_json::from_str(last.with_context(|| complaint.into_owned())?)?;
        ensure!(done.requests > 0.0, "nothing was answered: {said}");
        Ok(done)
    }
}
