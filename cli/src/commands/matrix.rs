//! `portolan matrix`.

use std::io::IsTerminal as _;

use domain::policy::Policy;
use reports::history::History;
use reports::matrix::Judged;
use reports::public::PublicView;
use reports::text::{self, Colour};

use super::{history, pick, print};
use crate::args::{Args, Format, Matrix};
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Matrix) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let history = history(args)?;
    let _ = (command, Format::Text);
    let judged = judged(&history, &policy, command)?;
    show(args, &judged, history.unplaced())
}

fn judged<'a>(
    history: &'a History,
    policy: &'a Policy,
    command: &Matrix,
) -> Result<Judged<'a>, Exit> {
    Ok(Judged::new(
        pick(history, command.campaign.as_ref())?,
        policy,
    ))
}

/// Prints the matrices as text, or as JSON when that was asked for.
pub(super) fn show(_args: &Args, judged: &Judged<'_>, unplaced: u64) -> Result<(), Exit> {
    let colour = if std::io::stdout().is_terminal() {
        Colour::Always
    } else {
        Colour::Never
    };
    let view = PublicView::from(judged).with_unplaced(unplaced);
    print(&text::matrices(&view, colour))
}
