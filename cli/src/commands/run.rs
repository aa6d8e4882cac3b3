//! `portolan run`: a campaign from its start, or from where it was interrupted, to its matrices.

use std::sync::Arc;

use domain::command::Command;
use domain::event::Ending;
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::score::{Score, Standing};
use domain::testbed::Testbed;
use ingest::Desk;
use reports::chronicle::Chronicle;
use reports::history::CampaignHistory;
use reports::matrix::Judged;
use reports::viewpoint::Viewpoint;
use store::{Direction, EventLog};

use super::seen::Seen;
use super::voyage::{Voyage, sail};
use super::{desk, history_in, matrix, print};
use crate::args::{Args, Gate, Run};
use crate::exit::Exit;
use crate::{clock, settings};

pub(super) fn execute(args: &Args, command: &Run) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let (fresh, trials) = fresh(command)?;
    let desk = Arc::new(desk(args)?);
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

    let seen = Seen::of(history_in(desk.log())?, policy)?;
    let campaign = seen.pick(Some(&voyage.campaign))?;
    let waivers = seen.waivers();
    let judged = seen.judged(campaign, &waivers);
    let shown = Command::ShowScores {
        policy: seen.policy.label(),
        policy_sha256: seen.policy.digest(),
        cells: judged.shown(),
        attempt: voyage.attempt,
    };
    matrix::show(args, &seen, &judged)?;
    if !args.json {
        tell_changes(&seen, desk.log(), &voyage.campaign)?;
    }
    desk.submit(&voyage.campaign, shown, clock::now())?;
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
fn tell_changes(seen: &Seen, log: &dyn EventLog, campaign: &CampaignId) -> Result<(), Exit> {
    if seen.history.registry().last_baseline().is_none() {
        return Ok(());
    }
    let mut chronicle = Chronicle::new(seen.policy.clone(), Viewpoint::default());
    for recorded in log.read(0, Direction::Forward) {
        chronicle.project(recorded?);
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
    let testbed = command.testbed.as_deref().map(settings::testbed).transpose()?;
    let trials = testbed.as_ref().map(|testbed| planned(testbed, command)).transpose()?;
    Ok((testbed, trials))
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

/// The last campaign that did not run to its end.
fn interrupted(desk: &Desk) -> Result<Voyage, Exit> {
    let history = history_in(desk.log())?;
    let last = super::pick(&history, None)?;
    let open = |it: &&CampaignHistory| !matches!(it.ended, Some((Ending::Completed, _)));
    let Some(campaign) = history.campaigns().iter().rev().find(open) else {
        let words = format!("campaign `{}` ran to its end: nothing to resume", last.id);
        return Err(Exit::usage(words));
    };
    let (id, testbed) = (campaign.id.clone(), campaign.testbed.clone());
    Ok(Voyage { campaign: id, testbed, attempt: campaign.resumed + 1 })
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
