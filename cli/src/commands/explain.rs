//! `portolan explain`.

use reports::explain::Explanation;
use reports::explain_text::explanation;

use super::matrix::{colour, rendered};
use super::seen::Seen;
use super::{leaves, print, print_json};
use crate::args::{Args, Explain, Form};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Explain) -> Result<(), Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let judged = seen.judged(campaign, &waivers);
    let Explain { source, target, guest, .. } = command;
    let mut told = Explanation::new(&judged, guest, source, target).map_err(Exit::usage)?;
    let (first, last) = told.positions().fold((u64::MAX, 0), |(a, b), it| (a.min(it), b.max(it)));
    let told = told.with_leaves(&leaves(args, first.min(last), last)?);
    match (command.format, args.json) {
        (None | Some(Form::Json), true) | (Some(Form::Json), false) => print_json(&told),
        (None | Some(Form::Text), false) => print(&explanation(&told, colour())),
        (Some(Form::Html), false) => print(&rendered(told.page())?),
        (Some(Form::Text | Form::Html), true) => {
            Err(Exit::usage("--json and --format ask for two things"))
        }
    }
}
