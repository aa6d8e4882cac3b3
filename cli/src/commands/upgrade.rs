//! `portolan upgrade`.

use domain::declare::Declaration;
use domain::event::{Event, Pins};
use reports::chronicle::Chronicle;
use reports::stale::{self, Current};
use reports::viewpoint::Viewpoint;

use super::{desk, print, print_json};
use crate::args::{Args, Upgrade};
use crate::exit::Exit;
use crate::{clock, settings};

pub(super) fn execute(args: &Args, command: &Upgrade) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let mut desk = desk(args)?;
    let mut chronicle = Chronicle::new(policy, Viewpoint::default());
    for recorded in desk.log().read(0, store::Direction::Forward) {
        chronicle.project(recorded?);
    }
    let records = chronicle.records(&[]);
    let current = stale::current(&records, chronicle.registry());
    let (subject, from) = known(&current, command)?;
    let to = from.replace(command.from.as_str(), &command.to);
    let declaration = Declaration::Upgrade { subject, from, to };
    let recorded = desk.declare(declaration, &command.by.by, clock::now())?;
    let Some(recorded) = recorded else {
        return print("it was declared before: nothing recorded\n");
    };
    let Event::UpgradeDeclared(upgrade) = &recorded.event else { return Ok(()) };
    if args.json {
        return print_json(upgrade);
    }
    let words = reports::declared::upgrade_words(upgrade);
    print(&format!(
        "{words} (event {})\nWhat is stale now, and what would mend it: portolan plan --stale\n",
        recorded.position
    ))
}

/// The subject that was meant, and its version as the log knows it.
fn known(current: &Current, command: &Upgrade) -> Result<(String, String), Exit> {
    let versions: Pins =
        current.iter().map(|(subject, it)| (subject.clone(), it.version.clone())).collect();
    let means = |subject: &str| {
        let id = subject.split_once(':').map(|(_, id)| id);
        subject == command.subject || id == Some(command.subject.as_str())
    };
    let found: Vec<(&String, &String)> = versions.iter().filter(|(it, _)| means(it)).collect();
    let listed = |subjects: &mut dyn Iterator<Item = &String>| {
        subjects.map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [] => Err(Exit::usage(format!(
            "the log knows no version of `{}`; known: {}",
            command.subject,
            listed(&mut versions.keys())
        ))),
        [(subject, version)]
            if version.contains(command.from.as_str()) && !command.from.is_empty() =>
        {
            Ok(((*subject).clone(), (*version).clone()))
        }
        [(subject, version)] => Err(Exit::usage(format!(
            "{subject} is at {version:?}, which does not hold {:?}",
            command.from
        ))),
        several => Err(Exit::usage(format!(
            "`{}` may mean {}: say which",
            command.subject,
            listed(&mut several.iter().map(|(it, _)| *it))
        ))),
    }
}
