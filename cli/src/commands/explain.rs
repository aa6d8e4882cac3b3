//! `portolan explain`.

use reports::explain::Explanation;
use reports::explain_text::explanation;

use super::matrix::colour;
use super::seen::Seen;
use super::{print, print_json};
use crate::args::{Args, Explain};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Explain) -> Result<(), Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let judged = seen.judged(campaign, &waivers);
    let Explain { source, target, guest, .. } = command;
    let told = Explanation::new(&judged, guest, source, target).map_err(Exit::usage)?;
    if args.json { print_json(&told) } else { print(&explanation(&told, colour())) }
}
