//! One running VM: started, watched on its console, paused and resumed, shut down or stopped.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use domain::applications::observations;
use domain::event::EvidenceKind;
use domain::facts::GuestFacts;
use domain::observation::{Channel, Observation};
use domain::testbed::Probe;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::console::Console;
use super::qmp::{Qmp, QmpFault};
use crate::driver::Proof;
use crate::ledger::Ledger;
use crate::slots::Claim;
use crate::stopwatch::Stopwatch;
use crate::tool::{argv_proof, bounded};

/// How often the console is looked at.
const GLANCE: Duration = Duration::from_millis(40);
/// How long a VM stays paused to see that it is frozen. Guests tick five times a second.
const FROZEN: Duration = Duration::from_millis(600);
/// Longest wait for a sign of life after resuming.
pub(crate) const THAW: Duration = Duration::from_secs(10);
/// How often the power button is pressed again: a press before the guest listens is lost.
const PRESS_AGAIN: Duration = Duration::from_secs(3);
/// Largest screenshot kept, in bytes.
const LARGEST_SCREENSHOT: u64 = 2 * 1024 * 1024;

/// A running VM. Dropping it ends its process.
#[derive(Debug)]
pub(crate) struct Machine {
    child: Child,
    qmp: Qmp,
    console: Console,
    argv: Vec<String>,
    complaints: Option<JoinHandle<String>>,
    _claim: Claim,
}

/// How a boot ended.
#[derive(Debug)]
pub(crate) enum Boot {
    /// The guest reported its facts.
    Reported(Box<GuestFacts>),
    /// The guest will not report, for this reason.
    Failed(String),
    /// QEMU itself ended abnormally: the lab's trouble, not the product's.
    Died(String),
}

impl Machine {
    /// Starts QEMU with this command line, serial console in this file.
    pub(crate) async fn start(
        ledger: &Ledger,
        argv: Vec<String>,
        serial: &Path,
        claim: Claim,
    ) -> Result<Self, String> {
        let program = argv[0].clone();
        let fault = |error: std::io::Error| {
            format!("`{program}` could not be started: {error}. Is qemu-system-x86 installed?")
        };
        // A prefix gives way to QEMU in the same process: the ledger must know it by both names.
        for name in ["qemu-system-x86_64", &program] {
            ledger.about_to_start(name).map_err(fault)?;
        }
        let mut child = Command::new(&program)
            .args(&argv[1..])
            // Sockets of a VM lie beside its console, and are named from there.
            .current_dir(serial.parent().unwrap_or(Path::new(".")))
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Its own group: Ctrl-C reaches Portolan alone, which then ends its VMs in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(fault)?;
        let complaints = Some(tokio::spawn(bounded(child.stderr.take())));
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("QEMU has no control channel".to_owned());
        };
        match Qmp::connect(input, output).await {
            Ok(qmp) => {
                let console = Console::new(serial);
                Ok(Self { child, qmp, console, argv, complaints, _claim: claim })
            }
            Err(fault) => {
                let _ = child.kill().await;
                let said = match complaints {
                    Some(task) => task.await.unwrap_or_default(),
                    None => String::new(),
                };
                Err(format!("{fault}; it said: {}", last_line(&said)))
            }
        }
    }

    /// Waits until the guest reports, gives up, or its time is over.
    pub(crate) async fn wait_for_facts(&mut self, limit: Duration) -> Boot {
        let clock = Stopwatch::start();
        loop {
            let small = self.console.refresh();
            if let Some(facts) = self.console.facts() {
                return Boot::Reported(Box::new(facts));
            }
            if let Some(reason) = self.console.gave_up(small) {
                return self.failed(reason).await;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return match status.success() {
                    true => Boot::Failed("the guest powered off before it reported".to_owned()),
                    false => Boot::Died(format!("QEMU ended with {status}")),
                };
            }
            if clock.elapsed() > limit {
                return self.failed(format!("no facts within {} s", limit.as_secs())).await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What its applications were asked and replied, where it has printed that.
    pub(crate) fn applications(&self, probes: &[Probe]) -> Vec<Observation> {
        observations(probes, self.console.replies().as_ref())
    }

    /// A boot that failed, unless QEMU stopped the VM itself because the lab's disk failed it.
    async fn failed(&mut self, reason: String) -> Boot {
        match self.qmp.execute("query-status", json!({})).await {
            Ok(answer) if answer["status"] == "running" => Boot::Failed(reason),
            Ok(answer) => {
                let status = answer["status"].as_str().unwrap_or("unknown").to_owned();
                Boot::Died(format!("QEMU stopped the VM ({status}): is the lab's disk full?"))
            }
            Err(fault) => Boot::Died(fault.to_string()),
        }
    }

    /// Pauses the VM, sees that it is frozen, resumes it and sees that it goes on within `thaw`.
    pub(crate) async fn pause_and_resume(
        &mut self,
        thaw: Duration,
    ) -> Result<Vec<Observation>, QmpFault> {
        let (frozen, before) = self.pause().await?;
        let after = self.unpause(before, thaw).await?;
        let forward = i64::try_from(after.unwrap_or(0)).unwrap_or(0)
            - i64::try_from(before.unwrap_or(0)).unwrap_or(0);
        Ok(vec![
            Observation::flag("pause.frozen", frozen, Channel::PlatformApi),
            Observation::flag("pause.resumed", after > before, Channel::SerialConsole),
            Observation::integer("pause.uptime_gap_ms", forward, Channel::SerialConsole),
        ])
    }

    /// Pauses the VM. Whether it is frozen, and its last sign of life.
    pub(crate) async fn pause(&mut self) -> Result<(bool, Option<u64>), QmpFault> {
        self.qmp.execute("stop", json!({})).await?;
        let status = self.qmp.execute("query-status", json!({})).await?;
        tokio::time::sleep(GLANCE).await;
        self.console.refresh();
        let before = self.console.last_tick();
        tokio::time::sleep(FROZEN).await;
        self.console.refresh();
        Ok((status["status"] == "paused" && self.console.last_tick() == before, before))
    }

    /// Resumes it. Its last sign of life, which is a later one as soon as it goes on.
    pub(crate) async fn unpause(
        &mut self,
        before: Option<u64>,
        thaw: Duration,
    ) -> Result<Option<u64>, QmpFault> {
        self.qmp.execute("cont", json!({})).await?;
        Ok(self.tick_after(before, thaw).await)
    }

    /// Whether the guest gives a sign of life within this time.
    pub(crate) async fn ticks_within(&mut self, limit: Duration) -> bool {
        self.console.refresh();
        let before = self.console.last_tick();
        self.tick_after(before, limit).await > before
    }

    async fn tick_after(&mut self, before: Option<u64>, limit: Duration) -> Option<u64> {
        let clock = Stopwatch::start();
        while self.console.last_tick() <= before && clock.elapsed() < limit {
            tokio::time::sleep(GLANCE).await;
            self.console.refresh();
        }
        self.console.last_tick()
    }

    /// Whether the platform says that it runs as it should; none when it does not say.
    pub(crate) async fn is_running(&mut self) -> Option<bool> {
        let answer = self.qmp.execute("query-status", json!({})).await.ok()?;
        answer["status"].as_str().map(|status| status == "running")
    }

    /// Presses the power button until the guest is off; after the limit the plug is pulled.
    ///
    /// An error is QEMU's own trouble: it does not answer, or it died.
    pub(crate) async fn shut_down(&mut self, limit: Duration) -> Result<Vec<Observation>, String> {
        let clock = Stopwatch::start();
        let mut status = None;
        while status.is_none() && clock.elapsed() < limit {
            if let Err(fault @ QmpFault::Silent(_)) =
                self.qmp.execute("system_powerdown", json!({})).await
            {
                self.pull_the_plug().await;
                return Err(format!("{fault}: the VM was ended"));
            }
            let wait = PRESS_AGAIN.min(limit.saturating_sub(clock.elapsed()));
            status = tokio::time::timeout(wait, self.child.wait()).await.ok();
        }
        // Time may have passed unseen, for example while this process was suspended.
        let status = status.and_then(Result::ok).or_else(|| self.child.try_wait().ok().flatten());
        if status.is_none() {
            self.pull_the_plug().await;
        }
        self.console.refresh();
        if let Some(status) = status.filter(|status| !status.success()) {
            return Err(format!("QEMU ended with {status} while the VM was shut down"));
        }
        let graceful = status.is_some() && self.console.said_goodbye();
        let took = i64::try_from(clock.elapsed_ms()).unwrap_or(i64::MAX);
        Ok(vec![
            Observation::flag("shutdown.graceful", graceful, Channel::SerialConsole),
            Observation::flag("shutdown.forced", status.is_none(), Channel::PlatformApi),
            Observation::integer("shutdown.took_ms", took, Channel::PlatformApi),
        ])
    }

    /// Asks QEMU something that is none of the above.
    pub(crate) async fn ask(&mut self, command: &str, with: Value) -> Result<Value, QmpFault> {
        self.qmp.execute(command, with).await
    }

    /// What QEMU says the VM does: `running`, `paused`, `inmigrate`, `postmigrate` and others.
    pub(crate) async fn status(&mut self) -> Result<String, QmpFault> {
        let answer = self.ask("query-status", json!({})).await?;
        Ok(answer["status"].as_str().unwrap_or("unknown").to_owned())
    }

    /// Ends the VM at once.
    pub(crate) async fn pull_the_plug(&mut self) {
        let _ = self.child.kill().await;
    }

    /// What the screen shows, PNG, if it can be had.
    pub(crate) async fn screenshot(&mut self, file: &Path) -> Option<Proof> {
        let with = json!({ "filename": file.to_string_lossy(), "format": "png" });
        self.qmp.execute("screendump", with).await.ok()?;
        let size = tokio::fs::metadata(file).await.ok()?.len();
        let bytes = tokio::fs::read(file).await.ok().filter(|_| size <= LARGEST_SCREENSHOT);
        let _ = tokio::fs::remove_file(file).await;
        bytes.map(|bytes| Proof::new(EvidenceKind::Screenshot, "screen.png", bytes))
    }

    /// The process id, unique among running VMs.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// The last line of QEMU's own complaints among these proofs.
    pub(crate) fn complaint(&self, proofs: &[Proof]) -> String {
        let found = proofs.iter().find(|it| it.kind == EvidenceKind::Stderr);
        let text = found.map(|it| String::from_utf8_lossy(&it.bytes).into_owned());
        last_line(&text.unwrap_or_default()).to_owned()
    }

    /// The last lines of the console, as an observation.
    pub(crate) fn tail(&self) -> Observation {
        Observation::list("console.tail", self.console.tail(), Channel::SerialConsole)
    }

    /// Command line, console and QEMU's own complaints so far.
    pub(crate) async fn proofs(&mut self) -> Vec<Proof> {
        self.console.refresh();
        let mut proofs = vec![
            argv_proof("qemu", &self.argv),
            Proof::new(EvidenceKind::SerialLog, "serial.log", self.console.evidence()),
        ];
        if matches!(self.child.try_wait(), Ok(Some(_)))
            && let Some(task) = self.complaints.take()
            && let Ok(text) = task.await
            && !text.is_empty()
        {
            proofs.push(Proof::new(EvidenceKind::Stderr, "qemu.err", text.as_bytes()));
        }
        proofs
    }
}

/// The last line of a text, for messages.
pub(crate) fn last_line(text: &str) -> &str {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing")
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
