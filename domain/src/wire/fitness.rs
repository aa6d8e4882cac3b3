//! Whether a command that came from outside is fit to be recorded: sizes, names, and a plan that
//! fits its testbed. What guests and tools have said is not judged: it is bounded where it is
//! recorded, and made printable where it is shown.

use super::{MOST_EVIDENCE, MOST_OBSERVATIONS, MOST_PINS, Unfit};
use crate::command::{Command, RecordStep};
use crate::declare::{LONGEST_WORDS, NotDeclared};
use crate::event::Pins;
use crate::trials;

/// Checks one command.
pub(super) fn check(command: &Command) -> Result<(), Unfit> {
    match command {
        Command::StartCampaign { testbed, pins, plan } => {
            pinned(pins)?;
            testbed.clone().validate()?;
            Ok(trials::check(testbed, plan.iter())?)
        }
        Command::ResumeCampaign { pins, .. } | Command::PinVersions { pins, .. } => pinned(pins),
        Command::RecordStep(record) => step(record),
        Command::ShowScores { policy, .. } => Ok(name("the policy", policy)?),
        Command::FinishCampaign { .. } | Command::WithdrawStep { .. } | Command::TakeOver(_) => {
            Ok(())
        }
    }
}

fn step(record: &RecordStep) -> Result<(), Unfit> {
    at_most("observations", record.observations.len(), MOST_OBSERVATIONS)?;
    at_most("pieces of evidence", record.evidence.len(), MOST_EVIDENCE)?;
    plain("the act", &record.act)?;
    for it in &record.observations {
        name("the name of a fact", &it.fact)?;
    }
    for it in &record.evidence {
        name("the name of a piece of evidence", &it.name)?;
    }
    Ok(())
}

/// Checks versions that are to be pinned.
pub(super) fn pinned(pins: &Pins) -> Result<(), Unfit> {
    at_most("versions", pins.len(), MOST_PINS)?;
    for (subject, version) in pins {
        name("whose version it is", subject)?;
        plain("a version", version)?;
    }
    Ok(())
}

fn at_most(what: &'static str, found: usize, most: usize) -> Result<(), Unfit> {
    if found <= most { Ok(()) } else { Err(Unfit::TooMany { what, found, most }) }
}

/// A text that names something: one line of bounded length, and not empty.
pub(super) fn name(what: &'static str, text: &str) -> Result<(), NotDeclared> {
    if text.trim().is_empty() { Err(NotDeclared::Empty(what)) } else { plain(what, text) }
}

fn plain(what: &'static str, text: &str) -> Result<(), NotDeclared> {
    let fits = text.len() <= LONGEST_WORDS || text.chars().count() <= LONGEST_WORDS;
    if fits && !text.chars().any(char::is_control) { Ok(()) } else { Err(NotDeclared::Words(what)) }
}
