//! A machine that is watched by what its driver tells: facts and signs of life on its console, pauses, the power button.

use std::time::Duration;

use domain::applications::observations;
use domain::event::EvidenceKind;
use domain::facts::GuestFacts;
use domain::observation::{Channel, Observation};
use domain::testbed::Probe;
use platforms::platform::Platform as _;
use platforms::words::{Capability, FaultClass, JobState, PowerOp, PowerState, VmRef};

use super::Harbour;
use super::trouble::stop;
use crate::driver::Proof;
use crate::lab::console::Console;
use crate::lab::seen::{Seen, Stop};
use crate::stopwatch::Stopwatch;

/// How often the console is asked for.
const GLANCE: Duration = Duration::from_millis(500);
/// How long a machine stays paused to see that it is frozen. Guests of the lab tick five times a second.
const FROZEN: Duration = Duration::from_millis(600);
/// Longest wait for a sign of life after resuming.
const THAW: Duration = Duration::from_secs(10);
/// How often the power button is pressed again: a press before the guest listens is lost.
const PRESS_AGAIN: Duration = Duration::from_secs(3);

/// A machine under watch.
pub(crate) struct Watch<'a> {
    harbour: &'a Harbour,
    vm: VmRef,
    console: Console,
}

/// How a boot ended.
enum Boot {
    Reported(Box<GuestFacts>),
    Failed(String),
}

impl<'a> Watch<'a> {
    pub(crate) fn of(harbour: &'a Harbour, vm: VmRef) -> Self {
        Self { harbour, vm, console: Console::elsewhere() }
    }

    /// Waits for the guest's facts and what its applications say, then pauses and resumes the machine. One that does
    /// not report is switched off.
    pub(super) async fn look(&mut self, limit: Duration, probes: &[Probe]) -> Result<Seen, Stop> {
        let mut seen = Seen::default();
        match self.boot(limit).await? {
            Boot::Reported(facts) => {
                seen.observations.extend(facts.observations());
                let replies = self.console.replies();
                seen.observations.extend(observations(probes, replies.as_ref()));
                let paused = self.pause_and_resume().await;
                seen.observations.extend(paused.map_err(|stop| stop.after(seen.clone()))?);
                seen.proofs.push(self.serial());
                Ok(seen)
            }
            Boot::Failed(reason) => Err(self.given_up(reason).await),
        }
    }

    /// Waits for the guest's report and nothing else; the machine runs on. One that does not report is switched off.
    pub(crate) async fn answers(&mut self, limit: Duration) -> Result<Seen, Stop> {
        match self.boot(limit).await? {
            Boot::Reported(_) => Ok(Seen { observations: Vec::new(), proofs: vec![self.serial()] }),
            Boot::Failed(reason) => Err(self.given_up(reason).await),
        }
    }

    /// A machine that does not report is switched off.
    async fn given_up(&self, reason: String) -> Stop {
        let reached = Observation::flag("boot.reached", false, Channel::SerialConsole);
        let tail = Observation::list("console.tail", self.console.tail(), Channel::SerialConsole);
        let seen = Seen { observations: vec![reached, tail], proofs: vec![self.serial()] };
        match self.harbour.stop(&self.vm).await {
            Ok(()) => Stop::product(reason, seen),
            Err(fault) => stop("it could not be switched off", &fault).after(seen),
        }
    }

    async fn boot(&mut self, limit: Duration) -> Result<Boot, Stop> {
        let clock = Stopwatch::start();
        loop {
            let before = self.console.heard();
            let small = self.listen().await?;
            if let Some(facts) = self.console.facts() {
                return Ok(Boot::Reported(Box::new(facts)));
            }
            if let Some(reason) = self.console.gave_up(small) {
                return Ok(Boot::Failed(reason));
            }
            if self.console.heard() == before
                && let Some(reason) = self.ended().await?
            {
                return Ok(Boot::Failed(reason));
            }
            if clock.elapsed() > limit {
                return Ok(Boot::Failed(format!("no facts within {} s", limit.as_secs())));
            }
            self.harbour.sleep(GLANCE).await;
        }
    }

    /// Why a machine whose console is silent will not go on, if it will not.
    async fn ended(&self) -> Result<Option<String>, Stop> {
        let state = self.harbour.state(&self.vm).await;
        match state.map_err(|fault| stop("its state", &fault))? {
            Some(PowerState::Off) => {
                Ok(Some("the guest powered off before it reported".to_owned()))
            }
            Some(PowerState::Failed) => {
                Err(Stop::lab("the platform lost the machine while it ran".to_owned()))
            }
            Some(
                PowerState::Running
                | PowerState::Paused
                | PowerState::Suspended
                | PowerState::Changing,
            )
            | None => Ok(None),
        }
    }

    /// Reads the console. False when the guest has said more than a guest may.
    async fn listen(&mut self) -> Result<bool, Stop> {
        match self.harbour.platform.console(&self.vm).await {
            Ok(text) => Ok(self.console.hear(text)),
            // Nothing was printed yet.
            Err(fault) if fault.class == FaultClass::NotFound => Ok(true),
            Err(fault) if fault.words.contains("is too long") => Ok(false),
            Err(fault) => Err(stop("its console", &fault)),
        }
    }

    /// Pauses and resumes; nothing where the driver cannot: then it is not observed.
    async fn pause_and_resume(&mut self) -> Result<Vec<Observation>, Stop> {
        let can = |op| self.harbour.platform.capabilities().has(Capability::Power(op));
        if !can(PowerOp::Pause) || !can(PowerOp::Unpause) {
            return Ok(Vec::new());
        }
        let (frozen, before) = self.pause().await?;
        let after = self.unpause(before).await?;
        let number = |tick: Option<u64>| i64::try_from(tick.unwrap_or(0)).unwrap_or(0);
        let forward = number(after) - number(before);
        Ok(vec![
            Observation::flag("pause.frozen", frozen, Channel::PlatformApi),
            Observation::flag("pause.resumed", after > before, Channel::SerialConsole),
            Observation::integer("pause.uptime_gap_ms", forward, Channel::SerialConsole),
        ])
    }

    /// Pauses the machine. Whether it is frozen, and its last sign of life.
    pub(crate) async fn pause(&mut self) -> Result<(bool, Option<u64>), Stop> {
        let refused = |fault| stop("the pause", &fault);
        self.harbour.power(&self.vm, PowerOp::Pause).await.map_err(refused)?;
        let paused = self.harbour.state(&self.vm).await.map_err(refused)?;
        self.listen().await?;
        let before = self.console.last_tick();
        self.harbour.sleep(FROZEN).await;
        self.listen().await?;
        Ok((paused == Some(PowerState::Paused) && self.console.last_tick() == before, before))
    }

    /// Resumes it. Its last sign of life, which is a later one as soon as it goes on.
    pub(crate) async fn unpause(&mut self, before: Option<u64>) -> Result<Option<u64>, Stop> {
        let resumed = self.harbour.power(&self.vm, PowerOp::Unpause).await;
        resumed.map_err(|fault| stop("the resume", &fault))?;
        self.tick_after(before).await
    }

    /// Whether the guest gives a sign of life.
    pub(crate) async fn ticks(&mut self) -> Result<bool, Stop> {
        self.listen().await?;
        let before = self.console.last_tick();
        Ok(self.tick_after(before).await? > before)
    }

    async fn tick_after(&mut self, before: Option<u64>) -> Result<Option<u64>, Stop> {
        let clock = Stopwatch::start();
        while self.console.last_tick() <= before && clock.elapsed() < THAW {
            self.harbour.sleep(GLANCE).await;
            self.listen().await?;
        }
        Ok(self.console.last_tick())
    }

    /// Presses the power button until the machine is off; after the limit the plug is pulled.
    pub(crate) async fn shut_down(&mut self, limit: Duration) -> Result<Seen, Stop> {
        let clock = Stopwatch::start();
        let mut off = false;
        while !off && clock.elapsed() < limit {
            let wait = PRESS_AGAIN.min(limit.saturating_sub(clock.elapsed()));
            off = self.press(wait).await?;
        }
        if !off {
            let pulled = self.harbour.stop(&self.vm).await;
            pulled.map_err(|fault| stop("it could not be switched off", &fault))?;
        }
        let took = i64::try_from(clock.elapsed_ms()).unwrap_or(i64::MAX);
        self.listen().await?;
        let graceful = off && self.console.said_goodbye();
        let observations = vec![
            Observation::flag("shutdown.graceful", graceful, Channel::SerialConsole),
            Observation::flag("shutdown.forced", !off, Channel::PlatformApi),
            Observation::integer("shutdown.took_ms", took, Channel::PlatformApi),
        ];
        Ok(Seen { observations, proofs: vec![self.serial()] })
    }

    /// Presses once, and says whether the machine is off before the time is over.
    async fn press(&self, wait: Duration) -> Result<bool, Stop> {
        let failed = |fault| stop("the shutdown", &fault);
        let clock = Stopwatch::start();
        let job = match self.harbour.platform.power(&self.vm, PowerOp::ShutdownGraceful).await {
            Ok(job) => job,
            // It went off by itself, or is busy with the last press.
            Err(fault) if fault.class == FaultClass::Conflict => {
                self.harbour.sleep(GLANCE.min(wait)).await;
                return Ok(
                    self.harbour.state(&self.vm).await.map_err(failed)? == Some(PowerState::Off)
                );
            }
            Err(fault) => return Err(failed(fault)),
        };
        loop {
            match self.harbour.platform.poll(&job).await.map_err(failed)? {
                JobState::Done => return Ok(true),
                JobState::Failed(fault) => {
                    return Err(Stop::lab(format!("the shutdown: {}", fault.words)));
                }
                JobState::Running(_) if clock.elapsed() >= wait => return Ok(false),
                JobState::Running(_) => self.harbour.sleep(GLANCE.min(wait)).await,
            }
        }
    }

    fn serial(&self) -> Proof {
        Proof::new(EvidenceKind::SerialLog, "serial.log", self.console.evidence())
    }
}
