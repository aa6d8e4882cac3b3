//! `portolan letters`.

mod bouncing;
mod contacts;
mod desk;
mod digest;
mod disclosing;
mod guarded;
mod known;
mod naming;
mod outbox;
mod parallel;
mod parcels;
mod place;
mod previewing;
mod quoting;
mod reading;
mod replying;
mod sending;
mod telling;
mod writing;

use domain::event::{About, EmbargoSet};
use domain::ids::LetterId;
use domain::letter::{LetterCommand, Stage};
use reports::units::{count, instant};
use serde_json::json;

use super::{print, print_json};
use crate::args::{Args, Embargo, Letters, Resend, Send};
use crate::exit::Exit;
pub(super) use bouncing::reader as bounce_reader;
use desk::Desk;
pub(super) use known::Known;
pub(super) use place::Place;
use sending::{Round, Sent};

pub(super) fn execute(args: &Args, command: &Letters) -> Result<(), Exit> {
    match command {
        Letters::Embargo(command) => embargo(args, command),
        Letters::Preview(command) => previewing::execute(args, command),
        Letters::Send(command) => send(args, command),
        Letters::Resend(command) => resend(args, command),
        Letters::Digest(command) => digest::execute(args, command),
        Letters::List { campaign } => telling::list(args, campaign.as_ref()),
        Letters::Status { letter } => telling::status(args, letter),
        Letters::Bounces(command) => bouncing::execute(args, command),
        Letters::Reply(command) => replying::execute(args, command),
    }
}

fn embargo(args: &Args, command: &Embargo) -> Result<(), Exit> {
    let Embargo { campaign, until, reason, by } = command;
    let (campaign, until, reason) = (campaign.clone(), *until, reason.clone());
    let set = EmbargoSet { campaign, until, reason, by: by.by.clone() };
    let position = Place::find(args)?.record_one(&[], LetterCommand::Embargo(set))?;
    if args.json {
        return print_json(&json!({ "position": position, "until": until }));
    }
    let campaign = &command.campaign;
    print(&format!(
        "the results of {campaign} are kept from the public until {} at least\nthey become public \
         when somebody says so: portolan publish {campaign}\n",
        instant(until)
    ))
}

fn send(args: &Args, command: &Send) -> Result<(), Exit> {
    let place = Place::find(args)?;
    let desk = Desk::open(args, (&command.writing, &place), &command.campaign)?;
    let sent = Round::new(args, &desk, &place)?.send(command.vendor.as_ref())?;
    told(args, &desk, &sent)
}

fn resend(args: &Args, command: &Resend) -> Result<(), Exit> {
    let place = Place::find(args)?;
    let known = Known::read(args, None)?;
    let letter = known.letters.letter(&command.letter);
    let letter = letter.ok_or_else(|| no_letter(&command.letter))?;
    if letter.stage() < Stage::Failed {
        return Err(Exit::usage(format!(
            "letter `{}` did not leave yet: portolan letters send",
            command.letter
        )));
    }
    let About::Results { campaign, vendor } = letter.prepared.what.about.clone() else {
        return Err(Exit::usage(
            "a digest is not sent again: the next one tells more, and portolan letters digest --again \
             tells what was given up",
        ));
    };
    let writing = (&command.writing, &place);
    let desk = Desk::open(args, writing, &campaign)?;
    Round::new(args, &desk, &place)?.again(letter, &command.writing.by.by)?;
    // Read anew: the letter stands in the log now.
    let desk = Desk::open(args, writing, &campaign)?;
    let sent = Round::new(args, &desk, &place)?.send(Some(&vendor))?;
    told(args, &desk, &sent)
}

/// What became of the letters; not all well when some did not leave.
fn told(args: &Args, desk: &Desk<'_>, sent: &Sent) -> Result<(), Exit> {
    if args.json {
        print_json(sent)?;
    } else {
        print(&telling::sent(sent, &desk.without_contact()))?;
    }
    if !sent.changed.is_empty() {
        return Err(Exit::usage(format!(
            "{} would say something else than what was looked at: other settings, another policy, or \
             another form. Preview the campaign again, and send what comes of it",
            count(sent.changed.len(), "letter")
        )));
    }
    match sent.failed.len() + sent.delayed.len() {
        0 => Ok(()),
        several => Err(Exit::lab(format!(
            "{several} of {} letters did not leave",
            several + sent.sent.len()
        ))),
    }
}

fn no_letter(letter: &LetterId) -> Exit {
    Exit::usage(format!("there is no letter `{letter}`: portolan letters list"))
}
