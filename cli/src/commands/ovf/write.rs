//! `portolan ovf write`: a package around disks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::Context as _;
use package::descriptor::{Machine, Version};
use package::{Order, WriteError, Written};
use serde::Serialize;

use crate::args::{Args, OvfWrite};
use crate::commands::listing::count;
use crate::commands::{print, print_json, told_to_stop};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &OvfWrite) -> Result<(), Exit> {
    let written = written(command)?.map_err(|error| match error {
        WriteError::Stopped => Exit::Stopped("before the package was whole; nothing was written"),
        WriteError::Io { .. } => Exit::Lab(error.into()),
        WriteError::Exists(_) | WriteError::Name(_) | WriteError::Format { .. } => {
            Exit::Usage(error.into())
        }
    })?;
    let view = View::from((command, &written));
    if args.json {
        return print_json(&view);
    }
    let disks = count(written.disks.len() as u64, "disk");
    print(&format!(
        "{}: {disks}, {} bytes of {} packed\n",
        view.file, written.bytes, view.capacity_bytes
    ))
}

/// Writes in a thread of its own, and tells it to stop if a person or the system asks for that.
fn written(command: &OvfWrite) -> Result<Result<Written, WriteError>, Exit> {
    let (order, out, stop) =
        (order(command), command.out.clone(), Arc::new(AtomicBool::new(false)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot listen to signals").map_err(Exit::Lab)?.block_on(async {
        let flag = Arc::clone(&stop);
        let mut work =
            tokio::task::spawn_blocking(move || package::write_unless(&flag, &order, &out));
        let done = tokio::select! {
            biased;
            () = told_to_stop() => {
                stop.store(true, Relaxed);
                (&mut work).await
            }
            done = &mut work => done,
        };
        done.context("the writer ended before its time").map_err(Exit::Lab)
    })
}

/// What is printed as JSON.
#[derive(Serialize)]
struct View {
    file: String,
    disks: usize,
    capacity_bytes: u64,
    bytes: u64,
}

impl From<(&OvfWrite, &Written)> for View {
    fn from((command, written): (&OvfWrite, &Written)) -> Self {
        Self {
            file: command.out.display().to_string(),
            disks: written.disks.len(),
            capacity_bytes: written.disks.iter().map(|it| it.capacity_bytes).sum(),
            bytes: written.bytes,
        }
    }
}

fn order(command: &OvfWrite) -> Order {
    let stem = command.out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Order {
        machine: Machine {
            name: command.name.clone().unwrap_or(stem),
            cpus: command.cpus,
            memory_mib: command.memory,
            identifier: command.uuid.map(|it| it.to_string()),
            family: command.family.clone(),
            os: (command.os, "The guest operating system".to_owned()),
            firmware: command.firmware.into(),
            disks: Vec::new(),
            adapters: command.networks.clone(),
        },
        disks: command.disks.clone(),
        version: if command.ovf == 2 { Version::Two } else { Version::One },
        algorithm: command.digest,
        threads: command.threads.map_or_else(processors, usize::from),
    }
}
