//! A reply to what a vendor disputes. The vendor reads it as it is written, so it names nobody else's tool.

use domain::event::{Answered, DisputeSettled, Event};
use domain::letter::LetterCommand;
use domain::registry::Declared;
use domain::testbed::Testbed;
use reports::letters::names::told_by_reply;
use reports::viewpoint::Viewpoint;
use serde_json::json;

use super::super::each_event;
use super::known::Known;
use super::place::Place;
use super::{print, print_json};
use crate::args::{Args, Reply};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Reply) -> Result<(), Exit> {
    let (place, known) = (Place::find(args)?, Known::read(args, None)?);
    let (answer, text) = (command.answer, command.text.clone());
    if let Some(disputed) = known.answers.iter().find(|it| it.position == answer) {
        names_nobody_else(args, disputed, &text)?;
    }
    let settled = DisputeSettled { answer, text, by: command.by.by.clone() };
    let position = place.record_one(&known.answers, LetterCommand::Settle(settled))?;
    if args.json {
        return print_json(&json!({ "position": position }));
    }
    print("the vendor reads the reply beside its answer\n")
}

/// Refuses a reply that names a tool of another vendor, or a vendor that makes tools alone.
fn names_nobody_else(args: &Args, to: &Declared<Answered>, text: &str) -> Result<(), Exit> {
    let mut testbed: Option<Testbed> = None;
    each_event(args, Viewpoint::default(), |recorded| {
        if let Event::CampaignStarted(it) = recorded.event
            && it.campaign == to.what.campaign
        {
            testbed.get_or_insert(it.testbed);
        }
    })?;
    let told = testbed.as_ref().and_then(|it| told_by_reply(text, &to.what.vendor, it));
    told.map_or(Ok(()), |why| Err(Exit::usage(why)))
}
