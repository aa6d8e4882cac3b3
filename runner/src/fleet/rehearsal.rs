//! The commands a trial would run, harbours among them; nothing is touched. No secret is an argument of a driver.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::ids::PlatformId;
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::Testbed;

use super::Harbour;
use crate::lab::SettingsProblem;
use crate::lab::rehearsal::{self, Rehearsed, Side};

/// Verbs of a driver, in the order of the steps at the source and at the target.
const AT_SOURCE: [(Step, &str); 4] = [
    (Step::SanityCheck, "start"),
    (Step::SanityCheck, "pause"),
    (Step::SanityCheck, "unpause"),
    (Step::Shutdown, "shutdown"),
];
const AT_TARGET: [(Step, &str); 7] = [
    (Step::ResourceCheck, "resources"),
    (Step::ConsistencyCheck, "precheck"),
    (Step::Import, "import"),
    (Step::Restart, "start"),
    (Step::Restart, "pause"),
    (Step::Restart, "unpause"),
    (Step::Restart, "shutdown"),
];

/// Every command of one trial, in order. Paths begin with `WORK`, images with `CACHE`; a machine that is made first is
/// called `MACHINE`. Of a verb that asks others, the first question is shown.
///
/// # Errors
/// When the settings of its platforms or its guest cannot be used.
pub fn rehearse(
    testbed: &Testbed,
    trial: &Trial,
    harbours: &BTreeMap<PlatformId, Harbour>,
) -> Result<Vec<Rehearsed>, SettingsProblem> {
    if let Some(live) = rehearsal::live(testbed, trial)? {
        return Ok(live);
    }
    let group = format!("WORK/{}+{}+{}", trial.guest, trial.source, trial.repetition);
    let own = format!("{group}/{}+{}", trial.target, trial.route);
    let source = match harbours.get(&trial.source) {
        Some(harbour) => source(harbour, trial, Path::new(&group)),
        None => rehearsal::source(testbed, trial)?,
    };
    let target = match harbours.get(&trial.target) {
        Some(harbour) => target(harbour, Path::new(&own)),
        None => rehearsal::target(testbed, trial)?,
    };
    rehearsal::together(testbed, trial, source, target)
}

fn source(harbour: &Harbour, trial: &Trial, folder: &Path) -> Side {
    let machine = harbour.machine(&trial.guest);
    let disk = place(harbour, folder);
    let values = values(harbour, machine.unwrap_or("MACHINE"), folder);
    let mut steps = Vec::new();
    if machine.is_none() {
        steps.extend(said(harbour, Step::SanityCheck, "import", &values));
    }
    steps.extend(AT_SOURCE.iter().flat_map(|(step, verb)| said(harbour, *step, verb, &values)));
    let again = said(harbour, Step::Restart, "start", &values);
    Side {
        disk,
        format: harbour.disk_format.clone(),
        create: Vec::new(),
        steps,
        is_made: machine.is_none(),
        again: again.into_iter().collect(),
    }
}

fn target(harbour: &Harbour, folder: &Path) -> Side {
    let values = values(harbour, "MACHINE", folder);
    let steps = AT_TARGET.iter().flat_map(|(step, verb)| said(harbour, *step, verb, &values));
    Side {
        disk: place(harbour, folder),
        format: harbour.disk_format.clone(),
        create: Vec::new(),
        steps: steps.collect(),
        is_made: true,
        again: Vec::new(),
    }
}

fn place(harbour: &Harbour, folder: &Path) -> PathBuf {
    let at = harbour.own.folder.as_deref().unwrap_or(folder);
    at.join(format!("MACHINE.{}", harbour.disk_format))
}

fn values(harbour: &Harbour, machine: &str, folder: &Path) -> Vec<(&'static str, String)> {
    let definition = harbour.platform.definition().map(|it| it.format.clone());
    let disk = place(harbour, folder).to_string_lossy().into_owned();
    let file = match definition {
        Some(_) => folder.join("definition").to_string_lossy().into_owned(),
        None => disk.clone(),
    };
    vec![
        ("vm", machine.to_owned()),
        ("vm_name", machine.to_owned()),
        ("name", machine.to_owned()),
        ("format", definition.unwrap_or_else(|| harbour.disk_format.clone())),
        ("file", file),
        ("disk", disk),
        ("disk_format", harbour.disk_format.clone()),
    ]
}

/// The command of a verb; none where the driver does not have it.
fn said(
    harbour: &Harbour,
    step: Step,
    verb: &str,
    values: &[(&'static str, String)],
) -> Option<Rehearsed> {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, it)| (*name, it.as_str())).collect();
    let argv = harbour.platform.rehearsed(verb, &values).ok()?;
    Some(Rehearsed { step, argv })
}
