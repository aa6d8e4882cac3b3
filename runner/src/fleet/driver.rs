//! The driver of a testbed's whole fleet of platforms: each step is done where its platform is, at a harbour or in the
//! embedded lab.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ids::PlatformId;
use domain::plan::Trial;
use domain::step::Step;
use platforms::words::VmRef;
use tokio::sync::OnceCell;

use super::again::Endings;
use super::{Hailed, Harbour, Moorings};
use crate::driver::{Driver, StepReport};
use crate::lab::QemuLab;
use crate::lab::acts::Lab;
use crate::lab::layout::SourceKey;
use crate::lab::seen::report;
use crate::slots::Claim;
use crate::stopwatch::Stopwatch;

/// The embedded lab and the harbours of a testbed.
pub struct Fleet {
    qemu: QemuLab,
    pub(crate) harbours: BTreeMap<PlatformId, Harbour>,
    /// Platforms that could not be set up; only a look goes on without them.
    pub(super) out_of_reach: Vec<Hailed>,
    /// What each platform said when it was first asked, for a look.
    pub(super) hailed: OnceCell<Vec<Hailed>>,
    pub(super) moorings: Moorings,
    /// Sources that run, with what of the lab's share they have.
    pub(super) running: tokio::sync::Mutex<BTreeMap<SourceKey, (VmRef, Claim)>>,
    pub(super) endings: Endings,
}

impl Fleet {
    /// A lab that was made just now, and the harbours beside it.
    #[must_use]
    pub fn new(mut qemu: QemuLab, harbours: BTreeMap<PlatformId, Harbour>) -> Self {
        let moorings = Moorings::of(qemu.lab.ledger.folder());
        if let Some(lab) = Arc::get_mut(&mut qemu.lab) {
            let formats = harbours.iter().map(|(id, it)| (id.clone(), it.disk_format.clone()));
            lab.abroad = formats.collect();
        }
        let (out_of_reach, hailed, running, endings) = Default::default();
        Self { qemu, harbours, out_of_reach, hailed, moorings, running, endings }
    }

    /// The same fleet, to be looked at without these platforms, which could not be set up.
    #[must_use]
    pub fn without(mut self, out_of_reach: Vec<Hailed>) -> Self {
        if let Some(lab) = Arc::get_mut(&mut self.qemu.lab) {
            // Nothing is ever written in it.
            let formats = out_of_reach.iter().map(|it| (it.platform.clone(), "raw".to_owned()));
            lab.abroad.extend(formats);
        }
        self.out_of_reach = out_of_reach;
        self
    }

    pub(crate) fn lab(&self) -> &Lab {
        &self.qemu.lab
    }

    async fn at_source(&self, harbour: &Harbour, trial: &Trial, step: Step) -> StepReport {
        let key = self.lab().source_key(trial);
        match step {
            Step::SanityCheck => self.sanity_check(harbour, &key).await,
            Step::Shutdown => self.shut_down(harbour, &key).await,
            Step::Export
            | Step::ResourceCheck
            | Step::ConsistencyCheck
            | Step::Import
            | Step::Restart => match self.lab().package_key(trial) {
                Ok(package) => self.export(harbour, &package).await,
                Err(stop) => report(step, "export", Stopwatch::start(), Err(stop)),
            },
        }
    }

    async fn at_target(&self, harbour: &Harbour, trial: &Trial, step: Step) -> StepReport {
        match step {
            Step::ResourceCheck => self.resource_check(harbour, trial).await,
            Step::ConsistencyCheck => self.consistency_check(harbour, trial).await,
            Step::Import => self.import(harbour, trial).await,
            Step::SanityCheck | Step::Shutdown | Step::Export | Step::Restart => {
                self.restart(harbour, trial).await
            }
        }
    }
}

impl Fleet {
    /// A step where its platform is, and nothing after it.
    async fn step(&self, trial: &Trial, step: Step) -> StepReport {
        let (from, to) = (self.harbours.get(&trial.source), self.harbours.get(&trial.target));
        let at_source = step <= Step::Export;
        if let Some(harbour) = from.filter(|_| step >= Step::Export) {
            let key = self.lab().source_key(trial);
            self.have_source(harbour, &key).await;
            if step == Step::Restart
                && let Err(stop) = self.expect_source_off(harbour, &key).await
            {
                return report(step, &self.lab().own(trial), Stopwatch::start(), Err(stop));
            }
        }
        match (at_source, from, to) {
            (true, Some(harbour), _) => self.at_source(harbour, trial, step).await,
            (false, _, Some(harbour)) => self.at_target(harbour, trial, step).await,
            (true, None, _) | (false, _, None) => self.qemu.step(trial, step).await,
        }
    }
}

impl Driver for Fleet {
    async fn perform(&self, trial: &Trial, step: Step) -> StepReport {
        let report = self.step(trial, step).await;
        match self.harbours.get(&trial.source) {
            Some(harbour) => self.source_again(harbour, (trial, step), report).await,
            None => self.lab().source_again(trial, step, report).await,
        }
    }

    async fn release(&self, trial: &Trial) {
        let key = self.lab().source_key(trial);
        let (from, to) = (self.harbours.get(&trial.source), self.harbours.get(&trial.target));
        if let Some(harbour) = to {
            let berth = self.berth(harbour, trial);
            left(&berth.name, self.cast_off(harbour, &berth).await.is_ok());
        }
        let is_last = self.lab().left.one_less(&key);
        if let Some(harbour) = from.filter(|_| is_last) {
            self.running.lock().await.remove(&key);
            if harbour.machine(&key.guest).is_none() {
                let berth = self.source_berth(harbour, &key);
                left(&berth.name, self.cast_off(harbour, &berth).await.is_ok());
            }
        }
        self.lab().release(trial, is_last).await;
    }
}

fn left(name: &str, gone: bool) {
    if !gone {
        tracing::warn!(name, "a machine could not be removed from its platform: remove it there");
    }
}
