//! The lab as a driver: each step is an act; acts that trials share are carried out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ids::{GuestId, PlatformId};
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::{Guest, Migration, Probe, Route, Testbed};

use super::engine::Engine;
use super::glimpsed::Glimpsed;
use super::guest::{DRIVER, Recipe, SettingsProblem, made_here};
use super::images::{Image, ImageKey};
use super::layout::{Package, PackageKey, SourceKey};
use super::left::Left;
use super::live::{Moving, Peer};
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
    pub(crate) lab: Arc<Lab>,
}

/// What the acts work with.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) testbed: Testbed,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) engine: Engine,
    pub(crate) running: tokio::sync::Mutex<BTreeMap<SourceKey, Machine>>,
    /// VMs on their way while they run, each of one trial.
    pub(crate) moving: tokio::sync::Mutex<BTreeMap<Trial, Moving>>,
    pub(crate) inspections: Shared<PackageKey, (Result<Seen, Stop>, u64)>,
    /// What tells acts done again from those before; empty for the first run of a campaign.
    occasion: String,
    pub(crate) offers: Shared<(), Result<Offers, Stop>>,
    sharing: Sharing,
    slots: Slots,
    images: BTreeMap<ImageKey, Image>,
    profiles: BTreeMap<PlatformId, Profile>,
    /// The disk formats of platforms that other drivers reach.
    pub(crate) abroad: BTreeMap<PlatformId, String>,
    /// What drivers told of sources that are only looked at.
    pub(crate) glimpsed: Glimpsed,
    capacities: BTreeMap<PlatformId, DeclaredCapacity>,
    recipes: BTreeMap<GuestId, Recipe>,
    pub(crate) sanity: Shared<SourceKey, StepReport>,
    pub(crate) shutdowns: Shared<SourceKey, StepReport>,
    pub(crate) exports: Shared<PackageKey, StepReport>,
    /// Sources that were started again after a trial.
    pub(crate) again: Shared<SourceKey, Result<Seen, Stop>>,
    /// How many trials still need each source VM.
    pub(crate) left: Left,
    /// How many trials of each source VM have not come to their last step yet.
    pub(crate) on_their_way: Left,
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
        for platform in testbed.platforms.iter().filter(|it| it.driver == DRIVER) {
            profiles.insert(platform.id.clone(), Profile::of(platform)?);
            capacities.insert(platform.id.clone(), DeclaredCapacity::of(platform)?);
        }
        let mut recipes = BTreeMap::new();
        for guest in made_here(testbed) {
            recipes.insert(guest.id.clone(), Recipe::of(guest)?);
        }
        let lab = Lab {
            testbed: testbed.clone(),
            ledger,
            engine,
            occasion,
            running: tokio::sync::Mutex::default(),
            moving: tokio::sync::Mutex::default(),
            inspections: Shared::new(),
            offers: Shared::new(),
            sharing,
            slots: Slots::new(testbed.slots),
            images,
            profiles,
            abroad: BTreeMap::new(),
            glimpsed: Glimpsed::default(),
            capacities,
            recipes,
            sanity: Shared::new(),
            shutdowns: Shared::new(),
            exports: Shared::new(),
            again: Shared::new(),
            left: Left::default(),
            on_their_way: Left::default(),
        };
        for trial in trials {
            lab.left.one_more(lab.source_key(trial));
            lab.on_their_way.one_more(lab.source_key(trial));
        }
        Ok(Self { lab: Arc::new(lab) })
    }
}

impl Driver for QemuLab {
    async fn perform(&self, trial: &Trial, step: Step) -> StepReport {
        let report = self.step(trial, step).await;
        self.lab.source_again(trial, step, report).await
    }

    async fn release(&self, trial: &Trial) {
        let is_last = self.lab.left.one_less(&self.lab.source_key(trial));
        self.lab.release(trial, is_last).await;
    }
}

impl QemuLab {
    /// A step in the lab, and nothing after it.
    pub(crate) async fn step(&self, trial: &Trial, step: Step) -> StepReport {
        let lab = &self.lab;
        if lab.migration(trial) == Migration::Live {
            return lab.perform_live(trial, step).await;
        }
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
}

impl Lab {
    /// The name of an act of this run: the same work done again after a resumption is another act.
    pub(crate) fn act(&self, name: &str) -> String {
        match self.occasion.as_str() {
            "" => name.to_owned(),
            occasion => format!("{name}#{occasion}"),
        }
    }

    /// The type of migration of a trial.
    pub(crate) fn migration(&self, trial: &Trial) -> Migration {
        self.testbed.migration(&trial.route)
    }

    /// Whom a guest talks to while it moves.
    pub(crate) fn peer(&self, guest: &GuestId) -> Result<Peer, Stop> {
        let peer = self.recipes.get(guest).and_then(|recipe| recipe.peer);
        peer.ok_or_else(|| undeclared("settings.peer of guest", guest))
    }

    pub(crate) fn source_key(&self, trial: &Trial) -> SourceKey {
        let alone = match (self.sharing, self.migration(trial)) {
            (Sharing::Shared, Migration::Cold | Migration::Loose) => String::new(),
            // What moves while it runs is gone for everybody else.
            (Sharing::Alone, _) | (Sharing::Shared, Migration::Live) => {
                format!("{}+{}", trial.target, trial.route)
            }
        };
        let (guest, source) = (trial.guest.clone(), trial.source.clone());
        SourceKey { guest, source, repetition: trial.repetition, alone }
    }

    pub(crate) fn package_key(&self, trial: &Trial) -> Result<PackageKey, Stop> {
        let unknown =
            || Stop::lab(format!("this lab cannot carry what route `{}` does", trial.route));
        let through = Package::of(self.route(trial)?).ok_or_else(unknown)?;
        let format = match through {
            Package::Ovf => "vmdk".to_owned(),
            Package::Disk => self.disk_format(&trial.target)?.to_owned(),
        };
        let source = self.source_key(trial);
        Ok(PackageKey { source, route: trial.route.clone(), through, format })
    }

    pub(crate) fn profile(&self, platform: &PlatformId) -> Result<&Profile, Stop> {
        self.profiles.get(platform).ok_or_else(|| undeclared("platform", platform))
    }

    /// The format of a platform's own disks.
    pub(crate) fn disk_format(&self, platform: &PlatformId) -> Result<&str, Stop> {
        match self.abroad.get(platform) {
            Some(format) => Ok(format),
            None => Ok(&self.profile(platform)?.disk_format),
        }
    }

    pub(crate) fn declared_capacity(&self, id: &PlatformId) -> Result<DeclaredCapacity, Stop> {
        self.capacities.get(id).copied().ok_or_else(|| undeclared("platform", id))
    }

    pub(crate) fn guest(&self, id: &GuestId) -> Result<&Guest, Stop> {
        self.testbed.guest(id).ok_or_else(|| undeclared("guest", id))
    }

    /// What a guest's applications are asked.
    pub(crate) fn probes(&self, id: &GuestId) -> &[Probe] {
        self.testbed.guest(id).map(|it| it.probes.as_slice()).unwrap_or_default()
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

    /// A trial is over: its own disk goes; with the last of its group all that the group shared.
    pub(crate) async fn release(&self, trial: &Trial, is_last: bool) {
        let key = self.source_key(trial);
        self.moving.lock().await.remove(trial);
        let own = super::layout::trial_folder(self.ledger.folder(), &key, trial);
        let _ = tokio::fs::remove_dir_all(own).await;
        if is_last {
            self.running.lock().await.remove(&key);
            self.sanity.retain(|it| *it != key);
            self.shutdowns.retain(|it| *it != key);
            self.exports.retain(|it| it.source != key);
            self.again.retain(|it| *it != key);
            self.inspections.retain(|it| it.source != key);
            let _ = tokio::fs::remove_dir_all(key.folder(self.ledger.folder())).await;
        }
    }
}

fn undeclared(kind: &str, id: &impl std::fmt::Display) -> Stop {
    Stop::lab(format!("{kind} `{id}` is not in this lab"))
}
