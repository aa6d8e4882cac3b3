//! `portolan waiver`.

use domain::declare::Declaration;
use domain::event::{Recorded, WaiverScope};
use ingest::Desk;
use reports::declared;

use super::{desk, history_from, print, print_json};
use crate::args::{Args, Past, Waiver, WaiverAdd};
use crate::exit::Exit;
use crate::{clock, settings};

pub(super) fn execute(args: &Args, command: &Waiver) -> Result<(), Exit> {
    match command {
        Waiver::Add(command) => add(args, command),
        Waiver::List { past } => list(args, *past),
        Waiver::End { waiver, reason, by } => {
            let (waiver, reason) = (waiver.clone(), reason.clone());
            let declaration = Declaration::EndWaiver { waiver, reason };
            let mut desk = desk(args)?;
            let recorded = desk.declare(declaration, &by.by, clock::now())?;
            tell(args, &desk, recorded.as_ref())
        }
    }
}

fn add(args: &Args, command: &WaiverAdd) -> Result<(), Exit> {
    known_rule(args, &command.rule)?;
    let declaration = Declaration::Waive {
        waiver: command.waiver.clone(),
        rule: command.rule.clone(),
        scope: WaiverScope {
            guest: command.guest.clone(),
            source: command.source.clone(),
            target: command.target.clone(),
            route: command.route.clone(),
        },
        reason: command.reason.clone(),
        expires: command.until,
    };
    let mut desk = desk(args)?;
    let recorded = desk.declare(declaration, &command.by.by, clock::now())?;
    tell(args, &desk, recorded.as_ref())
}

/// A waiver of a rule that nobody knows would waive nothing, unseen.
fn known_rule(args: &Args, rule: &str) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    if domain::policy::stands_above(rule) || policy.rules.iter().any(|it| it.id == rule) {
        return Ok(());
    }
    let words = format!("policy {} has no rule `{rule}`", policy.label());
    Err(Exit::usage(format!(
        "{words}: portolan explain names the rules that cost a cell its score"
    )))
}

fn list(args: &Args, past: Past) -> Result<(), Exit> {
    let history = history_from(args, past.viewpoint())?.at_present(clock::now());
    let viewpoint = history.viewpoint();
    let at = viewpoint.as_of.unwrap_or_else(clock::now);
    let entries = declared::waivers(history.registry(), at);
    if args.json {
        return print_json(&entries);
    }
    if entries.is_empty() {
        return print("no waiver yet: portolan waiver add --help\n");
    }
    print(&declared::waivers_text(&entries))
}

fn tell(args: &Args, desk: &Desk, recorded: Option<&Recorded>) -> Result<(), Exit> {
    let entries = declared::waivers(desk.registry(), clock::now());
    if args.json {
        return print_json(&entries);
    }
    let words = match recorded {
        Some(it) => format!("recorded as event {}\n", it.position),
        None => "it stands already: nothing recorded\n".to_owned(),
    };
    print(&(words + &declared::waivers_text(&entries)))
}
