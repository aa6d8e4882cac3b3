//! `portolan log export`: the whole log in one file, with everything that proves it.

use std::io::ErrorKind::BrokenPipe;

use serde::Serialize;
use store::{Blobs, EventLog as _, Exported, Snapshot, StoreError};

use super::quiet;
use crate::args::{self, Args};
use crate::commands::listing::count;
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::opening;
use crate::output::Output;
use crate::progress::{Meter, tell};

#[derive(Serialize)]
struct Told {
    file: String,
    events: u64,
    /// Hexadecimal.
    root: String,
    evidence: u64,
    evidence_lost: u64,
    /// Events that were not signed yet, and so are not in it.
    newer: u64,
}

impl Told {
    fn new(command: &args::Export, exported: &Exported, newer: u64) -> Self {
        Self {
            file: command.out.display().to_string(),
            events: exported.events,
            root: exported.root.to_string(),
            evidence: exported.evidence,
            evidence_lost: exported.evidence_lost,
            newer,
        }
    }
}

pub(super) fn execute(args: &Args, command: &args::Export) -> Result<(), Exit> {
    let evidence = command.with_evidence.then(|| opening::evidence(args)).transpose()?;
    if !command.intact {
        sign(args)?;
    }
    let log = Snapshot::take(&args.store)?;
    let mut file = Output::create(&command.out)?;
    let printed = file.is_stdout();
    let exported = match write(args, command, &log, evidence.as_ref(), &mut file) {
        // A reader that has gone away is not an error.
        Err(StoreError::Io { source, .. }) if printed && source.kind() == BrokenPipe => {
            return Ok(());
        }
        Err(error @ (StoreError::Damaged { .. } | StoreError::Tree(_))) if !command.intact => {
            let words = "what stands before that can be saved with --intact";
            return Err(Exit::wrong(format!("{error}; {words}")));
        }
        exported => exported?,
    };
    file.finish()?;
    let newer = log.end().saturating_sub(exported.events);
    say(args, command, &Told::new(command, &exported, newer), printed)?;
    match exported.evidence_lost {
        0 => Ok(()),
        lost => Err(Exit::wrong(format!(
            "the export lacks {} of evidence, which the store has lost or has damaged: \
             portolan log verify",
            count(lost, "piece")
        ))),
    }
}

fn write(
    args: &Args,
    command: &args::Export,
    log: &Snapshot,
    evidence: Option<&Blobs>,
    file: &mut Output,
) -> Result<Exported, StoreError> {
    let meter = Meter::new(quiet(args), "exporting", Some(log.end()));
    let progress = |done| meter.at(done);
    if command.intact {
        log.export_intact(file, evidence, progress)
    } else {
        log.export(file, evidence, progress)
    }
}

/// Signs everything first, so that all of it is in the export; where that cannot be, the export
/// ends where the log was signed last.
fn sign(args: &Args) -> Result<(), Exit> {
    match opening::own(args) {
        Ok(log) => Ok(log.checkpoint().map(drop)?),
        Err(StoreError::InUse { .. } | StoreError::NoKey(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn say(args: &Args, command: &args::Export, told: &Told, printed: bool) -> Result<(), Exit> {
    if told.newer > 0 {
        let newer = count(told.newer, "newer event");
        tell(&format!("{newer} not in the export: no checkpoint covers them"));
    }
    match (args.json, printed || args.quiet) {
        (true, false) => print_json(told),
        (_, true) => Ok(()),
        (false, false) => {
            let (file, events) = (command.out.display(), count(told.events, "event"));
            let evidence = match (command.with_evidence, told.evidence) {
                (true, pieces) => format!(", {} of evidence", count(pieces, "piece")),
                (false, _) => ", no evidence (--with-evidence adds it)".to_owned(),
            };
            print(&format!(
                "wrote {file}: {events}{evidence}\nroot {}\nanybody can check it: portolan verify {file}\n",
                told.root
            ))
        }
    }
}
