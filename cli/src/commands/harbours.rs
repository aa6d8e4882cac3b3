//! The platforms of a testbed that drivers reach: drivers and secrets found, machines of killed runs taken away.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use domain::event::Pins;
use domain::ids::PlatformId;
use domain::testbed::{Platform, Testbed};
use platforms::command::CommandPlatform;
use platforms::transport::{Processes, Secrets};
use runner::Ledger;
use runner::fleet::{Harbour, Moorings, Own};

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

fn harbour(declared: &Platform, with_secrets: bool) -> Result<Harbour, Exit> {
    let of = || format!("platform `{}`", declared.id);
    let driver = place::driver(settings::driver_place(&declared.driver))?;
    let (own, given) = Own::of(declared)?;
    let given: Vec<(String, String)> = given.into_iter().collect();
    let (plain, references) = place::values(&driver, &given);
    let secrets = match with_secrets {
        true => place::secrets(&references)?,
        false => place::references(&references).map(|()| Secrets::default())?,
    };
    let processes = Arc::new(Processes::new(secrets));
    let clock = Arc::new(Waiting::Really(tokio::time::Instant::now()));
    let platform = CommandPlatform::new(Arc::new(driver), &plain, processes, clock);
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
