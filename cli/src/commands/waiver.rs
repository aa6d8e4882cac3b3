//! `portolan waiver`.

use std::collections::BTreeSet;

use domain::declare::Declaration;
use domain::event::WaiverScope;
use domain::ids::{GuestId, PlatformId, RouteId};
use domain::policy::stands_above;
use reports::declared;
use reports::history::History;
use reports::viewpoint::Viewpoint;

use super::{history_from, print, print_json};
use crate::args::{Args, Past, Waiver, WaiverAdd};
use crate::declaring::Declaring;
use crate::exit::Exit;
use crate::{clock, settings};

pub(super) fn execute(args: &Args, command: &Waiver) -> Result<(), Exit> {
    match command {
        Waiver::Add(command) => add(args, command),
        Waiver::List { past } => list(args, *past),
        Waiver::End { waiver, reason, by } => {
            let (waiver, reason) = (waiver.clone(), reason.clone());
            let declaration = Declaration::EndWaiver { waiver, reason };
            let declaring = Declaring::open(args)?;
            let recorded = declaring.declare(declaration, &by.by)?;
            tell(args, &declaring, recorded)
        }
    }
}

fn add(args: &Args, command: &WaiverAdd) -> Result<(), Exit> {
    known_rule(args, &command.rule)?;
    let scope = WaiverScope {
        guest: command.guest.clone(),
        source: command.source.clone(),
        target: command.target.clone(),
        route: command.route.clone(),
    };
    let declaring = Declaring::open(args)?;
    known_scope(&declaring.history()?, &scope)?;
    let declaration = Declaration::Waive {
        waiver: command.waiver.clone(),
        rule: command.rule.clone(),
        scope,
        reason: command.reason.clone(),
        expires: command.until,
    };
    let recorded = declaring.declare(declaration, &command.by.by)?;
    tell(args, &declaring, recorded)
}

/// A waiver of a rule that nobody knows would waive nothing, unseen.
fn known_rule(args: &Args, rule: &str) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    if stands_above(rule) || policy.rules.iter().any(|it| it.id == rule) {
        return Ok(());
    }
    let words = format!("policy {} has no rule `{rule}`", policy.label());
    Err(Exit::usage(format!(
        "{words}: portolan explain names the rules that cost a cell its score"
    )))
}

/// Neither would one for something that no campaign has.
fn known_scope(history: &History, scope: &WaiverScope) -> Result<(), Exit> {
    let testbeds = || history.campaigns().iter().map(|it| &it.testbed);
    let guests = testbeds().flat_map(|it| &it.guests).map(|it| it.id.as_str()).collect();
    let platforms = testbeds().flat_map(|it| &it.platforms).map(|it| it.id.as_str()).collect();
    let routes = testbeds().flat_map(|it| &it.routes).map(|it| it.id.as_str()).collect();
    known("guest", scope.guest.as_ref().map(GuestId::as_str), &guests)?;
    known("platform", scope.source.as_ref().map(PlatformId::as_str), &platforms)?;
    known("platform", scope.target.as_ref().map(PlatformId::as_str), &platforms)?;
    known("route", scope.route.as_ref().map(RouteId::as_str), &routes)
}

fn known(kind: &str, wanted: Option<&str>, known: &BTreeSet<&str>) -> Result<(), Exit> {
    match wanted {
        Some(id) if !known.contains(id) => {
            let known: Vec<&str> = known.iter().copied().collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(Exit::usage(format!("no campaign has a {kind} `{id}`; known: {known}")))
        }
        Some(_) | None => Ok(()),
    }
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
        return print(match past.viewpoint() == Viewpoint::default() {
            true => "no waiver yet: portolan waiver add --help\n",
            false => "no waiver was declared by then\n",
        });
    }
    print(&declared::waivers_text(&entries))
}

fn tell(args: &Args, declaring: &Declaring<'_>, recorded: Option<u64>) -> Result<(), Exit> {
    let entries = declared::waivers(&declaring.registry()?, clock::now());
    if args.json {
        return print_json(&entries);
    }
    let words = match recorded {
        Some(position) => format!("recorded as event {position}\n"),
        None => "it stands already: nothing recorded\n".to_owned(),
    };
    print(&(words + &declared::waivers_text(&entries)))
}
