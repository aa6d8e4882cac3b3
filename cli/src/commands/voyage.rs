//! A campaign on its way: the lab is prepared, the trials are walked, nothing is left behind.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use domain::command::Command;
use domain::event::{Cost, Ending, Pins};
use domain::plan::Trial;
use domain::testbed::Testbed;
use runner::fleet::Fleet;
use runner::lab::{Engine, Image, ImageKey, QemuLab, Quarantine, Sharing};
use runner::{Ledger, RunEnd, Stopwatch};
use tokio_util::sync::CancellationToken;

use super::embedded::{self, interruption};
use super::harbours::{self, Harbours};
use crate::args::{Args, Cache, Run};
use crate::exit::Exit;
use crate::logbook::{Logbook, Voyage};
use crate::progress::{Progress, tell};
use crate::recorder::RecordError;

/// Prepares the lab, walks the trials, and leaves nothing behind.
pub(super) async fn sail(
    args: &Args,
    command: &Run,
    logbook: &Logbook,
    voyage: &Voyage,
    trials: Option<Vec<Trial>>,
) -> Result<RunEnd<RecordError>, Exit> {
    let work = args.store.join("work");
    end_orphans(args, &work)?;
    harbours::cast_off(args, &work).await?;
    let folder = work.join(voyage.campaign.as_str());
    let ledger = claim(&folder)?;
    let cancel = CancellationToken::new();
    let watcher = tokio::spawn(interruption(cancel.clone()));
    let result = async {
        let ready = prepare(args, &command.cache, &voyage.testbed, &ledger);
        let ready = embedded::unless_cancelled(&cancel, ready).await?;
        walk(args, command, (logbook, voyage), trials, (ready, &ledger, cancel.clone())).await
    };
    let result = result.await;
    watcher.abort();
    if let Some(ledger) = Arc::into_inner(ledger) {
        ledger.remove().context("removing the work folder").map_err(Exit::Lab)?;
    }
    result
}

/// Ends what killed runs left running. What a living run works in is claimed by it. Their whole
/// files stay: a resumption may still want them.
pub(super) fn end_orphans(args: &Args, work: &Path) -> Result<(), Exit> {
    let Ok(folders) = std::fs::read_dir(work) else { return Ok(()) };
    for folder in folders.flatten() {
        let ended = match Ledger::claim(&folder.path()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            ledger => ledger.and_then(|ledger| ledger.clean_up()),
        };
        let ended = ended.context("cleaning up after a killed run").map_err(Exit::Lab)?;
        if ended > 0 && !args.quiet {
            tell(&format!("ended {ended} processes of an interrupted run"));
        }
    }
    Ok(())
}

/// The work folder of a campaign, for this process alone.
pub(super) fn claim(folder: &Path) -> Result<Arc<Ledger>, Exit> {
    match Ledger::claim(folder) {
        Ok(ledger) => Ok(Arc::new(ledger)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(Exit::usage("another process is walking this campaign"))
        }
        Err(error) => {
            let error = anyhow::Error::new(error);
            Err(Exit::Lab(error.context(format!("cannot use {}", folder.display()))))
        }
    }
}

/// What is needed before the first trial.
pub(super) struct Ready {
    pub(super) images: BTreeMap<ImageKey, Image>,
    pub(super) engine: Engine,
    pub(super) pins: Pins,
    pub(super) harbours: Harbours,
}

/// Tools, images, acceleration and versions.
pub(super) async fn prepare(
    args: &Args,
    cache: &Cache,
    testbed: &Testbed,
    ledger: &Ledger,
) -> Result<Ready, Exit> {
    if let Some(words) = runner::lab::missing_tool() {
        return Err(Exit::lab(words));
    }
    let harbours = harbours::reach(testbed)?;
    let cache = cache.folder();
    let images = embedded::images(args, &cache, testbed).await?;
    let accel = embedded::accel(&cache, testbed, &images, ledger).await?;
    let engine = Engine { accel, quarantine: Quarantine::probe() };
    let mut pins = runner::lab::discover(testbed, &images, engine)?;
    harbours::discover(&harbours, &mut pins).await?;
    Ok(Ready { images, engine, pins, harbours })
}

/// Walks what is left to walk and records the end.
async fn walk(
    args: &Args,
    command: &Run,
    (logbook, voyage): (&Logbook, &Voyage),
    trials: Option<Vec<Trial>>,
    (ready, ledger, cancel): (Ready, &Arc<Ledger>, CancellationToken),
) -> Result<RunEnd<RecordError>, Exit> {
    let walk = logbook.begin(voyage, ready.pins, trials, &cancel).await?;
    let progress = Progress::new(walk.len(), args.quiet || args.json);
    progress.say(&format!("campaign {}: {} trials", voyage.campaign, walk.len()));

    let testbed = &voyage.testbed;
    let names: Vec<Trial> = walk.iter().map(|(trial, _)| trial.clone()).collect();
    let sharing = if command.sequential { Sharing::Alone } else { Sharing::Shared };
    let (clock, before) = (Stopwatch::start(), runner::spent());
    let occasion = match voyage.attempt {
        0 => String::new(),
        attempt => attempt.to_string(),
    };
    let how = (ready.engine, sharing, occasion);
    let lab = QemuLab::new(testbed, ready.images, Arc::clone(ledger), how, &names)?;
    let told = progress.clone();
    let run = Arc::new(runner::Run {
        driver: Arc::new(Fleet::new(lab, ready.harbours)),
        recorder: Arc::new(logbook.recorder(&voyage.campaign)?),
        cancel,
        groups_at_once: testbed.slots.cpu as usize + 1,
        one_by_one: command.sequential,
        notice: Arc::new(move |notice| told.tell(&notice)),
    });
    let mut end = run.walk_all(walk).await;
    progress.end();
    if let Some(error) = end.unrecorded.take() {
        return Err(Exit::Lab(anyhow::Error::new(error).context("the run was stopped")));
    }
    if let Some(error) = logbook.refusal() {
        return Err(Exit::Lab(anyhow::Error::new(error).context("the run was stopped")));
    }
    finish(logbook, voyage, &end, cost(clock, before)).await?;
    Ok(end)
}

/// What the trials cost, without what preparing them did.
fn cost(clock: Stopwatch, before: Cost) -> Cost {
    let after = runner::spent();
    Cost {
        wall_ms: clock.elapsed_ms(),
        tools_cpu_ms: after.tools_cpu_ms.saturating_sub(before.tools_cpu_ms),
        own_cpu_ms: after.own_cpu_ms.saturating_sub(before.own_cpu_ms),
        ..after
    }
}

/// Records how it ended.
async fn finish(
    logbook: &Logbook,
    voyage: &Voyage,
    end: &RunEnd<RecordError>,
    cost: Cost,
) -> Result<(), Exit> {
    let ending = match (end.cancelled, end.lab_errors.is_empty()) {
        (true, _) => Ending::Cancelled,
        (false, false) => Ending::LabError,
        (false, true) => Ending::Completed,
    };
    let finish = Command::FinishCampaign { ending, cost, attempt: voyage.attempt };
    logbook.keep(&voyage.campaign, finish).await
}
