//! `portolan ovf`: one file per subcommand.

mod check;
mod write;

use crate::args::{self, Args};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &args::Ovf) -> Result<(), Exit> {
    match command {
        args::Ovf::Check(command) => check::execute(args, command),
        args::Ovf::Write(command) => write::execute(args, command),
    }
}
