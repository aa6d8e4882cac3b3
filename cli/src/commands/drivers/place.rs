//! Where a driver, its secrets and its transcripts are, and the clock it waits by.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use platforms::clock::{Clock, Pending};
use platforms::command::{Driver, MOST_FILE};
use platforms::shipped;
use platforms::transport::Secrets;

use crate::clock;
use crate::exit::Exit;
use crate::settings::with_names;

/// Before the name of an environment variable that holds a secret.
const VARIABLE: &str = "env:";
/// Before the path of a file that does.
const FILE: &str = "file:";
/// Longest file that a secret is read from, in bytes.
const LONGEST_SECRET: usize = 64 * 1024;

/// The driver of this name, or in this file.
pub(in crate::commands) fn driver(asked: &Path) -> Result<Driver, Exit> {
    let text = match asked.to_str().and_then(shipped::named) {
        Some(shipped) => shipped.text.to_owned(),
        None => read(asked, MOST_FILE).map_err(|error| {
            let known = shipped::ALL.iter().map(|it| it.id).collect();
            with_names(Exit::Usage(error), asked, ("shipped drivers", known))
        })?,
    };
    Driver::read(&text).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|it| format!("  {}, {it}", asked.display())).collect();
        Exit::usage(format!("this driver cannot be used:\n{}", lines.join("\n")))
    })
}

/// A file of bounded length.
pub(in crate::commands) fn read(path: &Path, most: usize) -> anyhow::Result<String> {
    let file = std::fs::File::open(path);
    let file = file.with_context(|| format!("cannot read {}", path.display()))?;
    let mut text = String::new();
    file.take(most as u64 + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(text.len() <= most, "{} has more than {most} bytes", path.display());
    Ok(text)
}

/// Values, or references to secrets, by name.
pub(in crate::commands) type Given = BTreeMap<String, String>;

/// A driver's values and secrets: those given on the command line, else where its file says they are.
pub(in crate::commands) fn values(driver: &Driver, given: &[(String, String)]) -> (Given, Given) {
    let mut plain = Given::new();
    let mut references: Given =
        driver.secrets().map(|(name, at)| (name.to_owned(), at.to_owned())).collect();
    for (name, value) in given {
        let all = if references.contains_key(name) { &mut references } else { &mut plain };
        all.insert(name.clone(), value.clone());
    }
    (plain, references)
}

/// Whether each of these says where a secret is; a secret itself is never in an error.
pub(in crate::commands) fn references(references: &Given) -> Result<(), Exit> {
    let is_one = |it: &str| it.starts_with(VARIABLE) || it.starts_with(FILE);
    match references.iter().find(|(_, it)| !is_one(it)) {
        None => Ok(()),
        Some((name, _)) => Err(Exit::usage(format!(
            "`{name}` is a secret: say where it is, as {VARIABLE}NAME or {FILE}PATH"
        ))),
    }
}

/// The secrets behind these references. None of their values is ever in an error.
pub(in crate::commands) fn secrets(given: &Given) -> Result<Secrets, Exit> {
    references(given)?;
    let mut all = BTreeMap::new();
    for (name, reference) in given {
        let value = match reference.strip_prefix(VARIABLE) {
            Some(variable) => clock::variable(variable).ok_or_else(|| {
                Exit::usage(format!(
                    "the secret `{name}` is not in the environment variable {variable}"
                ))
            })?,
            None => {
                let path = reference.trim_start_matches(FILE);
                read(Path::new(path), LONGEST_SECRET).map_err(Exit::Usage)?
            }
        };
        all.insert(name.clone(), value.into());
    }
    Secrets::new(all).map_err(|fault| Exit::Usage(fault.into()))
}

/// The real clock, or one that does not wait: a transcript answers at once.
pub(in crate::commands) enum Waiting {
    /// Waits.
    Really(tokio::time::Instant),
    /// Goes on by what it is asked to wait.
    Leaping(std::sync::Mutex<Duration>),
}

impl Clock for Waiting {
    fn now(&self) -> Duration {
        match self {
            Waiting::Really(begun) => begun.elapsed(),
            Waiting::Leaping(now) => *now.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    fn sleep(&self, how_long: Duration) -> Pending<'_, ()> {
        match self {
            Waiting::Really(_) => Box::pin(tokio::time::sleep(how_long)),
            Waiting::Leaping(now) => {
                *now.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += how_long;
                Box::pin(std::future::ready(()))
            }
        }
    }
}
