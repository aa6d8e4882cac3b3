//! `portolan explain`.

use reports::explain::Explanation;
use reports::explain_text::explanation;
use reports::matrix::Judged;

use super::matrix::colour;
use super::{history, pick, print, print_json};
use crate::args::{Args, Explain};
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Explain) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let history = history(args)?;
    let campaign = pick(&history, command.campaign.as_ref())?;
    let judged = Judged::new(campaign, &policy);
    let Explain { source, target, guest, .. } = command;
    let told = Explanation::new(&judged, guest, source, target).map_err(Exit::usage)?;
    if args.json { print_json(&told) } else { print(&explanation(&told, colour())) }
}
