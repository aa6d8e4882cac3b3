//! Opening a log again: after a clean stop, and after its process was killed while it appended.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use store::{DiskLog, EventLog as _};

use super::task::{Task, call, field};
use crate::clock::timed;
use crate::event::{Shape, entries};
use crate::peers::portolan::{decision, settings};

/// Opens the log.
pub(super) fn open(store: &Path) -> Result<Value> {
    let (log, seconds) = timed(|| DiskLog::open(store, &settings()));
    Ok(json!({ "seconds": seconds, "head": log?.head() }))
}

/// Appends batches of 1024 for ever, and tells the head after each.
pub(super) fn append_for_ever(store: &Path) -> Result<Value> {
    let log = DiskLog::open(store, &settings())?;
    loop {
        let head = log.head();
        let decisions = entries(head..head + 1024, Shape::Short).iter().map(decision).collect();
        log.append_all(decisions).into_iter().collect::<Result<Vec<_>, _>>()?;
        writeln!(std::io::stdout(), "{}", log.head())?;
    }
}

/// What was acknowledged before a process was killed.
pub(super) struct Survived(u64);

impl Survived {
    /// Holds the log against it.
    pub(super) fn check(&self, store: &Path) -> Result<()> {
        let head = field(&call(&Task::Open { store: store.to_owned() })?, "head")?;
        ensure!(head >= self.0 as f64, "{} events were acknowledged, {head} are there", self.0);
        Ok(())
    }
}

/// Lets a process append for a second or more, another while each time, and kills it.
pub(super) fn append_and_kill(store: &Path, time: u32) -> Result<Survived> {
    let [program, option, task] = Task::Append { store: store.to_owned() }.arguments()?;
    let mut child = Command::new(program).args([option, task]).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("no output")?;
    let told = std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        lines.filter_map(|line| line.parse().ok()).last()
    });
    std::thread::sleep(Duration::from_millis(1000 + u64::from(time) * 137));
    child.kill()?;
    child.wait()?;
    let head = told.join().ok().flatten().context("nothing was acknowledged within a second")?;
    Ok(Survived(head))
}
