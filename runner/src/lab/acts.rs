//! The lab as a driver: each step is an act; acts that trials share are carried out once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{GuestId, PlatformId};
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::{Guest, Package, Route, Testbed};

use super::engine::Engine;
use super::guest::{Recipe, SettingsProblem};
use super::images::{Image, ImageKey};
use super::layout::{PackageKey, SourceKey};
use super::machine::Machine;
use super::offers::Offers;
use super::profile::{DeclaredCapacity, Profile};
use super::seen::{Seen, Stop, report};
use crate::driver::{Driver, StepReport};
use crate::ledger::Ledger;
use crate::shared::Shared;
use crate::slots::{Claim, Slots};
use crate::stopwatch::Stopwatch;

/// Whether trials share what can be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// One source VM and one export serve all trials that need them.
    Shared,
    /// Every trial has its own: what a script without sharing would do. For comparison.
    Alone,
}

/// The embedded lab.
#[derive(Debug)]
pub struct QemuLab {
    lab: Arc<Lab>,
}

/// What the acts work with.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) testbed: Testbed,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) engine: Engine,
    pub(crate) running: tokio::sync::Mutex<BTreeMap<SourceKey, Machine>>,
    pub(crate) inspections: Shared<PackageKey, (Result<Seen, Stop>, u64)>,
    /// What tells acts done again from those before; empty for the first run of a campaign.
    occasion: String,
    pub(crate) offers: Shared<(), Result<Offers, Stop>>,
    sharing: Sharing,
    slots: Slots,
    images: BTreeMap<ImageKey, Image>,
    profiles: BTreeMap<PlatformId, Profile>,
    capacities: BTreeMap<PlatformId, DeclaredCapacity>,
    recipes: BTreeMap<GuestId, Recipe>,
    pub(crate) sanity: Shared<SourceKey, StepReport>,
    pub(crate) shutdowns: Shared<SourceKey, StepReport>,
    pub(crate) exports: Shared<PackageKey, StepReport>,
    trials_left: Mutex<BTreeMap<SourceKey, usize>>,
}

impl QemuLab {
    /// A lab for these trials.
    ///
    /// # Errors
    /// When a platform's or guest's settings cannot be used.
    ///
    /// `occasion` tells this run of the campaign from others that may do the same acts again: the
    /// number of the resumption or the name of a lease; empty for the first run.
    pub fn new(
        testbed: &Testbed,
        images: BTreeMap<ImageKey, Image>,
        ledger: Arc<Ledger>,
        (engine, sharing, occasion): (Engine, Sharing, String),
        trials: &[Trial],
    ) -> Result<Self, SettingsProblem> {
        let (mut profiles, mut capacities) = (BTreeMap::new(), BTreeMap::new());
        for platform in &testbed.platforms {
            profiles.insert(platform.id.clone(), Profile::of(platform)?);
            capacities.insert(platform.id.clone(), DeclaredCapacity::of(platform)?);
        }
        let mut recipes = BTreeMap::new();
        for guest in &testbed.guests {
            recipes.insert(guest.id.clone(), Recipe::of(guest)?);
        }
        let lab = Lab {
            testbed: testbed.clone(),
            ledger,
            engine,
            occasion,
            running: tokio::sync::Mutex::default(),
            inspections: Shared::new(),
            offers: Shared::new(),
            sharing,
            slots: Slots::new(testbed.slots),
            images,
            profiles,
            capacities,
            recipes,
            sanity: Shared::new(),
            shutdowns: Shared::new(),
            exports: Shared::new(),
            trials_left: Mutex::default(),
        };
        lab.count(trials);
        Ok(Self { lab: Arc::new(lab) })
    }
}

impl Driver for QemuLab {
    async fn perform(&self, trial: &Trial, step: Step) -> StepReport {
        let lab = &self.lab;
        let source = lab.source_key(trial);
        match step {
            Step::SanityCheck => lab.sanity_check(&source).await,
            Step::Shutdown => lab.shut_down(&source).await,
            Step::Export => match lab.package_key(trial) {
                Ok(package) => lab.export(&package).await,
                Err(stop) => report(step, "export", Stopwatch::start(), Err(stop)),
            },
            Step::ResourceCheck => lab.resource_check(trial).await,
            Step::ConsistencyCheck => lab.consistency_check(trial).await,
            Step::Import => lab.import(trial).await,
            Step::Restart => lab.restart(trial).await,
        }
    }

    async fn release(&self, trial: &Trial) {
        self.lab.release(trial).await;
    }
}

impl Lab {
    /// The name of an act of this run: the same work done again after a resumption is another act.
    pub(crate) fn act(&self, name: &str) -> String {
        match self.occasion.as_str() {
            "" => name.to_owned(),
            occasion => format!("{name}#{occasion}"),
        }
    }

    pub(crate) fn source_key(&self, trial: &Trial) -> SourceKey {
        let alone = match self.sharing {
            Sharing::Shared => String::new(),
            Sharing::Alone => format!("{}+{}", trial.target, trial.route),
        };
        let (guest, source) = (trial.guest.clone(), trial.source.clone());
        SourceKey { guest, source, repetition: trial.repetition, alone }
    }

    pub(crate) fn package_key(&self, trial: &Trial) -> Result<PackageKey, Stop> {
        let Route { through, .. } = self.route(trial)?;
        let format = match through {
            Package::Ovf => "vmdk".to_owned(),
            Package::Disk => self.profile(&trial.target)?.disk_format.clone(),
        };
        let source = self.source_key(trial);
        Ok(PackageKey { source, route: trial.route.clone(), through: *through, format })
    }

    pub(crate) fn profile(&self, platform: &PlatformId) -> Result<&Profile, Stop> {
        self.profiles.get(platform).ok_or_else(|| undeclared("platform", platform))
    }

    pub(crate) fn declared_capacity(&self, id: &PlatformId) -> Result<DeclaredCapacity, Stop> {
        self.capacities.get(id).copied().ok_or_else(|| undeclared("platform", id))
    }

    pub(crate) fn guest(&self, id: &GuestId) -> Result<&Guest, Stop> {
        self.testbed.guest(id).ok_or_else(|| undeclared("guest", id))
    }

    pub(crate) fn route(&self, trial: &Trial) -> Result<&Route, Stop> {
        self.testbed.route(&trial.route).ok_or_else(|| undeclared("route", &trial.route))
    }

    /// The network a guest is attached to at a platform.
    pub(crate) fn subnet(&self, guest: &GuestId, platform: &PlatformId) -> Result<&str, Stop> {
        let own = &self.profile(platform)?.subnet;
        let stretched = self.recipes.get(guest).and_then(|recipe| recipe.stretched.as_ref());
        Ok(stretched.unwrap_or(own))
    }

    /// The image a guest has at a platform.
    pub(crate) fn image(&self, guest: &GuestId, platform: &PlatformId) -> Result<&Image, Stop> {
        let key = |platform| ImageKey { guest: guest.clone(), platform };
        let own = self.images.get(&key(Some(platform.clone())));
        let found = own.or_else(|| self.images.get(&key(None)));
        found.ok_or_else(|| undeclared("image of guest", guest))
    }

    /// Waits for what a guest's VM needs.
    pub(crate) async fn claim_for(&self, guest: &GuestId) -> Result<Claim, Stop> {
        let guest = self.guest(guest)?;
        self.claim(guest.cpus, guest.memory_mib).await
    }

    /// Waits for processors and memory; for no more than there are.
    pub(crate) async fn claim(&self, cpus: u32, memory_mib: u32) -> Result<Claim, Stop> {
        let cpus = cpus.min(self.testbed.slots.cpu);
        let memory_mib = memory_mib.min(self.testbed.slots.memory_mib);
        let claim = self.slots.claim(cpus, memory_mib).await;
        claim.ok_or_else(|| Stop::lab("the lab is closing".to_owned()))
    }

    fn count(&self, trials: &[Trial]) {
        let mut left = self.trials_left.lock().unwrap_or_else(PoisonError::into_inner);
        for trial in trials {
            *left.entry(self.source_key(trial)).or_default() += 1;
        }
    }

    /// A trial is over: its own disk goes; with the last of its group all that the group shared.
    async fn release(&self, trial: &Trial) {
        let key = self.source_key(trial);
        let own = super::layout::trial_folder(self.ledger.folder(), &key, trial);
        let _ = tokio::fs::remove_dir_all(own).await;
        let last = {
            let mut left = self.trials_left.lock().unwrap_or_else(PoisonError::into_inner);
            let count = left.entry(key.clone()).or_default();
            *count = count.saturating_sub(1);
            *count == 0
        };
        if last {
            self.running.lock().await.remove(&key);
            self.sanity.retain(|it| *it != key);
            self.shutdowns.retain(|it| *it != key);
            self.exports.retain(|it| it.source != key);
            self.inspections.retain(|it| it.source != key);
            let _ = tokio::fs::remove_dir_all(key.folder(self.ledger.folder())).await;
        }
    }
}

fn undeclared(kind: &str, id: &impl std::fmt::Display) -> Stop {
    Stop::lab(format!("{kind} `{id}` is not in this lab"))
}
