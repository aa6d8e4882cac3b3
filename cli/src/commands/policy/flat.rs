//! A policy written out whole, as a file that builds on nothing.

use domain::policy::{Gate, Policy, Rule};
use domain::score::Score;
use serde::Serialize;

use crate::exit::Exit;

/// The file. Read again it is the same policy, with the same digest.
pub(super) fn flat(policy: &Policy) -> Result<String, Exit> {
    let mut file = String::new();
    let head = [("name", &policy.name), ("version", &policy.version), ("note", &policy.note)];
    for (key, text) in head {
        if key != "note" || !text.is_empty() {
            line(&mut file, key, text)?;
        }
    }
    for it in &policy.rules {
        file.push_str("\n[[rule]]\n");
        rule(&mut file, it)?;
    }
    for it in &policy.gates {
        file.push_str("\n[[gate]]\n");
        gate(&mut file, it)?;
    }
    Ok(file)
}

fn rule(file: &mut String, rule: &Rule) -> Result<(), Exit> {
    line(file, "id", &rule.id)?;
    line(file, "step", &rule.step.number())?;
    line(file, "title", &rule.title)?;
    line(file, "compare", &rule.compare)?;
    line(file, "otherwise", &rule.otherwise)?;
    unread(file, rule.unread)?;
    if let Some(fact) = &rule.when_source_had {
        line(file, "when_source_had", fact)?;
    }
    if rule.where_observable {
        line(file, "where_observable", &true)?;
    }
    if !rule.types.is_empty() {
        line(file, "types", &rule.types)?;
    }
    if rule.origin.is_empty() { Ok(()) } else { line(file, "origin", &rule.origin) }
}

fn gate(file: &mut String, gate: &Gate) -> Result<(), Exit> {
    line(file, "id", &gate.id)?;
    line(file, "title", &gate.title)?;
    line(file, "compare", &gate.compare)?;
    line(file, "otherwise", &gate.otherwise)?;
    unread(file, gate.unread)
}

/// A WARNING is what is meant where nothing is said.
fn unread(file: &mut String, score: Score) -> Result<(), Exit> {
    if score == Score::Warning { Ok(()) } else { line(file, "unread", &score) }
}

fn line(file: &mut String, key: &str, value: &impl Serialize) -> Result<(), Exit> {
    let value = toml::Value::try_from(value).map_err(|error| Exit::Lab(error.into()))?;
    file.push_str(&format!("{key} = {value}\n"));
    Ok(())
}
