//! `portolan log show`: the events, one JSON object a line.

use std::io::{self, BufWriter, Write as _};

use domain::event::Recorded;
use store::{Direction, Snapshot, StoreError};

use crate::args::{Args, Show};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Show) -> Result<(), Exit> {
    let log = Snapshot::take(&args.store)?;
    let (from, direction) = match (command.from, command.reverse) {
        (from, false) => (from.unwrap_or(0), Direction::Forward),
        (from, true) => (from.unwrap_or(u64::MAX), Direction::Backward),
    };
    let wanted = |recorded: &Result<Recorded, StoreError>| match (&command.stream, recorded) {
        (Some(stream), Ok(recorded)) => recorded.stream == *stream,
        _ => true,
    };
    let events = log.read(from, direction).filter(wanted);
    let shown = show(events.take(command.limit.unwrap_or(usize::MAX)))?;
    match log.damage()? {
        Some(damage) if shown => Err(Exit::wrong(damage)),
        _ => Ok(()),
    }
}

/// Prints events; false when nobody reads any more.
fn show(events: impl Iterator<Item = Result<Recorded, StoreError>>) -> Result<bool, Exit> {
    let mut out = BufWriter::new(io::stdout().lock());
    let failed = |error: anyhow::Error| Exit::Lab(error.context("cannot print events"));
    for recorded in events {
        let recorded = match recorded {
            Ok(recorded) => recorded,
            Err(error) => {
                // What stands before it is shown.
                let _ = out.flush();
                return Err(error.into());
            }
        };
        let line = serde_json::to_vec(&recorded).map_err(|error| failed(error.into()))?;
        match out.write_all(&line).and_then(|()| out.write_all(b"\n")) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
            written => written.map_err(|error| failed(error.into()))?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        flushed => flushed.map(|()| true).map_err(|error| failed(error.into())),
    }
}
