//! `portolan plan`: every trial and every command that would run.

use domain::plan::{Selection, plan};
use serde::Serialize;

use super::{print, print_json};
use crate::args::{Args, Plan};
use crate::exit::Exit;
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
}

#[derive(Serialize)]
struct PlannedCommand {
    step: u8,
    argv: Vec<String>,
}

pub(super) fn execute(args: &Args, command: &Plan) -> Result<(), Exit> {
    let testbed = settings::testbed(&command.testbed)?;
    let part = &command.part;
    let selection = Selection {
        guests: part.guest.clone(),
        sources: part.source.clone(),
        targets: part.target.clone(),
    };
    let trials = plan(&testbed, &selection, part.repeat).map_err(Exit::usage)?;
    let mut planned = Vec::with_capacity(trials.len());
    for trial in &trials {
        let commands = runner::lab::rehearse(&testbed, trial)?;
        let commands =
            commands.into_iter().map(|it| PlannedCommand { step: it.step.number(), argv: it.argv });
        planned.push(PlannedTrial {
            trial: trial.to_string(),
            guest: trial.guest.to_string(),
            source: trial.source.to_string(),
            target: trial.target.to_string(),
            route: trial.route.to_string(),
            repetition: trial.repetition,
            commands: commands.collect(),
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
    }
    let count = planned.len();
    print(&format!("{count} trials. Acts that trials share run once. Nothing was touched.\n"))
}

/// An argument as a shell would need it, so that a line can be copied.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
