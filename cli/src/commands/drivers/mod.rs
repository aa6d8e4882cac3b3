//! `portolan drivers`: one file per subcommand.

mod list;
pub(super) mod place;
mod test;

use crate::args::{self, Args};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &args::Drivers) -> Result<(), Exit> {
    match command {
        args::Drivers::List => list::execute(args),
        args::Drivers::Test(command) => test::execute(args, command),
    }
}
