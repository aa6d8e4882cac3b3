//! `portolan ovf write`: a package around disks.

use package::descriptor::{Machine, Version};
use package::{Order, Written};
use serde::Serialize;

use crate::args::{Args, OvfWrite};
use crate::commands::listing::count;
use crate::commands::{print, print_json};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &OvfWrite) -> Result<(), Exit> {
    let written = package::write(&order(command), &command.out).map_err(|error| match error {
        package::WriteError::Io { .. } => Exit::Lab(error.into()),
        package::WriteError::Exists(_)
        | package::WriteError::Name(_)
        | package::WriteError::Format { .. } => Exit::Usage(error.into()),
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
