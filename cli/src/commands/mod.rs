//! One file per command.

mod access;
mod agent;
mod attestation;
mod baseline;
mod bundle;
mod check;
mod converters;
mod diff;
mod drivers;
mod embedded;
mod explain;
mod export;
mod gate;
mod harbours;
mod import;
mod insights;
mod lab;
mod letters;
mod listing;
mod log;
mod matrix;
mod offer;
mod ops;
mod ovf;
mod plan;
mod policy;
mod probe;
mod projections;
mod publish;
mod published;
mod report;
mod routes;
mod run;
mod seen;
mod seen_there;
mod serve;
mod signals;
mod spool;
mod upgrade;
mod verify;
mod voyage;
mod waiver;
mod withdraw;

pub(crate) use embedded::told_to_stop;

use std::io::Write as _;
use std::sync::Arc;

use clap::CommandFactory as _;
use domain::event::Recorded;
use domain::ids::{CampaignId, Sha256Digest};
use domain::policy::Policy;
use ingest::Desk;
use reports::chronicle::Chronicle;
use reports::explain::Leaves;
use reports::history::{CampaignHistory, History};
use reports::viewpoint::Viewpoint;
use serde::Serialize;
use store::{Direction, EventLog, Snapshot, StoreError};

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::{clock, opening};

/// Does what was asked.
pub(crate) fn execute(args: Args) -> Result<(), Exit> {
    match &args.command {
        Command::Lab(command) => lab::execute(&args, command),
        Command::Plan(command) => plan::execute(&args, command),
        Command::Check(command) => check::execute(&args, command),
        Command::Ops(command) => ops::execute(&args, command),
        Command::Run(command) => run::execute(&args, command),
        Command::Matrix(command) => matrix::execute(&args, command),
        Command::Report(command) => report::execute(&args, command),
        Command::Export(command) => export::execute(&args, command),
        Command::Diff(command) => diff::execute(&args, command),
        Command::Explain(command) => explain::execute(&args, command),
        Command::Projections { past } => projections::execute(&args, *past),
        Command::Baseline(command) => baseline::execute(&args, command),
        Command::Upgrade(command) => upgrade::execute(&args, command),
        Command::Waiver(command) => waiver::execute(&args, command),
        Command::Withdraw(command) => withdraw::execute(&args, command),
        Command::Import(command) => import::execute(&args, command),
        Command::Insights(command) => insights::execute(&args, command),
        Command::Serve(command) => serve::execute(&args, command),
        Command::Access(command) => access::execute(&args, command),
        Command::Letters(command) => letters::execute(&args, command),
        Command::Publish(command) => publish::execute(&args, command),
        Command::Agent(command) => agent::execute(&args, command),
        Command::Offer(command) => offer::execute(&args, command),
        Command::Spool(command) => spool::execute(&args, command),
        Command::Log(command) => log::execute(&args, command),
        Command::Verify(command) => verify::execute(&args, command),
        Command::Ovf(command) => ovf::execute(&args, command),
        Command::Gate(command) => gate::execute(&args, command),
        Command::Drivers(command) => drivers::execute(&args, command),
        Command::Converters(command) => converters::execute(&args, command),
        Command::Policy(command) => policy::execute(&args, command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "portolan", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}

/// The history in the store that the call names, seen from somewhere in time.
pub(crate) fn history_from(args: &Args, viewpoint: Viewpoint) -> Result<History, Exit> {
    let mut history = History::seen_from(viewpoint);
    each_event(args, viewpoint, |recorded| history.project(&recorded))?;
    Ok(history)
}

/// Every campaign in the store, judged by a policy and seen from somewhere in time.
fn chronicle(args: &Args, policy: Policy, viewpoint: Viewpoint) -> Result<Chronicle, Exit> {
    let mut chronicle = Chronicle::new(policy, viewpoint);
    each_event(args, viewpoint, |recorded| chronicle.project(recorded))?;
    Ok(chronicle.at_present(clock::now()))
}

/// Every event in the store that the call names, as it stands: also while another process appends.
/// What was not known yet is not read.
pub(crate) fn each_event(
    args: &Args,
    viewpoint: Viewpoint,
    mut take: impl FnMut(Recorded),
) -> Result<(), Exit> {
    let snapshot = Snapshot::take(&args.store)?;
    if let Some(damage) = snapshot.damage()? {
        return Err(Exit::wrong(format!("{damage}. What can be read: portolan log show")));
    }
    let events = match viewpoint.known_at {
        Some(position) if position >= snapshot.end() => return Err(beyond(position, &snapshot)),
        Some(position) => position + 1,
        None => snapshot.end(),
    };
    for recorded in snapshot.read(0, Direction::Forward).take_while(is_before(events)) {
        take(recorded?);
    }
    Ok(())
}

/// The hashes of the events between two positions, both included, as leaves of the log's tree.
fn leaves(args: &Args, first: u64, last: u64) -> Result<Leaves, Exit> {
    let snapshot = Snapshot::take(&args.store)?;
    let mut leaves = Leaves::new();
    for leaf in snapshot.leaves(first) {
        let (position, bytes) = leaf?;
        if position > last {
            break;
        }
        leaves.insert(position, Sha256Digest::from_bytes(ledger::leaf_hash(&bytes).to_bytes()));
    }
    Ok(leaves)
}

/// Whether an event stands before this position; what cannot be read is passed on.
fn is_before(end: u64) -> impl Fn(&Result<Recorded, StoreError>) -> bool {
    move |it| it.as_ref().map_or(true, |it| it.position < end)
}

/// A question about a position that nobody has written yet: its answer would change.
fn beyond(position: u64, snapshot: &Snapshot) -> Exit {
    match snapshot.end().checked_sub(1) {
        None => Exit::usage("--known-at: the log holds no event yet"),
        Some(last) => Exit::usage(format!(
            "--known-at {position} lies beyond the log, whose last event is {last}: what will be \
             known then is not known yet"
        )),
    }
}

/// The history a log tells.
pub(crate) fn history_in(log: &dyn EventLog) -> Result<History, Exit> {
    let mut history = History::default();
    for recorded in log.read(0, Direction::Forward) {
        history.project(&recorded?);
    }
    Ok(history)
}

/// The campaign that was asked for, or the one that started last.
pub(crate) fn pick<'a>(
    history: &'a History,
    wanted: Option<&CampaignId>,
) -> Result<&'a CampaignHistory, Exit> {
    let found = match wanted {
        Some(id) => history.campaign(id),
        None => history.last(),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = history.campaigns().iter().map(|it| it.id.as_str()).collect();
        match (wanted, known.is_empty()) {
            (_, true) => Exit::usage("the store holds no campaign yet: portolan run default"),
            (Some(id), false) => {
                Exit::usage(format!("there is no campaign `{id}`; known: {}", known.join(", ")))
            }
            (None, false) => Exit::usage("there is no campaign"),
        }
    })
}

/// Opens the desk of the store that the call names.
fn desk(args: &Args) -> Result<Desk, Exit> {
    let (log, blobs) = opening::open(args)?;
    Ok(Desk::open(Arc::new(log), blobs)?)
}

/// Opens the desk of the store, unless another process owns it.
pub(crate) fn desk_or_owner(args: &Args) -> Result<Result<Desk, StoreError>, Exit> {
    match opening::open(args) {
        Ok((log, blobs)) => Ok(Ok(Desk::open(Arc::new(log), blobs)?)),
        Err(exit) => exit.in_use().map(Err),
    }
}

/// Opens the desk of a store that is there: whoever declares something about history means one
/// that has some.
pub(crate) fn desk_there(args: &Args) -> Result<Desk, Exit> {
    let log = opening::own(args)?;
    Ok(Desk::open(Arc::new(log), opening::evidence(args)?)?)
}

/// Prints a text; a reader that has gone away is not an error.
fn print(text: &str) -> Result<(), Exit> {
    print_bytes(text.as_bytes())
}

/// Prints bytes; a reader that has gone away is not an error.
fn print_bytes(bytes: &[u8]) -> Result<(), Exit> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Exit::Lab(anyhow::Error::new(error).context("cannot write to standard output")))
        }
        _ => Ok(()),
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl Serialize) -> Result<(), Exit> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Exit::Lab(error.into()))?;
    print(&format!("{text}\n"))
}
