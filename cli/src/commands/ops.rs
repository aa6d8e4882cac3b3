//! `portolan ops`: machines are listed, started, paused, snapshotted and stopped at every platform alike, and the result
//! is scored.

use std::sync::Arc;

use domain::ids::{GuestId, PlatformId};
use domain::score::{Score, Standing};
use domain::testbed::{Platform, Testbed};
use reports::operations::{OpsFile, PlatformOps, SCHEMA, text};
use runner::Ledger;
use runner::fleet::Fleet;
use runner::lab::{QemuLab, Sharing};
use runner::ops::Carried;
use tokio_util::sync::CancellationToken;

use super::embedded::{interruption, unless_cancelled};
use super::voyage::{Ready, claim, end_orphans, prepare};
use super::{harbours, matrix, print, print_json};
use crate::args::{Args, Gate, Ops};
use crate::exit::Exit;
use crate::progress::tell;
use crate::settings;

/// The work folder: one such command at a time in a store.
const FOLDER: &str = "ops";

/// One machine to be operated.
type Pair<'a> = (&'a Platform, &'a GuestId);

pub(super) fn execute(args: &Args, command: &Ops) -> Result<(), Exit> {
    let testbed = settings::testbed(&command.testbed)?;
    let pairs = pairs(&testbed, command)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let platforms = runtime.block_on(sail(args, command, &testbed, &pairs))?;
    let file = OpsFile { schema: SCHEMA, testbed: testbed.name.clone(), platforms };
    match args.json {
        true => print_json(&file)?,
        false => print(&text(&file, matrix::colour()))?,
    }
    end(command.fail_on, &file)
}

/// Each platform that was asked for with each guest.
fn pairs<'a>(testbed: &'a Testbed, command: &'a Ops) -> Result<Vec<Pair<'a>>, Exit> {
    let known = |kind: &str, id: &str, all: Vec<&str>| {
        Exit::usage(format!("the testbed has no {kind} `{id}`; it has: {}", all.join(", ")))
    };
    let guests: Vec<&GuestId> = match command.guest.is_empty() {
        true => testbed.guests.iter().take(1).map(|it| &it.id).collect(),
        false => command.guest.iter().collect(),
    };
    if let Some(it) = guests.iter().find(|it| testbed.guest(it).is_none()) {
        let all = testbed.guests.iter().map(|it| it.id.as_str()).collect();
        return Err(known("guest", it.as_str(), all));
    }
    if let Some(it) = command.platform.iter().find(|it| testbed.platform(it).is_none()) {
        let all = testbed.platforms.iter().map(|it| it.id.as_str()).collect();
        return Err(known("platform", it.as_str(), all));
    }
    let wanted = |it: &&Platform| command.platform.is_empty() || command.platform.contains(&it.id);
    let platforms = testbed.platforms.iter().filter(wanted);
    Ok(platforms.flat_map(|at| guests.iter().map(move |guest| (at, *guest))).collect())
}

/// Prepares the lab, operates, and leaves nothing behind.
async fn sail(
    args: &Args,
    command: &Ops,
    testbed: &Testbed,
    pairs: &[Pair<'_>],
) -> Result<Vec<PlatformOps>, Exit> {
    let work = args.store.join("work");
    end_orphans(args, &work)?;
    harbours::cast_off(args, &work).await?;
    let ledger = claim(&work.join(FOLDER))?;
    let cancel = CancellationToken::new();
    let watcher = tokio::spawn(interruption(cancel.clone()));
    let result = async {
        let ready = prepare(args, &command.cache, testbed, &ledger);
        let ready = unless_cancelled(&cancel, ready).await?;
        all(args, testbed, pairs, (ready, &ledger, &cancel)).await
    };
    let result = result.await;
    watcher.abort();
    if let Some(ledger) = Arc::into_inner(ledger) {
        ledger.remove().map_err(|error| Exit::Lab(error.into()))?;
    }
    result
}

async fn all(
    args: &Args,
    testbed: &Testbed,
    pairs: &[Pair<'_>],
    (ready, ledger, cancel): (Ready, &Arc<Ledger>, &CancellationToken),
) -> Result<Vec<PlatformOps>, Exit> {
    let how = (ready.engine, Sharing::Alone, String::new());
    let lab = QemuLab::new(testbed, ready.images, Arc::clone(ledger), how, &[])?;
    let fleet = Fleet::new(lab, ready.harbours);
    let mut platforms = Vec::with_capacity(pairs.len());
    for (at, guest) in pairs {
        let carried = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            carried = fleet.operate(&at.id, guest, |it| progress(args, (&at.id, guest), it)) => Some(carried),
        };
        let Some(carried) = carried else {
            fleet.leave(&at.id, guest).await.map_err(Exit::lab)?;
            return Err(Exit::Stopped("the machine was taken away"));
        };
        let carried = carried.into_iter().map(|it| (it.operation, it.found, it.took_ms)).collect();
        let about = (at.id.to_string(), at.driver.clone(), at.stand_in);
        platforms.push(PlatformOps::new(about, guest.to_string(), carried));
    }
    Ok(platforms)
}

fn progress(args: &Args, (platform, guest): (&PlatformId, &GuestId), it: &Carried) {
    if args.quiet || args.json {
        return;
    }
    let standing = it.found.standing();
    tell(&format!("{platform} {guest}: {} {} {standing}", it.operation, standing.symbol()));
}

/// As a run ends: 3 when the lab broke, 1 below the gate.
fn end(gate: Option<Gate>, file: &OpsFile) -> Result<(), Exit> {
    if let Some(it) = file.platforms.iter().find(|it| it.stands() == Standing::LabError) {
        let why = it.operations.iter().filter(|it| it.standing == Standing::LabError.word());
        let why = why.filter_map(|it| it.why.as_deref()).next().unwrap_or_default();
        return Err(Exit::lab(format!("{} could not be operated: {why}", it.platform)));
    }
    let worst = match gate {
        None => return Ok(()),
        Some(Gate::Warning) => Score::Warning,
        Some(Gate::Failure) => Score::Failure,
    };
    let below =
        file.platforms.iter().filter(|it| it.stands().score().is_some_and(|it| it <= worst));
    match below.count() {
        0 => Ok(()),
        1 => Err(Exit::Gate(format!("one platform scores {worst} or lower"))),
        count => Err(Exit::Gate(format!("{count} platforms score {worst} or lower"))),
    }
}
