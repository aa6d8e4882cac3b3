//! Runs a tool: exact argv, bounded time, bounded output, nothing left when it is stopped.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use domain::event::EvidenceKind;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::driver::Proof;
use crate::ledger::Ledger;

/// Most bytes kept of what a tool prints on one stream; the rest is read and dropped.
pub(crate) const MOST_OUTPUT: usize = 64 * 1024;

/// A tool that ran to its end.
#[derive(Debug)]
pub(crate) struct ToolRun {
    pub(crate) argv: Vec<String>,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Why a tool did not run to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolFault {
    #[error("`{program}` could not be started: {source}. Is its package installed?")]
    NotStarted { program: String, source: std::io::Error },
    #[error("`{program}` did not end within {seconds} s and was stopped")]
    TimedOut { program: String, seconds: u64 },
    #[error("`{program}` could not be waited for: {source}")]
    Lost { program: String, source: std::io::Error },
}

impl ToolRun {
    /// Whether it said that all went well.
    pub(crate) fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// Lines it complained with.
    pub(crate) fn complaints(&self) -> usize {
        self.stderr.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// Its command line and output as proofs; empty output is left out.
    pub(crate) fn proofs(&self, name: &str) -> Vec<Proof> {
        let mut proofs = vec![argv_proof(name, &self.argv)];
        for (kind, ending, text) in [
            (EvidenceKind::Stdout, "out", &self.stdout),
            (EvidenceKind::Stderr, "err", &self.stderr),
        ] {
            if !text.is_empty() {
                proofs.push(Proof::new(kind, &format!("{name}.{ending}"), text.as_bytes()));
            }
        }
        proofs
    }
}

/// A command line as proof, one argument a line.
pub(crate) fn argv_proof(name: &str, argv: &[String]) -> Proof {
    Proof::new(EvidenceKind::Argv, &format!("{name}.argv"), argv.join("\n").as_bytes())
}

/// Runs a tool in a folder, after writing it down in the ledger.
pub(crate) async fn run(
    ledger: &Ledger,
    folder: &Path,
    argv: Vec<String>,
    limit: Duration,
) -> Result<ToolRun, ToolFault> {
    let program = argv.first().cloned().unwrap_or_default();
    let not_started = |source| ToolFault::NotStarted { program: program.clone(), source };
    let lost = |source| ToolFault::Lost { program: program.clone(), source };
    ledger.about_to_start(&program).map_err(not_started)?;
    let mut child = Command::new(&program)
        .args(&argv[1..])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Its own group: Ctrl-C reaches Portolan alone, and a script ends with all it started.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(not_started)?;
    let group = Group::of(&child);
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let all = async { tokio::join!(child.wait(), bounded(out), bounded(err)) };
    let ended = tokio::time::timeout(limit, all).await;
    let Ok((status, stdout, stderr)) = ended else {
        child.kill().await.map_err(lost)?;
        return Err(ToolFault::TimedOut { program, seconds: limit.as_secs() });
    };
    group.ended();
    Ok(ToolRun { status: status.map_err(lost)?, argv, stdout, stderr })
}

/// A tool and whatever it started; ended together when it is given up.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// The tool came to its end by itself.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Reads a stream to its end and keeps its beginning.
pub(crate) async fn bounded(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else {
        return String::new();
    };
    let mut kept = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let room = MOST_OUTPUT.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&buffer[..room]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
