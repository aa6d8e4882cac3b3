//! `portolan letters digest`: each team is told what changed since it was told last. Computed from the
//! log, sent and recorded as letters are; nobody has to look at a digest first, since it tells nothing
//! that its team may not see.

mod due;
mod named;
mod outlooks;
mod round;
mod told;

use domain::letter::LetterCommand;
use post::{Settings, Subscription};

use super::known::Known;
use super::outbox::{Became, Outbox};
use super::place::{Place, Told};
use super::{contacts, print, print_json};
use crate::args::{self, Args};
use crate::exit::Exit;
use crate::progress::tell;
use crate::{clock, settings};
use due::{Due, Teller, Written};
use outlooks::Outlooks;
use round::Round;
use told::{Line, Said};

pub(super) fn execute(args: &Args, command: &args::Digest) -> Result<(), Exit> {
    let ways = (command.settings.as_deref(), command.folder.as_deref());
    let settings = contacts::chosen(args, ways, &[])?;
    let teams = teams(&settings, &command.team)?;
    // First: nobody else records while this one computes.
    let place = (!command.dry_run).then(|| Place::find(args)).transpose()?;
    let policy = settings::policy(args.policy.as_deref())?;
    let known = Known::read(args, None)?;
    let outlooks = Outlooks::new(args, policy.clone());
    let mut teller = Teller::new((command, &policy), &known, (outlooks, clock::now()))?;
    if !args.quiet && !args.json {
        tell(&format!("reading the log up to position {}", teller.end));
    }
    let mut due = Vec::new();
    for team in &teams {
        due.push((*team, teller.due(team)?));
    }
    let lines = match &place {
        None => due.iter().map(|(team, due)| Line::new(team, due, Said::Due)).collect(),
        Some(place) => deliver(args, (place, &settings, command), &due)?,
    };
    show(args, &lines)
}

/// The teams that are asked for, or all.
fn teams<'a>(settings: &'a Settings, wanted: &[String]) -> Result<Vec<&'a Subscription>, Exit> {
    let all = &settings.subscriptions;
    if all.is_empty() {
        return Err(Exit::usage(
            "the settings have no [[subscription]]: nobody asked to be told (letters.toml in the \
             store, or --settings FILE)",
        ));
    }
    if let Some(unknown) = wanted.iter().find(|id| all.iter().all(|it| it.id != **id)) {
        let known: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
        let known = known.join(", ");
        return Err(Exit::usage(format!(
            "no subscription is called `{unknown}`; there are: {known}"
        )));
    }
    Ok(all.iter().filter(|it| wanted.is_empty() || wanted.contains(&it.id)).collect())
}

type Dues<'a> = [(&'a Subscription, Due)];

/// Records what is new, sends all that is due, and records what became of it.
fn deliver<'a>(
    args: &Args,
    (place, settings, command): (&Place, &Settings, &args::Digest),
    dues: &'a Dues<'a>,
) -> Result<Vec<Line<'a>>, Exit> {
    let new = dues.iter().filter_map(|(_, it)| match it {
        Due::Write(written) => Some(LetterCommand::Prepare(written.prepared.clone())),
        Due::Again(_) | Due::Waiting(..) | Due::GivenUp(_) | Due::Nothing => None,
    });
    let mut refused = place.record(&[], new.collect())?.into_iter();
    // Read anew: what was written stands in the log now.
    let known = Known::read(args, None)?;
    let outbox = Outbox::new(place, &known.answers)?;
    let mut round = Round::new(args, (settings, command.folder.as_deref()), outbox)?;
    let mut lines = Vec::new();
    let told = dues.iter().try_for_each(|(team, due)| {
        let send = |it: &Written| round.send((team, it), &known.letters);
        lines.push(Line::new(team, due, try_once(due, &mut refused, send)?));
        if !args.quiet && !args.json {
            tell(&format!("{} of {} teams: {}", lines.len(), dues.len(), team.id));
        }
        Ok(())
    });
    // Whatever ended the round: what left must stand in the log.
    let recorded = round.end();
    told.and(recorded)?;
    Ok(lines)
}

/// Sends what is due to one team, unless its writing was refused.
fn try_once(
    due: &Due,
    refused: &mut impl Iterator<Item = Told>,
    mut send: impl FnMut(&Written) -> Result<Became, Exit>,
) -> Result<Said, Exit> {
    Ok(match due {
        Due::Write(written) => match refused.next() {
            Some(Err(why)) => Said::Became(Became::Failed(why)),
            Some(Ok(_)) | None => Said::Became(send(written)?),
        },
        Due::Again(written) => Said::Became(send(written)?),
        Due::Waiting(..) | Due::GivenUp(_) | Due::Nothing => Said::Due,
    })
}

/// What became of each; not all well when some did not leave.
fn show(args: &Args, lines: &[Line<'_>]) -> Result<(), Exit> {
    match args.json {
        true => print_json(&lines)?,
        false => print(&told::text(lines))?,
    }
    let stuck = lines.iter().filter(|it| it.is_stuck()).count();
    let left = lines.iter().filter(|it| it.left()).count();
    match stuck {
        0 => Ok(()),
        _ => Err(Exit::lab(format!("{stuck} of {} digests did not leave", stuck + left))),
    }
}
