//! `portolan policy`: one file per subcommand.

mod check;
mod diff;
mod flat;
mod list;
mod show;

use domain::policy::Policy;
use domain::score::Score;

use super::listing::count;
use crate::args::{self, Args};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &args::Policy) -> Result<(), Exit> {
    match command {
        args::Policy::List => list::execute(args),
        args::Policy::Show(command) => show::execute(args, command),
        args::Policy::Check { asked } => check::execute(args, asked),
        args::Policy::Diff(command) => diff::execute(args, command),
    }
}

/// How much there is to a policy, in words.
fn size(policy: &Policy) -> String {
    let rules = count(policy.rules.len() as u64, "rule");
    let failing = policy.rules.iter().filter(|it| it.otherwise == Score::Failure).count();
    let gates = match policy.gates.len() {
        0 => "no gate".to_owned(),
        number => count(number as u64, "gate"),
    };
    format!("{rules}, {failing} of which cost a FAILURE; {gates}")
}
