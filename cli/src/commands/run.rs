//! `portolan run`: a campaign from its start, or from where it was interrupted, to its matrices.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use domain::campaign::Progress as Walked;
use domain::command::Command;
use domain::event::{Cost, Ending, Pins};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::score::{Score, Standing};
use domain::testbed::Testbed;
use ingest::Desk;
use reports::matrix::Judged;
use runner::lab::{Accel, Engine, Image, ImageKey, Images, QemuLab, Quarantine, Sharing};
use runner::{Ledger, RunEnd, Stopwatch};
use tokio_util::sync::CancellationToken;

use super::{desk, history_of, matrix};
use crate::args::{Args, Gate, Run};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::recorder::{DeskRecorder, RecordError};
use crate::{clock, settings};

/// A campaign that is about to be walked.
struct Voyage {
    campaign: CampaignId,
    testbed: Testbed,
    attempt: u32,
}

pub(super) fn execute(args: &Args, command: &Run) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let fresh = command.testbed.as_deref().map(settings::testbed).transpose()?;
    let trials = fresh.as_ref().map(|testbed| planned(testbed, command)).transpose()?;
    let desk = Arc::new(Mutex::new(desk(args)?));
    let voyage = match fresh {
        Some(testbed) => {
            let campaign = clock::new_campaign().map_err(Exit::usage)?;
            Voyage { campaign, testbed, attempt: 0 }
        }
        None => interrupted(&desk)?,
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let end = runtime.block_on(sail(args, command, &desk, &voyage, trials))?;
    drop(runtime);

    let history = history_of(lock(&desk).log())?;
    let campaign = super::pick(&history, Some(&voyage.campaign))?;
    let judged = Judged::new(campaign, &policy);
    let shown = Command::ShowScores {
        policy: policy.label(),
        policy_sha256: policy.digest(),
        cells: judged.shown(),
        attempt: voyage.attempt,
    };
    lock(&desk).submit(&voyage.campaign, shown, clock::now())?;
    matrix::show(args, &judged, history.unplaced())?;
    if let Some((trial, reason)) = end.lab_errors.first() {
        let count = end.lab_errors.len();
        let words = format!("{count} trials met a lab error, first {trial}: {reason}");
        return Err(Exit::lab(format!("{words}. Mend it, then: portolan run --resume")));
    }
    if end.cancelled {
        return Err(Exit::lab("stopped. To go on: portolan run --resume"));
    }
    gate(command.fail_on, &judged)
}

fn planned(testbed: &Testbed, command: &Run) -> Result<Vec<Trial>, Exit> {
    let part = &command.part;
    let selection = Selection {
        guests: part.guest.clone(),
        sources: part.source.clone(),
        targets: part.target.clone(),
    };
    plan(testbed, &selection, part.repeat).map_err(Exit::usage)
}

/// The last campaign, if it did not run to its end.
fn interrupted(desk: &Mutex<Desk>) -> Result<Voyage, Exit> {
    let desk = lock(desk);
    let history = history_of(desk.log())?;
    let campaign = super::pick(&history, None)?;
    if matches!(campaign.ended, Some((Ending::Completed, _))) {
        let words = format!("campaign `{}` ran to its end: nothing to resume", campaign.id);
        return Err(Exit::usage(words));
    }
    let (id, testbed) = (campaign.id.clone(), campaign.testbed.clone());
    Ok(Voyage { campaign: id, testbed, attempt: campaign.resumed + 1 })
}

/// Prepares the lab, walks the trials, and leaves nothing behind.
async fn sail(
    args: &Args,
    command: &Run,
    desk: &Arc<Mutex<Desk>>,
    voyage: &Voyage,
    trials: Option<Vec<Trial>>,
) -> Result<RunEnd<RecordError>, Exit> {
    let folder = args.store.join("work").join(voyage.campaign.as_str());
    let ledger = Ledger::open(&folder)
        .with_context(|| format!("cannot use {}", folder.display()))
        .map_err(Exit::Lab)?;
    if voyage.attempt > 0 {
        let ended = ledger.clean_up().context("cleaning up").map_err(Exit::Lab)?;
        if ended > 0 && !args.quiet {
            eprintln!("ended {ended} processes of the interrupted run");
        }
    }
    let ledger = Arc::new(ledger);
    let result = prepared(args, command, desk, voyage, (trials, &ledger)).await;
    if let Some(ledger) = Arc::into_inner(ledger) {
        ledger.remove().context("removing the work folder").map_err(Exit::Lab)?;
    }
    result
}

async fn prepared(
    args: &Args,
    command: &Run,
    desk: &Arc<Mutex<Desk>>,
    voyage: &Voyage,
    (trials, ledger): (Option<Vec<Trial>>, &Arc<Ledger>),
) -> Result<RunEnd<RecordError>, Exit> {
    let testbed = &voyage.testbed;
    if let Some(words) = runner::lab::missing_tool() {
        return Err(Exit::lab(words));
    }
    let images = images(args, &command.cache.folder(), testbed).await?;
    let accel = accel(&command.cache.folder(), testbed, &images, ledger).await?;
    let engine = Engine { accel, quarantine: Quarantine::probe() };
    let pins = runner::lab::discover(testbed, &images, engine)?;
    let walk = begin(desk, voyage, pins, trials)?;
    let progress = Progress::new(walk.len(), args.quiet || args.json);
    progress.say(&format!("campaign {}: {} trials", voyage.campaign, walk.len()));

    let names: Vec<Trial> = walk.iter().map(|(trial, _)| trial.clone()).collect();
    let sharing = if command.sequential { Sharing::Alone } else { Sharing::Shared };
    let clock = Stopwatch::start();
    let lab = QemuLab::new(testbed, images, Arc::clone(ledger), (engine, sharing), &names)?;
    let cancel = CancellationToken::new();
    let watcher = tokio::spawn(interrupt(cancel.clone()));
    let told = progress.clone();
    let run = Arc::new(runner::Run {
        driver: Arc::new(lab),
        recorder: Arc::new(DeskRecorder {
            desk: Arc::clone(desk),
            campaign: voyage.campaign.clone(),
        }),
        cancel,
        groups_at_once: if command.sequential { 1 } else { testbed.slots.cpu as usize + 1 },
        notice: Arc::new(move |notice| told.tell(&notice)),
    });
    let mut end = run.walk_all(walk).await;
    watcher.abort();
    progress.end();
    if let Some(error) = end.unrecorded.take() {
        return Err(Exit::Lab(anyhow::Error::new(error).context("the run was stopped")));
    }
    finish(desk, voyage, &end, clock)?;
    Ok(end)
}

/// Every image, built where it is not there.
async fn images(
    args: &Args,
    cache: &std::path::Path,
    testbed: &Testbed,
) -> Result<std::collections::BTreeMap<ImageKey, Image>, Exit> {
    let tell = |key: &ImageKey| {
        if !args.quiet {
            let at = key.platform.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
            eprintln!("building guest {}{at} …", key.guest);
        }
    };
    Ok(Images::new(cache).ensure(testbed, tell).await?)
}

/// KVM where a probe boot proved it, once per machine and kernel; TCG elsewhere.
async fn accel(
    cache: &std::path::Path,
    testbed: &Testbed,
    images: &std::collections::BTreeMap<ImageKey, Image>,
    ledger: &Ledger,
) -> Result<Accel, Exit> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let known = cache.join(format!("acceleration-{}.json", kernel.trim()));
    let read = std::fs::read(&known).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(accel) = read {
        return Ok(accel);
    }
    let (Some((key, image)), Some(first)) = (images.first_key_value(), testbed.platforms.first())
    else {
        return Ok(Accel::Tcg);
    };
    let at = key.platform.as_ref().and_then(|id| testbed.platform(id)).unwrap_or(first);
    let profile = runner::lab::Profile::of(at)?;
    let memory = testbed.guest(&key.guest).map_or(256, |guest| guest.memory_mib);
    let accel = runner::lab::probe(ledger, &image.path, &profile, memory).await;
    let kept = serde_json::to_vec(&accel).map_err(|error| Exit::Lab(error.into()))?;
    std::fs::write(&known, kept).context("cannot write the cache").map_err(Exit::Lab)?;
    Ok(accel)
}

/// Records the start or the resumption and returns the trials that are left to walk.
fn begin(
    desk: &Mutex<Desk>,
    voyage: &Voyage,
    pins: Pins,
    trials: Option<Vec<Trial>>,
) -> Result<Vec<(Trial, Walked)>, Exit> {
    let mut desk = lock(desk);
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
            let history = history_of(desk.log())?;
            super::pick(&history, Some(&voyage.campaign))?.plan.clone()
        }
    };
    let campaign = desk.campaign(&voyage.campaign);
    let stand = |trial: Trial| {
        let progress = campaign.and_then(|it| it.trials.get(&trial)).cloned().unwrap_or_default();
        (trial, progress)
    };
    let mut walk: Vec<(Trial, Walked)> = order.into_iter().map(stand).collect();
    walk.retain(|(_, progress)| progress.next_step().is_some());
    Ok(walk)
}

/// Stops the run at the first Ctrl-C or request to terminate.
async fn interrupt(cancel: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    eprintln!("stopping: processes are ended, files removed …");
    cancel.cancel();
}

fn finish(
    desk: &Mutex<Desk>,
    voyage: &Voyage,
    end: &RunEnd<RecordError>,
    clock: Stopwatch,
) -> Result<(), Exit> {
    let ending = match (end.cancelled, end.lab_errors.is_empty()) {
        (true, _) => Ending::Cancelled,
        (false, false) => Ending::LabError,
        (false, true) => Ending::Completed,
    };
    let cost = Cost { wall_ms: clock.elapsed_ms(), ..runner::spent() };
    let finish = Command::FinishCampaign { ending, cost, attempt: voyage.attempt };
    lock(desk).submit(&voyage.campaign, finish, clock::now())?;
    Ok(())
}

fn gate(gate: Option<Gate>, judged: &Judged<'_>) -> Result<(), Exit> {
    let worst = match gate {
        None => return Ok(()),
        Some(Gate::Warning) => Score::Warning,
        Some(Gate::Failure) => Score::Failure,
    };
    let below = |standing: Standing| standing.score().is_some_and(|score| score <= worst);
    let count = judged.cells().filter(|(_, cell)| below(cell.verdict.standing)).count();
    match count {
        0 => Ok(()),
        count => Err(Exit::Gate(format!("{count} cells score {worst} or lower"))),
    }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
