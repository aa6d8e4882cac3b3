//! The platforms of a testbed that drivers reach: drivers and secrets found, machines of killed runs taken away.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use domain::event::Pins;
use domain::ids::PlatformId;
use domain::plan::Trial;
use domain::testbed::{Platform, Testbed};
use platforms::command::CommandPlatform;
use platforms::transport::{Processes, Secrets, Sparing, Transport};
use runner::Ledger;
use runner::fleet::{Hailed, Harbour, Moorings, Own, Trouble};

use super::drivers::place::{self, Waiting};
use crate::args::Args;
use crate::exit::Exit;
use crate::progress::tell;
use crate::settings;

/// Platforms by their names in the testbed.
pub(super) type Harbours = BTreeMap<PlatformId, Harbour>;

/// Every platform of a testbed that a driver reaches, with its secrets.
pub(super) fn reach(testbed: &Testbed) -> Result<Harbours, Exit> {
    all(testbed, true)
}

/// The same without secrets: for what is only shown.
pub(super) fn rehearse(testbed: &Testbed) -> Result<Harbours, Exit> {
    all(testbed, false)
}

fn all(testbed: &Testbed, with_secrets: bool) -> Result<Harbours, Exit> {
    let others = testbed.platforms.iter().filter(|it| it.driver != runner::lab::DRIVER);
    others.map(|it| Ok((it.id.clone(), harbour(it, with_secrets)?))).collect()
}

/// Platforms to be looked at, and those that cannot be set up.
pub(super) struct Seen {
    pub(super) harbours: Harbours,
    pub(super) out_of_reach: Vec<Hailed>,
}

/// The platforms of these trials that drivers reach, each question to them asked once and for a bounded time. One that
/// cannot be set up keeps no other from being looked at.
pub(super) fn look(testbed: &Testbed, trials: &[Trial]) -> Seen {
    let is_end = |it: &&Platform| trials.iter().any(|t| t.source == it.id || t.target == it.id);
    let others = testbed.platforms.iter().filter(|it| it.driver != runner::lab::DRIVER);
    let mut seen = Seen { harbours: Harbours::new(), out_of_reach: Vec::new() };
    for declared in others.filter(is_end) {
        match harbour_with(declared, true, sparing) {
            Ok(harbour) => {
                seen.harbours.insert(declared.id.clone(), harbour);
            }
            Err(exit) => seen.out_of_reach.push(Hailed {
                platform: declared.id.clone(),
                driver: declared.driver.clone(),
                answer: Err(Trouble::of_testbed(&exit.words())),
            }),
        }
    }
    seen
}

/// The secrets of a testbed's platforms, as far as they are there: for masking what is only shown.
pub(super) struct Masks(Vec<Secrets>);

impl Masks {
    pub(super) fn of(testbed: &Testbed) -> Self {
        let others = testbed.platforms.iter().filter(|it| it.driver != runner::lab::DRIVER);
        let references = others.filter_map(|declared| {
            let driver = place::driver(settings::driver_place(&declared.driver)).ok()?;
            let given: Vec<(String, String)> = Own::of(declared).ok()?.1.into_iter().collect();
            Some(place::values(&driver, &given).1)
        });
        let each = references.flatten().map(|it| place::Given::from([it]));
        Self(each.filter_map(|it| place::secrets(&it).ok()).collect())
    }

    /// A command, with every secret that somebody put among plain values replaced by its name.
    pub(super) fn masked(&self, argv: Vec<String>) -> Vec<String> {
        let mask = |word| self.0.iter().fold(word, |word, it| it.masked(word));
        argv.into_iter().map(mask).collect()
    }
}

fn sparing(processes: Processes, clock: Arc<Waiting>) -> Arc<dyn Transport> {
    Arc::new(Sparing::new(Arc::new(processes), clock))
}

fn harbour(declared: &Platform, with_secrets: bool) -> Result<Harbour, Exit> {
    harbour_with(declared, with_secrets, |processes, _| Arc::new(processes))
}

fn harbour_with(
    declared: &Platform,
    with_secrets: bool,
    transport: impl FnOnce(Processes, Arc<Waiting>) -> Arc<dyn Transport>,
) -> Result<Harbour, Exit> {
    let of = || format!("platform `{}`", declared.id);
    let driver = place::driver(settings::driver_place(&declared.driver))?;
    let (own, given) = Own::of(declared)?;
    let given: Vec<(String, String)> = given.into_iter().collect();
    let (plain, references) = place::values(&driver, &given);
    let secrets = match with_secrets {
        true => place::secrets(&references)?,
        false => place::references(&references).map(|()| Secrets::default())?,
    };
    let clock = Arc::new(Waiting::Really(tokio::time::Instant::now()));
    let transport = transport(Processes::new(secrets), Arc::clone(&clock));
    let platform = CommandPlatform::new(Arc::new(driver), &plain, transport, clock);
    let platform = platform.map_err(anyhow::Error::new).with_context(of).map_err(Exit::Usage)?;
    Ok(Harbour::new(declared, own, platform)?)
}

/// The versions of these platforms, as they say them.
pub(super) async fn discover(harbours: &Harbours, pins: &mut Pins) -> Result<(), Exit> {
    for (id, harbour) in harbours {
        let version = harbour.version().await;
        let unreached = || format!("platform `{id}` does not say what it is");
        let version = version.with_context(unreached).map_err(Exit::Lab)?;
        pins.insert(format!("platform:{id}"), version);
    }
    Ok(())
}

/// Takes away what killed runs left at platforms, but for what a resumed run takes up again. A platform that cannot be
/// reached is told of; its machines are looked for again by the next run.
pub(super) async fn cast_off(args: &Args, work: &Path) -> Result<(), Exit> {
    let Ok(folders) = std::fs::read_dir(work) else { return Ok(()) };
    for folder in folders.flatten() {
        let ledger = match Ledger::claim(&folder.path()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            ledger => ledger.context("cleaning up after a killed run").map_err(Exit::Lab)?,
        };
        let abandoned = Moorings::of(ledger.folder()).abandoned();
        for mooring in abandoned.context("cleaning up after a killed run").map_err(Exit::Lab)? {
            let harbour = harbour(&mooring.platform, true)?;
            match mooring.cast_off(&harbour).await {
                Ok(()) if args.quiet => {}
                Ok(()) => tell(&format!("no machine {} is left of a killed run", mooring.name)),
                Err(fault) => tell(&format!("{} could not be removed: {fault}", mooring.name)),
            }
        }
    }
    Ok(())
}
