//! A campaign on its way: the lab is prepared, the trials are walked, nothing is left behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use domain::campaign::Progress as Walked;
use domain::command::Command;
use domain::event::{Cost, Ending, Pins};
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::testbed::Testbed;
use ingest::Desk;
use runner::lab::{Engine, Image, ImageKey, QemuLab, Quarantine, Sharing};
use runner::{Ledger, RunEnd, Stopwatch};
use tokio_util::sync::CancellationToken;

use super::embedded::{self, interruption};
use super::history_in;
use crate::args::{Args, Run};
use crate::clock;
use crate::exit::Exit;
use crate::progress::{Progress, tell};
use crate::recorder::{DeskRecorder, RecordError};

/// A campaign that is about to be walked.
pub(super) struct Voyage {
    pub(super) campaign: CampaignId,
    pub(super) testbed: Testbed,
    /// Which resumption this is, 0 for none.
    pub(super) attempt: u32,
}

/// Prepares the lab, walks the trials, and leaves nothing behind.
pub(super) async fn sail(
    args: &Args,
    command: &Run,
    desk: &Arc<Desk>,
    voyage: &Voyage,
    trials: Option<Vec<Trial>>,
) -> Result<RunEnd<RecordError>, Exit> {
    let work = args.store.join("work");
    end_orphans(args, &work)?;
    let folder = work.join(voyage.campaign.as_str());
    let ledger = Ledger::open(&folder)
        .with_context(|| format!("cannot use {}", folder.display()))
        .map_err(Exit::Lab)?;
    let ledger = Arc::new(ledger);
    let cancel = CancellationToken::new();
    let watcher = tokio::spawn(interruption(cancel.clone()));
    let result = async {
        let ready = prepare(args, command, voyage, &ledger);
        let ready = embedded::unless_cancelled(&cancel, ready).await?;
        walk(args, command, (desk, voyage), trials, (ready, &ledger, cancel.clone())).await
    };
    let result = result.await;
    watcher.abort();
    if let Some(ledger) = Arc::into_inner(ledger) {
        ledger.remove().context("removing the work folder").map_err(Exit::Lab)?;
    }
    result
}

/// Ends what killed runs left running. This process owns the store, so whatever works in it is
/// theirs. Their whole files stay: a resumption may still want them.
fn end_orphans(args: &Args, work: &Path) -> Result<(), Exit> {
    let Ok(folders) = std::fs::read_dir(work) else { return Ok(()) };
    for folder in folders.flatten() {
        let ledger = Ledger::open(&folder.path());
        let ended = ledger.and_then(|ledger| ledger.clean_up());
        let ended = ended.context("cleaning up after a killed run").map_err(Exit::Lab)?;
        if ended > 0 && !args.quiet {
            tell(&format!("ended {ended} processes of an interrupted run"));
        }
    }
    Ok(())
}

/// What a run needs before its first trial.
struct Ready {
    images: BTreeMap<ImageKey, Image>,
    engine: Engine,
    pins: Pins,
}

/// Tools, images, acceleration and versions.
async fn prepare(
    args: &Args,
    command: &Run,
    voyage: &Voyage,
    ledger: &Ledger,
) -> Result<Ready, Exit> {
    let testbed = &voyage.testbed;
    if let Some(words) = runner::lab::missing_tool() {
        return Err(Exit::lab(words));
    }
    let cache = command.cache.folder();
    let images = embedded::images(args, &cache, testbed).await?;
    let accel = embedded::accel(&cache, testbed, &images, ledger).await?;
    let engine = Engine { accel, quarantine: Quarantine::probe() };
    let pins = runner::lab::discover(testbed, &images, engine)?;
    Ok(Ready { images, engine, pins })
}

/// Walks what is left to walk and records the end.
async fn walk(
    args: &Args,
    command: &Run,
    (desk, voyage): (&Arc<Desk>, &Voyage),
    trials: Option<Vec<Trial>>,
    (ready, ledger, cancel): (Ready, &Arc<Ledger>, CancellationToken),
) -> Result<RunEnd<RecordError>, Exit> {
    let walk = begin(desk, voyage, ready.pins, trials)?;
    let progress = Progress::new(walk.len(), args.quiet || args.json);
    progress.say(&format!("campaign {}: {} trials", voyage.campaign, walk.len()));

    let testbed = &voyage.testbed;
    let names: Vec<Trial> = walk.iter().map(|(trial, _)| trial.clone()).collect();
    let sharing = if command.sequential { Sharing::Alone } else { Sharing::Shared };
    let (clock, before) = (Stopwatch::start(), runner::spent());
    let how = (ready.engine, sharing, voyage.attempt);
    let lab = QemuLab::new(testbed, ready.images, Arc::clone(ledger), how, &names)?;
    let told = progress.clone();
    let run = Arc::new(runner::Run {
        driver: Arc::new(lab),
        recorder: Arc::new(DeskRecorder {
            desk: Arc::clone(desk),
            campaign: voyage.campaign.clone(),
        }),
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
    finish(desk, voyage, &end, cost(clock, before))?;
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

/// Records the start or the resumption and returns the trials that are left to walk.
fn begin(
    desk: &Desk,
    voyage: &Voyage,
    pins: Pins,
    trials: Option<Vec<Trial>>,
) -> Result<Vec<(Trial, Walked)>, Exit> {
    let order = match trials {
        Some(plan) => {
            let testbed = Box::new(voyage.testbed.clone());
            let start = Command::StartCampaign { testbed, pins, plan: plan.clone() };
            desk.submit(&voyage.campaign, start, clock::now())?;
            plan
        }
        None => {
            let resume = Command::ResumeCampaign { pins, attempt: voyage.attempt };
            desk.submit(&voyage.campaign, resume, clock::now())?;
            let history = history_in(desk.log())?;
            super::pick(&history, Some(&voyage.campaign))?.plan.clone()
        }
    };
    let campaign = desk.campaign(&voyage.campaign);
    let stand = |trial: Trial| {
        let known = campaign.as_ref().and_then(|it| it.trials.get(&trial));
        let progress = known.cloned().unwrap_or_default();
        (trial, progress)
    };
    let mut walk: Vec<(Trial, Walked)> = order.into_iter().map(stand).collect();
    walk.retain(|(_, progress)| progress.next_step().is_some());
    Ok(walk)
}

fn finish(desk: &Desk, voyage: &Voyage, end: &RunEnd<RecordError>, cost: Cost) -> Result<(), Exit> {
    let ending = match (end.cancelled, end.lab_errors.is_empty()) {
        (true, _) => Ending::Cancelled,
        (false, false) => Ending::LabError,
        (false, true) => Ending::Completed,
    };
    let finish = Command::FinishCampaign { ending, cost, attempt: voyage.attempt };
    desk.submit(&voyage.campaign, finish, clock::now())?;
    Ok(())
}
