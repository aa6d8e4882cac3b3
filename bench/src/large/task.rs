//! A task of a process of its own: started with its description, answering with one JSON object.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{appending, opening, proving, reading};
use crate::event::Shape;
use crate::{letters, views};

/// What such a process does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Makes a log of so many events, in batches of 1024, and closes it.
    Load { store: PathBuf, events: u64, shape: Shape },
    /// Opens a log.
    Open { store: PathBuf },
    /// Appends until it is killed, and prints the head after each append.
    Append { store: PathBuf },
    /// Appends so many single events.
    Single { store: PathBuf, events: u64 },
    /// Scans and decodes a log, and a plain file of its lines, in turn.
    Read { store: PathBuf, plain: PathBuf, times: u32 },
    /// Verifies a log, and hashes a plain file of its lines, in turn.
    Verify { store: PathBuf, plain: PathBuf, times: u32 },
    /// Proves the inclusion of so many events.
    Prove { store: PathBuf, proofs: u64 },
    /// Submits all events again.
    Resubmit { store: PathBuf, events: u64 },
    /// Records campaigns of so many steps.
    ViewsLoad { store: PathBuf, steps: u64 },
    /// Rebuilds every projection, and scans the log, in turn.
    ViewsRebuild { store: PathBuf, times: u32 },
    /// Shows a matrix and a difference.
    ViewsShow { store: PathBuf, times: u32 },
    /// Projects so many made-up steps.
    ViewsGrow { steps: u64 },
    /// Takes letters for ever, and keeps none.
    LettersSink,
}

impl Task {
    /// Carries it out in this process.
    pub(crate) fn run(self) -> Result<Value> {
        match self {
            Task::Load { store, events, shape } => appending::load(&store, events, shape),
            Task::Open { store } => opening::open(&store),
            Task::Append { store } => opening::append_for_ever(&store),
            Task::Single { store, events } => appending::single(&store, events),
            Task::Read { store, plain, times } => reading::scan(&store, &plain, times),
            Task::Verify { store, plain, times } => proving::verify(&store, &plain, times),
            Task::Prove { store, proofs } => proving::prove(&store, proofs),
            Task::Resubmit { store, events } => appending::resubmit(&store, events),
            Task::ViewsLoad { store, steps } => views::load(&store, steps),
            Task::ViewsRebuild { store, times } => views::rebuild(&store, times),
            Task::ViewsShow { store, times } => views::show(&store, times),
            Task::ViewsGrow { steps } => views::grow(steps),
            Task::LettersSink => letters::serve(),
        }
    }

    /// This program, told to carry it out.
    pub(super) fn arguments(&self) -> Result<[String; 3]> {
        let program = std::env::current_exe()?.display().to_string();
        Ok([program, "--task".to_owned(), serde_json::to_string(self)?])
    }
}

/// Has a task carried out by another process.
pub(crate) fn call(task: &Task) -> Result<Value> {
    let [program, option, task] = task.arguments()?;
    let output = Command::new(program).args([option, task.clone()]).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{task}: {complaint}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// A number of an answer.
pub(crate) fn field(answer: &Value, name: &str) -> Result<f64> {
    answer[name].as_f64().with_context(|| format!("no number `{name}` in {answer}"))
}
