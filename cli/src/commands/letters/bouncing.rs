//! What mail servers sent back: held against the letters that were sent, and recorded.

use std::path::Path;
use std::sync::Arc;

use domain::event::{Fate, LetterReported};
use domain::letter::LetterCommand;
use post::bounce::{self, Action, Bounce};
use reports::units::count;
use serde_json::json;
use service::bounces::{Bounced, FindLetter, NotBounced, ReadBounce};

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
    let find =
        |id: &str| known.letters.by_message_id(id).map(|letter| letter.prepared.what.clone());
    let (mut commands, mut others) = (Vec::new(), 0);
    for it in &found {
        let told = it.bounce.as_ref().map(|it| told(it, &find, &settings).reports);
        let told = told.unwrap_or_default();
        others += usize::from(told.is_empty());
        commands.extend(told.into_iter().map(LetterCommand::NoteReport));
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

/// How a service reads what is handed in to it: by the same rule as a mailbox, and by the settings as
/// they stand then.
pub(in crate::commands) fn reader(store: &Path, named: Option<&Path>) -> ReadBounce {
    let (store, named) = (store.to_owned(), named.map(Path::to_owned));
    Arc::new(move |message: &[u8], find: FindLetter<'_>| {
        let bounce = bounce::read(message);
        let bounce = bounce.map_err(|why| NotBounced::Message(why.to_string()))?;
        let settings = super::contacts::read(&store, named.as_deref(), &[]);
        let settings = settings.map_err(|why| NotBounced::Settings(format!("{why:#}")))?;
        Ok(told(&bounce, find, &settings))
    })
}

/// What is told of whom the letter was for. What is told of anybody else is somebody's invention; and
/// nobody knows whom it was for when its contact is not in the settings any more.
fn told(bounce: &Bounce, find: FindLetter<'_>, settings: &post::Settings) -> Bounced {
    let letter = find(bounce.message_id.as_str().trim_matches(['<', '>']));
    let Some(letter) = letter else {
        return Bounced { letter: None, reports: Vec::new(), strangers: bounce.fates.len() };
    };
    let address = settings.address(letter.contact.as_str());
    let is_its_own = |claimed: &bounce::Fate| {
        address.is_some_and(|it| it.as_str().eq_ignore_ascii_case(&claimed.recipient))
    };
    let report = |it: &bounce::Fate| LetterReported {
        letter: letter.letter.clone(),
        fate: match it.action {
            Action::Failed => Fate::Bounced,
            Action::Delayed => Fate::Delayed,
            Action::Delivered | Action::Relayed | Action::Expanded => Fate::Delivered,
        },
        status: it.status.clone().unwrap_or_default(),
        words: it.words.without_addresses().to_owned(),
    };
    let own = bounce.fates.iter().filter(|it| is_its_own(it));
    let reports: Vec<LetterReported> = own.map(report).collect();
    let strangers = bounce.fates.len() - reports.len();
    Bounced { letter: Some(letter.letter), reports, strangers }
}
