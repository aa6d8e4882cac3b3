//! `portolan plan`: every trial and every command that would run.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use domain::ids::GuestId;
use domain::plan_file::PlanFile;
use domain::testbed::{Probe, Testbed};
use reports::chronicle::CampaignRecord;
use reports::stale::{self, Revalidation};
use reports::stale_text;
use serde::Serialize;

use super::baseline::unknown;
use super::run::{chosen, planned};
use super::{chronicle, harbours, print, print_json, routes};
use crate::args::{Args, Plan};
use crate::exit::Exit;
use crate::output::Output;
use crate::quoting::quoted;
use crate::settings;

#[derive(Serialize)]
struct PlannedTrial {
    trial: String,
    guest: String,
    source: String,
    target: String,
    route: String,
    repetition: u32,
    commands: Vec<PlannedCommand>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    probes: Vec<PlannedProbe>,
}

/// What an application is asked in steps 1 and 7.
#[derive(Serialize)]
struct PlannedProbe {
    id: String,
    ask: String,
}

#[derive(Serialize)]
struct PlannedCommand {
    step: u8,
    argv: Vec<String>,
}

pub(super) fn execute(args: &Args, command: &Plan) -> Result<(), Exit> {
    let testbed = command.testbed.as_deref().map(|it| chosen(it, &command.part)).transpose()?;
    match testbed {
        Some(testbed) if command.routes => routes::execute(args, &testbed),
        Some(testbed) if !command.stale => fresh(args, command, testbed),
        testbed => stale(args, command, testbed),
    }
}

/// Every trial of a testbed.
fn fresh(args: &Args, command: &Plan, testbed: Testbed) -> Result<(), Exit> {
    let trials = planned(&testbed, &command.part)?;
    let file = PlanFile::new(testbed, trials);
    if !is_stdout(command) {
        show(args, &file)?;
    }
    keep(args, command.out.as_deref(), &file)
}

/// The trials that bring a baseline up to date.
fn stale(args: &Args, command: &Plan, testbed: Option<Testbed>) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let chronicle = chronicle(args, policy, reports::viewpoint::Viewpoint::default())?;
    let registry = chronicle.registry();
    let set = match &command.baseline {
        Some(name) => registry.baseline(name).ok_or_else(|| unknown(registry, name))?,
        None => {
            let last = registry.baselines().filter_map(|(_, line)| line.last());
            last.max_by_key(|it| it.position).ok_or_else(|| {
                Exit::usage("there is no baseline yet: portolan baseline set NAME")
            })?
        }
    };
    let records = chronicle.records(&chronicle.in_force());
    let baseline = record(&records, set.what.campaign.as_str())?;
    let current = stale::current(&records, registry);
    let revalidation = Revalidation::of(baseline, &records, &current);
    let name = &set.what.name;
    match (is_stdout(command), args.json) {
        (true, _) => {}
        (false, true) => print_json(&stale_text::file(name, &revalidation))?,
        (false, false) => print(&stale_text::text(name, &revalidation))?,
    }
    match command.out.as_deref() {
        None if args.json || args.quiet || revalidation.trials.is_empty() => Ok(()),
        None => print("To write them down as a plan: portolan plan --stale --out FILE\n"),
        Some(_) if revalidation.trials.is_empty() => {
            Err(Exit::usage("nothing is stale, so there is no plan to write"))
        }
        Some(_) if testbed.is_none() && baseline.told => Err(Exit::usage(format!(
            "another system told baseline {name}, and no driver reaches its platforms: name the \
             testbed to walk: portolan plan TESTBED --stale --baseline {name}"
        ))),
        path => {
            let testbed = testbed.unwrap_or_else(|| Testbed::clone(&baseline.testbed));
            let estimate_ms = revalidation.estimate_ms;
            let file = PlanFile::new(testbed, revalidation.trials);
            keep(args, path, &PlanFile { baseline: Some(name.clone()), estimate_ms, ..file })
        }
    }
}

/// Whether standard output is for the plan alone.
fn is_stdout(command: &Plan) -> bool {
    command.out.as_deref() == Some(Path::new("-"))
}

fn record<'a>(records: &'a [CampaignRecord], id: &str) -> Result<&'a CampaignRecord, Exit> {
    let found = records.iter().find(|it| it.id.as_str() == id);
    found.ok_or_else(|| Exit::wrong(format!("the baseline's campaign `{id}` is not in the log")))
}

fn show(args: &Args, file: &PlanFile) -> Result<(), Exit> {
    let mut planned = Vec::with_capacity(file.trials.len());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| Exit::Lab(error.into()))?;
    let harbours = runtime.block_on(async { harbours::rehearse(&file.testbed) })?;
    let masks = harbours::Masks::of(&file.testbed);
    for trial in &file.trials {
        let commands = runner::fleet::rehearse(&file.testbed, trial, &harbours)?;
        let commands = commands
            .into_iter()
            .map(|it| PlannedCommand { step: it.step.number(), argv: masks.masked(it.argv) });
        planned.push(PlannedTrial {
            trial: trial.to_string(),
            guest: trial.guest.to_string(),
            source: trial.source.to_string(),
            target: trial.target.to_string(),
            route: trial.route.to_string(),
            repetition: trial.repetition,
            commands: commands.collect(),
            probes: probes(&file.testbed, &trial.guest),
        });
    }
    if args.json {
        return print_json(&planned);
    }
    for trial in &planned {
        print(&format!("{}\n", trial.trial))?;
        for command in &trial.commands {
            let line: Vec<String> = command.argv.iter().map(|it| quoted(it)).collect();
            print(&format!("  {}  {}\n", command.step, line.join(" ")))?;
        }
        for PlannedProbe { id, ask } in &trial.probes {
            print(&format!("  1 and 7  asks {id}: {ask}\n"))?;
        }
    }
    let count = planned.len();
    print(&format!("{count} trials. Acts that trials share run once. Nothing was touched.\n"))
}

fn probes(testbed: &Testbed, guest: &GuestId) -> Vec<PlannedProbe> {
    let asked = testbed.guest(guest).map(|it| it.probes.as_slice()).unwrap_or_default();
    let probe = |it: &Probe| PlannedProbe { id: it.id.to_string(), ask: it.ask.to_string() };
    asked.iter().map(probe).collect()
}

/// Writes the plan to a file, if one was named.
fn keep(args: &Args, path: Option<&Path>, file: &PlanFile) -> Result<(), Exit> {
    let Some(path) = path else { return Ok(()) };
    let file = file.clone().validate().map_err(|it| Exit::usage(format!("this plan: {it}")))?;
    let text = serde_json::to_string_pretty(&file).map_err(|error| Exit::Lab(error.into()))?;
    let mut out = Output::create(path)?;
    let silent = out.is_stdout() || args.json || args.quiet;
    let written = writeln!(out, "{text}");
    written.with_context(|| format!("cannot write {}", path.display())).map_err(Exit::Lab)?;
    out.finish()?;
    if silent {
        return Ok(());
    }
    let path = path.display().to_string();
    print(&format!("To walk it: portolan run --plan {}\n", quoted(&path)))
}
