//! `portolan log`: one file per subcommand.

mod checkpoint;
mod evidence;
mod export;
mod import;
mod keygen;
mod prove;
mod repair;
mod show;
mod stat;
mod tiles;
mod verify;

use std::path::Path;

use anyhow::Context as _;
use ledger::Note;

use crate::args::{self, Args};
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, command: &args::Log) -> Result<(), Exit> {
    match command {
        args::Log::Show(command) => show::execute(args, command),
        args::Log::Stat => stat::execute(args),
        args::Log::Verify(command) => verify::execute(args, command),
        args::Log::Checkpoint(command) => checkpoint::execute(args, command),
        args::Log::Prove(command) => prove::execute(args, command),
        args::Log::Export(command) => export::execute(args, command),
        args::Log::Import(command) => import::execute(args, command),
        args::Log::Tiles(command) => tiles::execute(args, command),
        args::Log::Repair => repair::execute(args),
        args::Log::Keygen(command) => keygen::execute(args, command),
        args::Log::Evidence { sha256 } => evidence::execute(args, sha256),
    }
}

/// Whether work shows no progress.
fn quiet(args: &Args) -> bool {
    args.quiet || args.json
}

/// A signed note in a file that a person names.
fn note(path: &Path) -> Result<Note, Exit> {
    let text = settings::read("checkpoint", path, settings::LARGEST)?;
    let note = text.parse::<Note>().with_context(|| path.display().to_string());
    note.map_err(Exit::Usage)
}
