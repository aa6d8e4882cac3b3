//! `portolan run`: a campaign from its start, or from where it was interrupted, to its matrices.

use domain::command::Command;
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::score::{Score, Standing};
use domain::testbed::Testbed;
use reports::chronicle::Chronicle;
use reports::matrix::Judged;
use reports::viewpoint::Viewpoint;

use super::seen::Seen;
use super::voyage::sail;
use super::{matrix, print, seen_there};
use crate::args::{Args, Gate, Part, Run};
use crate::exit::Exit;
use crate::logbook::{Logbook, Voyage};
use crate::{clock, settings};

pub(super) fn execute(args: &Args, command: &Run) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let (fresh, trials) = fresh(command)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let logbook = Logbook::open(args, &command.remote, &runtime)?;
    let voyage = match fresh {
        Some(testbed) => {
            let campaign = clock::new_campaign().map_err(Exit::usage)?;
            Voyage { campaign, testbed, attempt: 0 }
        }
        None => runtime.block_on(logbook.interrupted())?,
    };
    let end = runtime.block_on(sail(args, command, &logbook, &voyage, trials))?;
    // What is not delivered yet is shown all the same.
    let settled = runtime.block_on(logbook.settle());

    let told = logbook.told(args)?;
    let seen = Seen::of(told.history, policy)?;
    let campaign = seen.pick(Some(&voyage.campaign))?;
    let waivers = seen.waivers();
    let judged = seen.judged(campaign, &waivers);
    let shown = Command::ShowScores {
        policy: seen.policy.label(),
        policy_sha256: seen.policy.digest(),
        cells: judged.shown(),
        attempt: voyage.attempt,
    };
    matrix::show(args, &seen, &judged, told.is_log)?;
    if !args.json {
        tell_changes(args, &seen, &logbook, &voyage.campaign)?;
        let there = seen_there::words(&logbook, &judged, settled.is_ok());
        runtime.block_on(there).map_or(Ok(()), |it| print(&it))?;
    }
    runtime.block_on(logbook.keep(&voyage.campaign, shown))?;
    settled?;
    runtime.block_on(logbook.settle())?;
    logbook.close(!end.cancelled && end.lab_errors.is_empty());
    if let Some((trial, reason)) = end.lab_errors.first() {
        let words = match end.lab_errors.len() {
            1 => format!("a trial met a lab error, {trial}: {reason}"),
            count => format!("{count} trials met a lab error, first {trial}: {reason}"),
        };
        return Err(Exit::lab(format!("{words}. Mend it, then: portolan run --resume")));
    }
    if end.cancelled {
        return Err(Exit::Stopped("to go on: portolan run --resume"));
    }
    gate(command.fail_on, &judged)
}

/// What got better or worse since the baseline that was set last, if there is one.
fn tell_changes(
    args: &Args,
    seen: &Seen,
    logbook: &Logbook,
    campaign: &CampaignId,
) -> Result<(), Exit> {
    if seen.history.registry().last_baseline().is_none() {
        return Ok(());
    }
    let mut chronicle = Chronicle::new(seen.policy.clone(), Viewpoint::default());
    if !logbook.chronicle(args, &mut chronicle)? {
        return Ok(());
    }
    let chronicle = chronicle.at_present(clock::now());
    match super::diff::since_baseline(&chronicle, campaign) {
        Some(changes) => print(&format!("\n{changes}")),
        None => Ok(()),
    }
}

/// Testbed and trials of a campaign that is about to start; none for one that is resumed.
fn fresh(command: &Run) -> Result<(Option<Testbed>, Option<Vec<Trial>>), Exit> {
    if let Some(path) = &command.plan {
        let file = settings::plan(path)?;
        return Ok((Some(file.testbed), Some(file.trials)));
    }
    let testbed = command.testbed.as_deref().map(|it| chosen(it, &command.part)).transpose()?;
    let trials = testbed.as_ref().map(|testbed| planned(testbed, &command.part)).transpose()?;
    Ok((testbed, trials))
}

/// A testbed, in the mode that was asked for.
pub(super) fn chosen(name: &str, part: &Part) -> Result<Testbed, Exit> {
    let testbed = settings::testbed(name)?;
    let mode = part.mode.map_or(testbed.mode, Into::into);
    Ok(Testbed { mode, ..testbed })
}

pub(super) fn planned(testbed: &Testbed, part: &Part) -> Result<Vec<Trial>, Exit> {
    let selection = Selection {
        guests: part.guest.clone(),
        sources: part.source.clone(),
        targets: part.target.clone(),
        migration: part.migration.map(Into::into),
    };
    plan(testbed, &selection, part.repeat).map_err(Exit::usage)
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
        1 => Err(Exit::Gate(format!("one cell scores {worst} or lower"))),
        count => Err(Exit::Gate(format!("{count} cells score {worst} or lower"))),
    }
}
