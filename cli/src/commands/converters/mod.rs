//! `portolan converters`: one file per subcommand.

mod list;
mod test;

use platforms::command::Problem;

use crate::args::{self, Args};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &args::Converters) -> Result<(), Exit> {
    match command {
        args::Converters::List => list::execute(args),
        args::Converters::Test(command) => test::execute(args, command),
    }
}

/// Mistakes in a converter's file.
pub(super) fn mistakes(file: &str, problems: &[Problem]) -> Exit {
    let lines: Vec<String> = problems.iter().map(|it| format!("  {file}, {it}")).collect();
    Exit::usage(format!("this converter cannot be used:\n{}", lines.join("\n")))
}

/// Does something that waits for tools, unless a person stops it.
pub(super) fn waiting<T>(work: impl Future<Output = Result<T, Exit>>) -> Result<T, Exit> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    runtime.block_on(async {
        tokio::select! {
            done = work => done,
            () = super::told_to_stop() => Err(Exit::Stopped("before the converters had answered; nothing is left of it")),
        }
    })
}
