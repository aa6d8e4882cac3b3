//! `portolan baseline`.

use domain::declare::Declaration;
use domain::ids::BaselineName;
use domain::registry::Registry;
use reports::declared;
use reports::viewpoint::Viewpoint;

use super::{history_from, pick, print, print_json};
use crate::args::{Args, Baseline, BaselineSet, Past};
use crate::declaring::Declaring;
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Baseline) -> Result<(), Exit> {
    match command {
        Baseline::Set(command) => set(args, command),
        Baseline::List { past } => list(args, *past),
        Baseline::Show { name, past } => show(args, name, *past),
    }
}

fn set(args: &Args, command: &BaselineSet) -> Result<(), Exit> {
    let declaring = Declaring::open(args)?;
    let history = declaring.history()?;
    let campaign = pick(&history, command.campaign.as_ref())?;
    if campaign.ended.is_none() {
        let words = "has not ended: portolan run --resume";
        return Err(Exit::usage(format!("campaign `{}` {words}", campaign.id)));
    }
    let declaration = Declaration::SetBaseline {
        name: command.name.clone(),
        campaign: campaign.id.clone(),
        versions: campaign.versions(),
        follows: command.follows.clone(),
        reason: command.reason.clone(),
    };
    let before = history.registry().baseline(&command.name).map(|it| it.what.campaign.clone());
    let recorded = declaring.declare(declaration, &command.by.by)?;
    if args.json {
        return print_json(&declared::baseline(&declaring.registry()?, &command.name));
    }
    let (name, id) = (&command.name, &campaign.id);
    let before = before.filter(|it| it != id).map(|it| format!(", {it} before"));
    let before = before.unwrap_or_default();
    print(&match recorded {
        Some(position) => {
            format!("baseline {name} is campaign {id} now{before} (event {position})\n")
        }
        None => format!("baseline {name} is campaign {id} already: nothing recorded\n"),
    })
}

fn list(args: &Args, past: Past) -> Result<(), Exit> {
    let history = history_from(args, past.viewpoint())?;
    let entries = declared::baselines(history.registry());
    if args.json {
        return print_json(&entries);
    }
    if entries.is_empty() {
        return print(match past.viewpoint() == Viewpoint::default() {
            true => "no baseline yet: portolan baseline set NAME\n",
            false => "no baseline was set by then\n",
        });
    }
    print(&declared::baselines_text(&entries))
}

fn show(args: &Args, name: &BaselineName, past: Past) -> Result<(), Exit> {
    let history = history_from(args, past.viewpoint())?;
    let Some(entry) = declared::baseline(history.registry(), name) else {
        let none = history.registry().baselines().next().is_none();
        return Err(match none && past.viewpoint() != Viewpoint::default() {
            true => Exit::usage("no baseline was set by then"),
            false => unknown(history.registry(), name),
        });
    };
    if args.json { print_json(&entry) } else { print(&declared::baseline_text(&entry)) }
}

/// A baseline that is not there, with those that are.
pub(super) fn unknown(registry: &Registry, name: &BaselineName) -> Exit {
    let known: Vec<&str> = registry.baselines().map(|(name, _)| name.as_str()).collect();
    match known.as_slice() {
        [] => Exit::usage(format!("there is no baseline yet: portolan baseline set {name}")),
        known => Exit::usage(format!("there is no baseline `{name}`; known: {}", known.join(", "))),
    }
}
