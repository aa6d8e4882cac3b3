//! `portolan upgrade`.

use domain::declare::{Declaration, words};
use domain::event::UpgradeDeclared;
use domain::registry::{Declared, Registry};
use ingest::DeskError;
use reports::chronicle::Chronicle;
use reports::declared::upgrade_words;
use reports::stale::{self, Current};
use reports::viewpoint::Viewpoint;

use super::{print, print_json};
use crate::args::{Args, Upgrade};
use crate::declaring::Declaring;
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Upgrade) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    words("the version from now on", &command.to).map_err(DeskError::from)?;
    let declaring = Declaring::open(args)?;
    let mut chronicle = Chronicle::new(policy, Viewpoint::default());
    declaring.each_event(|recorded| chronicle.project(recorded))?;
    let current = stale::current(&chronicle.records(&[]), chronicle.registry());
    let (subject, version) = subject(&current, &command.subject)?;
    let before = said_before(chronicle.registry(), subject, command);
    let (from, to) = match before {
        Some(it) => (it.what.from.clone(), it.what.to.clone()),
        None => (version.clone(), upgraded(version, command)?),
    };
    let declaration = Declaration::Upgrade { subject: subject.clone(), from, to };
    let recorded = declaring.declare(declaration, &command.by.by)?;
    let registry = declaring.registry()?;
    let last = registry.upgrades().iter().rev().find(|it| it.what.subject == *subject);
    let Some(upgrade) = last else { return Ok(()) };
    if args.json {
        return print_json(&upgrade.what);
    }
    let (words, position) = (upgrade_words(&upgrade.what), upgrade.position);
    print(&match recorded {
        Some(_) => format!(
            "{words} (event {position})\n\
             What is stale now, and what would mend it: portolan plan --stale\n"
        ),
        None => format!("{words} already (event {position}): nothing recorded\n"),
    })
}

/// The subject that was meant, and its version as the log knows it.
fn subject<'a>(current: &'a Current, wanted: &str) -> Result<(&'a String, &'a String), Exit> {
    let means = |subject: &str| {
        let id = subject.split_once(':').map(|(_, id)| id);
        subject == wanted || id == Some(wanted)
    };
    let found: Vec<&String> = current.keys().filter(|it| means(it)).collect();
    let listed = |subjects: Vec<&String>| {
        subjects.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [subject] => Ok((subject, &current[*subject].version)),
        [] if current.is_empty() => {
            Err(Exit::usage("no campaign has found any version yet: portolan run default"))
        }
        [] => Err(Exit::usage(format!(
            "the log knows no version of `{wanted}`; known: {}",
            listed(current.keys().collect())
        ))),
        _ => Err(Exit::usage(format!("`{wanted}` may mean {}: say which", listed(found)))),
    }
}

/// The last upgrade of a subject, if it says what is said now.
fn said_before<'a>(
    registry: &'a Registry,
    subject: &str,
    command: &Upgrade,
) -> Option<&'a Declared<UpgradeDeclared>> {
    let last = registry.upgrades().iter().rev().find(|it| it.what.subject == subject)?;
    let UpgradeDeclared { from, to, .. } = &last.what;
    upgraded(from, command).is_ok_and(|it| it == *to).then_some(last)
}

/// A version with the part that changes put anew. It must stand there once, as a whole word: `7` is
/// no part of `7.2.22` that anybody means.
fn upgraded(version: &str, command: &Upgrade) -> Result<String, Exit> {
    let Upgrade { subject, from, to, .. } = command;
    let is_edge = |c: Option<char>| c.is_none_or(|it| !it.is_alphanumeric());
    let is_word = |start: usize| {
        let (before, after) = (&version[..start], &version[start + from.len()..]);
        // A dot ends a word only where no digit or letter goes on behind it.
        let ends = after.strip_prefix('.').unwrap_or(after);
        is_edge(before.strip_suffix('.').unwrap_or(before).chars().next_back())
            && is_edge(ends.chars().next())
    };
    let places: Vec<usize> = match from.is_empty() {
        true => Vec::new(),
        false => version.match_indices(from.as_str()).map(|(it, _)| it).collect(),
    };
    match places.iter().filter(|it| is_word(**it)).collect::<Vec<_>>().as_slice() {
        [start] => Ok(format!("{}{to}{}", &version[..**start], &version[**start + from.len()..])),
        [] => {
            Err(Exit::usage(format!("{subject} is at {version:?}, which does not hold {from:?}")))
        }
        _ => Err(Exit::usage(format!(
            "{subject} is at {version:?}, which holds {from:?} more than once: say more of it"
        ))),
    }
}
