//! `portolan check`: steps 1, 4 and 5 as far as they can be told without touching anything, in the lab and at platforms
//! behind drivers.

use std::sync::Arc;

use domain::foretell::foretell;
use domain::plan::{PlanProblem, Selection, Trial, plan};
use domain::policy::Policy;
use domain::score::{Score, Standing};
use domain::testbed::{Migration, Testbed};
use reports::foretold::{
    CheckFile, CommandForetold, Detail, PlatformForetold, PlatformTrouble, TrialForetold, text,
};
use runner::fleet::{Fleet, Hailed};
use runner::lab::{Accel, Engine, Images, QemuLab, Quarantine, Sharing};
use runner::{Ledger, Survey};

use super::embedded::told_to_stop;
use super::{harbours, print, print_json};
use crate::args::{Args, Check, Gate};
use crate::exit::Exit;
use crate::progress::tell;
use crate::quoting::quoted;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Check) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let testbed = settings::testbed(&command.testbed)?;
    let trials = trials(&testbed, command)?;
    // What tools leave lying is beside the store, and gone at the end.
    let scratch = tempfile::tempdir().map_err(|error| Exit::Lab(error.into()))?;
    let lab = lab(args, command, &testbed, (&trials, scratch.path()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let (platforms, found) = runtime.block_on(async {
        let seen = harbours::look(&testbed, &trials);
        let fleet = Fleet::new(lab, seen.harbours).without(seen.out_of_reach);
        tokio::select! {
            found = look(&fleet, &policy, &testbed, &trials) => found,
            () = told_to_stop() => Err(Exit::Stopped("nothing was touched")),
        }
    })?;
    let file = CheckFile::new(&testbed.name, &policy, platforms, found);
    match args.json {
        true => print_json(&file)?,
        false => {
            let detail = Detail { every_rule: command.verbose, commands: command.commands };
            print(&text(&file, detail, super::matrix::colour(), quoted))?;
        }
    }
    end(command.fail_on, &file)
}

fn trials(testbed: &Testbed, command: &Check) -> Result<Vec<Trial>, Exit> {
    let selection = Selection {
        guests: command.guest.clone(),
        sources: command.source.clone(),
        targets: command.target.clone(),
        // What steps 1, 4 and 5 ask of a VM that is switched off: the other types are not foretold.
        migration: Some(Migration::Cold),
    };
    plan(testbed, &selection, 1).map_err(|problem| {
        if !matches!(problem, PlanProblem::NoRoute { .. }) {
            return Exit::usage(problem);
        }
        let name = &command.testbed;
        Exit::usage(format!(
            "{problem}; `check` foretells no other type: portolan plan {name} shows what a run would do"
        ))
    })
}

/// The embedded lab with the images that are there.
fn lab(
    args: &Args,
    command: &Check,
    testbed: &Testbed,
    (trials, scratch): (&[Trial], &std::path::Path),
) -> Result<QemuLab, Exit> {
    if let Some(words) = runner::lab::missing_tool() {
        return Err(Exit::lab(words));
    }
    let images = Images::new(&command.cache.folder()).found(testbed)?;
    let own = |trial: &Trial| {
        let at = testbed.platform(&trial.source);
        at.is_some_and(|it| it.settings.contains_key(&format!("vm.{}", trial.guest)))
    };
    let is_there = |trial: &Trial| own(trial) || images.keys().any(|key| key.guest == trial.guest);
    if !args.quiet && !trials.iter().all(is_there) {
        tell("some guests are not built yet, so their images are not read: portolan lab build");
    }
    let ledger = Ledger::open(scratch).map_err(|error| Exit::Lab(error.into()))?;
    let engine = Engine { accel: Accel::Tcg, quarantine: Quarantine::probe() };
    let how = (engine, Sharing::Shared, String::new());
    Ok(QemuLab::new(testbed, images, Arc::new(ledger), how, trials)?)
}

async fn look(
    fleet: &Fleet,
    policy: &Policy,
    testbed: &Testbed,
    trials: &[Trial],
) -> Result<(Vec<PlatformForetold>, Vec<TrialForetold>), Exit> {
    let masks = harbours::Masks::of(testbed);
    let platforms = fleet.hail().await.iter().map(|it| platform(it, &masks)).collect();
    let mut found = Vec::with_capacity(trials.len());
    for trial in trials {
        let looked = fleet.look(trial).await;
        let judged = foretell(policy, testbed.migration(&trial.route), &looked);
        let read = looked.into_iter().map(|it| it.observations);
        let commands = fleet.rehearse(trial)?;
        let commands = commands
            .into_iter()
            .map(|it| CommandForetold { step: it.step.number(), argv: masks.masked(it.argv) });
        let steps = judged.into_iter().zip(read).collect();
        found.push(TrialForetold::new(trial.clone(), steps, commands.collect()));
    }
    Ok((platforms, found))
}

fn platform(it: &Hailed, masks: &harbours::Masks) -> PlatformForetold {
    let trouble = it.answer.as_ref().err().map(|it| PlatformTrouble {
        class: it.class.map(|it| it.to_string()),
        words: it.words.clone(),
        command: masks.masked(it.command.clone()),
        advice: it.advice.clone(),
    });
    PlatformForetold {
        platform: it.platform.to_string(),
        driver: it.driver.clone(),
        version: it.answer.as_ref().ok().cloned(),
        trouble,
    }
}

/// As a run ends: 2 when a platform could not be set up, 3 when the lab broke, 1 below the gate.
fn end(gate: Option<Gate>, file: &CheckFile) -> Result<(), Exit> {
    let without_class =
        |it: &&PlatformForetold| it.trouble.as_ref().is_some_and(|trouble| trouble.class.is_none());
    if let Some(it) = file.platforms.iter().find(without_class) {
        let words = it.trouble.as_ref().map_or("", |it| &it.words);
        return Err(Exit::usage(format!("platform `{}` cannot be set up: {words}", it.platform)));
    }
    let broken = file.trials.iter().find(|it| it.standing == Standing::LabError);
    if let Some(it) = broken {
        let why = it.steps.iter().find_map(|it| it.reason.clone()).unwrap_or_default();
        return Err(Exit::lab(format!("{} could not be looked at: {why}", it.trial)));
    }
    let worst = match gate {
        None => return Ok(()),
        Some(Gate::Warning) => Score::Warning,
        Some(Gate::Failure) => Score::Failure,
    };
    let below = file.trials.iter().filter(|it| it.standing.score().is_some_and(|it| it <= worst));
    match below.count() {
        0 => Ok(()),
        1 => Err(Exit::Gate(format!("one trial would score {worst} or lower"))),
        count => Err(Exit::Gate(format!("{count} trials would score {worst} or lower"))),
    }
}
