//! `portolan log checkpoint`: the log as it stands, signed.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use ledger::{Checkpoint, Note};
use serde::Serialize;
use store::{EventLog as _, Snapshot, StoreError};

use crate::args::{self, Args};
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::opening;
use crate::output::Output;
use crate::progress::tell;

#[derive(Serialize)]
struct Told {
    origin: String,
    size: u64,
    /// Hexadecimal.
    root: String,
    note: String,
    /// Whether it was made now.
    fresh: bool,
}

pub(super) fn execute(args: &Args, command: &args::Checkpoint) -> Result<(), Exit> {
    let (fresh, note) = newest(args)?;
    let checkpoint: Checkpoint =
        note.text().parse().context("the checkpoint").map_err(Exit::Lab)?;
    if let Some(out) = &command.out {
        let mut file = Output::create(out)?;
        let written = file.write_all(note.to_string().as_bytes());
        written.with_context(|| format!("cannot write {}", out.display())).map_err(Exit::Lab)?;
        // Made to be given away.
        file.finish_public()?;
    }
    if args.json {
        return print_json(&Told {
            origin: checkpoint.origin().to_owned(),
            size: checkpoint.size(),
            root: checkpoint.root().to_string(),
            note: note.to_string(),
            fresh,
        });
    }
    match command.out.as_deref().filter(|out| *out != Path::new("-")) {
        None if command.out.is_some() => Ok(()),
        None => print(&note.to_string()),
        Some(_) if args.quiet => Ok(()),
        Some(out) => print(&format!(
            "wrote {}: {} events, root {}\n",
            out.display(),
            checkpoint.size(),
            checkpoint.root()
        )),
    }
}

/// A fresh checkpoint; or, while another process appends, what was signed last.
fn newest(args: &Args) -> Result<(bool, Note), Exit> {
    match opening::own(args) {
        Ok(log) => {
            log.checkpoint()?;
            Ok((true, Snapshot::take(&args.store)?.newest()?.0))
        }
        Err(error @ StoreError::InUse { .. }) => {
            let log = Snapshot::take(&args.store)?;
            let (note, checkpoint) = log.newest()?;
            let StoreError::InUse { owner, .. } = error else { return Ok((false, note)) };
            let newer = log.end().saturating_sub(checkpoint.size());
            tell(&format!(
                "process {owner} is using the store: this is what it signed last; {newer} newer \
                 events are not in it"
            ));
            Ok((false, note))
        }
        Err(error) => Err(error.into()),
    }
}
