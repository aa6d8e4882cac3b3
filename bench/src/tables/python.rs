//! DuckDB and pandas: processes that read the file, and are then asked line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::contest::{Contestant, Rows};

/// What they run.
const SCRIPT: &str = include_str!("../../peers-python/tables.py");

/// One engine with one task.
pub(super) struct Python {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    task: &'static str,
}

impl Python {
    /// Starts an engine and waits until it has read the file.
    pub(super) fn start(
        python: &Path,
        engine: &str,
        file: &Path,
        task: &'static str,
    ) -> Result<Self> {
        let mut command = Command::new(python);
        command.args(["-c", SCRIPT, engine]).arg(file);
        // One thread, as everybody has.
        for pool in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
            command.env(pool, "1");
        }
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot start {}", python.display()))?;
        let ask = child.stdin.take().context("no standard input")?;
        let answers = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut started = Self { child, ask, answers, task };
        let ready = started.line().with_context(|| format!("{engine} does not start"))?;
        ensure!(ready == "ready", "{engine} says {ready:?}");
        Ok(started)
    }

    fn ask(&mut self, verb: &str) -> Result<String> {
        writeln!(self.ask, "{verb} {}", self.task)?;
        self.ask.flush()?;
        self.line()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.answers.read_line(&mut line)? > 0, "it ended");
        Ok(line.trim_end().to_owned())
    }
}

impl Contestant for Python {
    fn run(&mut self) -> Result<f64> {
        Ok(self.ask("run")?.parse()?)
    }

    fn tell(&mut self) -> Result<Rows> {
        Ok(serde_json::from_str(&self.ask("tell")?)?)
    }
}

/// It ends with the benchmark, whatever happens.
impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
