//! `portolan log prove`: that an event is in the log, or that nothing was altered since a checkpoint.

use std::io;
use std::path::Path;

use anyhow::Context as _;
use ledger::{Checkpoint, Note};
use serde::Serialize;
use store::Snapshot;

use super::note;
use crate::args::{Args, Prove};
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::output::Output;

#[derive(Serialize)]
struct Told {
    file: String,
    event: Option<u64>,
    from: Option<u64>,
    size: u64,
    /// Hexadecimal.
    root: String,
}

pub(super) fn execute(args: &Args, command: &Prove) -> Result<(), Exit> {
    let log = Snapshot::take(&args.store)?;
    match (command.event, &command.from) {
        (Some(event), _) => event_in(args, command, &log, event),
        (None, Some(from)) => since(args, command, &log, from),
        (None, None) => Err(Exit::usage("name what to prove: --event or --from")),
    }
}

/// That an event is in the log.
fn event_in(args: &Args, command: &Prove, log: &Snapshot, event: u64) -> Result<(), Exit> {
    let end = log.end();
    if event >= end {
        let last = end.checked_sub(1).map(|last| format!(", the last is {last}"));
        let words =
            format!("there is no event {event}: the log has {end}{}", last.unwrap_or_default());
        return Err(Exit::usage(words));
    }
    let (note, checkpoint) = match &command.checkpoint {
        Some(path) => named(log, path)?,
        None => newest(log)?,
    };
    let size = checkpoint.size();
    if event >= size {
        let help = match &command.checkpoint {
            Some(_) => "name a newer one",
            None => "sign the log as it stands: portolan log checkpoint",
        };
        let words =
            format!("the checkpoint covers {size} events, so not yet event {event}: {help}");
        return Err(Exit::usage(words));
    }
    let proof = log.inclusion(event, note)?;
    let words = format!("event {event} is in the log of {size} events");
    write(args, command, |to| proof.write(to), (&words, None, &checkpoint))
}

/// That nothing before a checkpoint was altered since.
fn since(args: &Args, command: &Prove, log: &Snapshot, from: &Path) -> Result<(), Exit> {
    let ((old, before), (new, after)) = (named(log, from)?, newest(log)?);
    let (size, newest) = (before.size(), after.size());
    if size > newest {
        let words = format!("the checkpoint covers {size} events, and {newest} are signed here");
        return Err(Exit::usage(words));
    }
    let proof = log.consistency(old, new)?;
    let words = format!("the first {size} of {newest} events are those of the checkpoint");
    write(args, command, |to| proof.write(to), (&words, Some(size), &after))
}

/// What was signed last, unless some of it is lost.
fn newest(log: &Snapshot) -> Result<(Note, Checkpoint), Exit> {
    let (note, checkpoint) = log.newest()?;
    match log.damage()? {
        Some(damage) if checkpoint.size() > log.end() => Err(Exit::wrong(format!(
            "{damage}. An event before that can be proved against an older --checkpoint"
        ))),
        _ => Ok((note, checkpoint)),
    }
}

/// A checkpoint of this log in a file that a person names.
fn named(log: &Snapshot, path: &Path) -> Result<(Note, Checkpoint), Exit> {
    let note = note(path)?;
    let signed = log.signed(path, &note);
    let checkpoint = signed.map_err(|error| Exit::Usage(error.into()))?;
    if checkpoint.size() > log.end() {
        let (size, end) = (checkpoint.size(), log.end());
        return Err(Exit::wrong(format!(
            "{} covers {size} events and is signed by this log, which has {end}: its end was lost, \
             or this is an older copy",
            path.display()
        )));
    }
    Ok((note, checkpoint))
}

/// Writes a proof, and says what it proves when that does not get in its way.
fn write(
    args: &Args,
    command: &Prove,
    proof: impl FnOnce(&mut Output) -> io::Result<()>,
    (words, from, checkpoint): (&str, Option<u64>, &Checkpoint),
) -> Result<(), Exit> {
    let out = command.out.as_deref().unwrap_or(Path::new("-"));
    let mut file = Output::create(out)?;
    let printed = file.is_stdout();
    proof(&mut file)
        .with_context(|| format!("cannot write {}", out.display()))
        .map_err(Exit::Lab)?;
    file.finish()?;
    if printed || args.quiet && !args.json {
        return Ok(());
    }
    if args.json {
        return print_json(&Told {
            file: out.display().to_string(),
            event: command.event,
            from,
            size: checkpoint.size(),
            root: checkpoint.root().to_string(),
        });
    }
    let out = out.display();
    print(&format!("wrote {out}: {words}\nanybody can check it: portolan verify {out}\n"))
}
