//! What mail servers sent back: held against the letters that were sent, and recorded.

use domain::event::{Fate, LetterReported};
use domain::letter::{Letter, LetterCommand};
use post::bounce::{self, Action, Bounce};
use reports::units::count;
use serde_json::json;

use super::known::Known;
use super::place::Place;
use super::{print, print_json};
use crate::args::{Args, Bounces};
use crate::exit::Exit;
use crate::progress::tell;

pub(super) fn execute(args: &Args, command: &Bounces) -> Result<(), Exit> {
    let read = match command.mailbox.is_dir() {
        true => bounce::maildir(&command.mailbox),
        false => bounce::mbox(&command.mailbox),
    };
    let found = read.map_err(|error| Exit::Usage(error.into()))?;
    let (place, known) = (Place::find(args)?, Known::read(args, None)?);
    let settings = super::contacts::settings(args, &command.writing, &[])?;
    let (mut commands, mut others) = (Vec::new(), 0);
    for it in &found {
        match it.bounce.as_ref().ok().and_then(|it| about(it, &known)) {
            Some((letter, bounce)) => {
                let told = reported(letter, bounce, &settings);
                others += usize::from(told.is_empty());
                commands.extend(told);
            }
            None => others += 1,
        }
    }
    let told = place.record(&known.answers, commands)?;
    told.iter().filter_map(|it| it.as_ref().err()).for_each(|why| tell(why));
    let new = told.iter().filter(|it| matches!(it, Ok(Some(_)))).count();
    if args.json {
        return print_json(&json!({ "recorded": new, "read": found.len(), "others": others }));
    }
    print(&format!(
        "{} recorded, of {} read; {} nothing of ours\n",
        count(new, "report"),
        count(found.len(), "message"),
        count(others, "message")
    ))
}

/// The letter that a notification is about: one that was sent under that name.
fn about<'a>(bounce: &'a Bounce, known: &'a Known) -> Option<(&'a Letter, &'a Bounce)> {
    let id = bounce.message_id.as_str().trim_matches(['<', '>']);
    let mut letters = known.letters.letters();
    let letter = letters.find(|it| it.sent.as_ref().is_some_and(|it| it.what.message_id == id));
    letter.map(|it| (it, bounce))
}

/// What is told of whom the letter was for. What is told of anybody else is somebody's invention; and
/// nobody knows whom it was for when its contact is not in the settings any more.
fn reported(letter: &Letter, bounce: &Bounce, settings: &post::Settings) -> Vec<LetterCommand> {
    let what = &letter.prepared.what;
    let address = settings.address(what.contact.as_str());
    let is_its_own =
        |claimed: &str| address.is_some_and(|it| it.as_str().eq_ignore_ascii_case(claimed));
    let fates = bounce.fates.iter().filter(|it| is_its_own(&it.recipient));
    let command = |it: &bounce::Fate| {
        let fate = match it.action {
            Action::Failed => Fate::Bounced,
            Action::Delayed => Fate::Delayed,
            Action::Delivered | Action::Relayed | Action::Expanded => Fate::Delivered,
        };
        LetterCommand::NoteReport(LetterReported {
            letter: what.letter.clone(),
            fate,
            status: it.status.clone().unwrap_or_default(),
            words: it.words.without_addresses().to_owned(),
        })
    };
    fates.map(command).collect()
}
