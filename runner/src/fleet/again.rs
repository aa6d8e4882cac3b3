//! Source safety at harbours: no machine at a target starts while its source runs (the split-brain guard), and the source
//! is started again after a copy or a move that failed.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::event::Outcome;
use domain::observation::Channel;
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::Mode;
use platforms::platform::Platform as _;
use platforms::words::{PowerOp, PowerState, VmRef};

use super::trouble::stop;
use super::watch::Watch;
use super::{Fleet, Harbour};
use crate::driver::StepReport;
use crate::lab::again::{is_end, joined, told};
use crate::lab::layout::SourceKey;
use crate::lab::seen::{Seen, Stop};
use crate::lab::source::{SANITY, SHUTDOWN, SOURCE};

/// Says that a machine that was there already ran when it was found.
const RAN: &str = "ran.json";

/// What is known of sources whose trials come to their ends.
#[derive(Debug, Default)]
pub(super) struct Endings {
    /// Sources of which a trial failed.
    failed: Mutex<BTreeSet<SourceKey>>,
    /// Sources of which a machine at a target may still run: it could not be switched off.
    adrift: Mutex<BTreeSet<SourceKey>>,
}

impl Endings {
    fn has(of: &Mutex<BTreeSet<SourceKey>>, key: &SourceKey) -> bool {
        of.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    fn add(of: &Mutex<BTreeSet<SourceKey>>, key: SourceKey) {
        of.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    }
}

impl Fleet {
    /// The split-brain guard: before a machine is started at a target, its source is off. Two of one machine, with one
    /// hardware address and one disk's worth of identity, would be on one network.
    pub(super) async fn expect_source_off(
        &self,
        harbour: &Harbour,
        key: &SourceKey,
    ) -> Result<(), Stop> {
        let asked = |fault| stop("the split-brain guard asked for the source VM", &fault);
        let vm = self.source_machine(harbour, key).await.map_err(asked)?;
        match harbour.state(&vm).await.map_err(asked)? {
            Some(PowerState::Off) => Ok(()),
            Some(
                PowerState::Running
                | PowerState::Paused
                | PowerState::Suspended
                | PowerState::Changing
                | PowerState::Failed,
            )
            | None => Err(Stop::lab(format!(
                "the split-brain guard: the source VM {} is not off, so the machine at the target was not started. \
                 Switch it off there",
                vm.name
            ))),
        }
    }

    /// Switches a machine at a target off that was looked at in vain. One that may run on keeps its source off.
    pub(super) async fn expect_target_off(&self, harbour: &Harbour, vm: &VmRef, trial: &Trial) {
        if let Err(fault) = harbour.stop(vm).await {
            tracing::warn!(%fault, name = vm.name, "a machine at a target could not be switched off");
            Endings::add(&self.endings.adrift, self.lab().source_key(trial));
        }
    }

    /// Remembers that a machine that was there already ran when it was found.
    pub(super) fn remember_running(&self, key: &SourceKey) {
        self.lab().keep(key, RAN, &true);
    }

    /// After a step of a trial from a harbour: the last trial of a source starts it again, where it is to go on or one of
    /// them failed. Until then the others may need its disk as it is.
    pub(super) async fn source_again(
        &self,
        harbour: &Harbour,
        (trial, step): (&Trial, Step),
        report: StepReport,
    ) -> StepReport {
        if !is_end(step, &report.outcome) {
            return report;
        }
        let key = self.lab().source_key(trial);
        if matches!(report.outcome, Outcome::NotCompleted { .. }) {
            Endings::add(&self.endings.failed, key.clone());
        }
        let is_last = self.lab().on_their_way.one_less(&key);
        let is_wanted =
            self.lab().testbed.mode == Mode::Copy || Endings::has(&self.endings.failed, &key);
        if !is_last || !is_wanted || self.lab().kept_source(&key).is_none() {
            return report;
        }
        joined(report, self.start_again(harbour, &key).await)
    }

    /// Starts the source itself. It goes on where it ran when it was found, and is shut down elsewhere.
    async fn start_again(&self, harbour: &Harbour, key: &SourceKey) -> Result<Seen, Stop> {
        if Endings::has(&self.endings.adrift, key) {
            let words = "the split-brain guard: a machine at a target could not be switched off, so the source VM stays off";
            return Err(Stop::lab(words.to_owned()));
        }
        let vm = self.source_machine(harbour, key).await;
        let vm = vm.map_err(|fault| stop("the source VM", &fault))?;
        let folder = key.folder(self.lab().ledger.folder());
        // From here on its disk is written to: a later run must not take it for what was looked at.
        for name in [SOURCE, SANITY, SHUTDOWN] {
            let _ = std::fs::remove_file(folder.join(name));
        }
        if harbour.state(&vm).await.map_err(|fault| stop("its state", &fault))?
            == Some(PowerState::Off)
        {
            let started = harbour.power(&vm, PowerOp::Start).await;
            started.map_err(|fault| stop("the start", &fault))?;
        }
        let timeouts = self.lab().testbed.timeouts;
        let mut watch = Watch::of(harbour, vm.clone());
        let channel = Channel::SerialConsole;
        let answered = watch.answers(Duration::from_secs(timeouts.boot_s.into())).await;
        let seen = answered.map_err(|stop| stop.seen_as(|seen| told(false, channel, seen)))?;
        let goes_on = self.lab().kept::<bool>(key, RAN).is_some();
        if !goes_on {
            watch.shut_down(Duration::from_secs(timeouts.shutdown_s.into())).await?;
        }
        Ok(told(true, channel, seen))
    }

    async fn source_machine(
        &self,
        harbour: &Harbour,
        key: &SourceKey,
    ) -> platforms::platform::Answered<VmRef> {
        let own = harbour.machine(&key.guest).map(str::to_owned);
        let name = own.unwrap_or_else(|| self.source_berth(harbour, key).name);
        harbour.platform.find(&name).await
    }
}
