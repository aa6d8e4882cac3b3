//! Chains and entries in words; entries as they stand in a testbed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use platforms::converter::Form;

use super::{Adds, Entry, Pair, Shown};
use crate::exit::Exit;

/// Most chains of the same tools that are shown of one way; JSON has all.
const MOST_FORMS: usize = 2;

/// Everything, for a terminal. What is no testbed is a comment, so that all of it can be kept in one file.
pub(super) fn text(shown: &Shown) -> Result<String, Exit> {
    let mut text = String::new();
    for pair in &shown.pairs {
        pair_of(&mut text, pair, &shown.routes);
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n# ✓ every tool is here, – one is not, · the testbed has it already");
    // What can be walked comes first, with whatever it needs; a comment needs no more than was not named yet.
    let mut entries: Vec<&Entry> = shown.routes.iter().filter(|it| !it.declared).collect();
    entries.sort_by_key(|it| it.refused.is_some());
    let (mut vendors, mut converters) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let vendor = entry.adds.vendor.iter().filter(|it| vendors.insert(it.id.clone()));
        let converter = entry.adds.converter.iter().filter(|it| converters.insert(it.id.clone()));
        let adds = Adds {
            vendor: vendor.cloned().collect(),
            converter: converter.cloned().collect(),
            route: entry.adds.route.clone(),
        };
        let adds = toml::to_string(&adds).map_err(|error| Exit::Lab(error.into()))?;
        match &entry.refused {
            None => {
                let _ = write!(text, "\n{adds}");
            }
            Some(why) => {
                let _ = writeln!(text, "\n# Not walked by `portolan run`: {why}");
                for line in adds.lines().filter(|it| !it.is_empty()) {
                    let _ = writeln!(text, "# {line}");
                }
            }
        }
    }
    Ok(text)
}

fn pair_of(text: &mut String, pair: &Pair, routes: &[Entry]) {
    let _ = writeln!(text, "# {} → {}", pair.source, pair.target);
    if pair.ways.is_empty() {
        let all =
            |forms: &BTreeSet<Form>| forms.iter().map(Form::as_str).collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            text,
            "#     none: it gives {}; there is taken {}",
            all(&pair.gives),
            all(&pair.takes)
        );
    }
    for way in &pair.ways {
        let Some(entry) = routes.iter().find(|it| it.id == way.route) else { continue };
        let mark = match (entry.missing.is_empty(), entry.declared) {
            (false, _) => '–',
            (true, true) => '·',
            (true, false) => '✓',
        };
        let tools: Vec<&str> = entry.converters.iter().map(|it| it.as_str()).collect();
        let tools = if tools.is_empty() { "no tool".to_owned() } else { tools.join(", ") };
        let line = |it: &Vec<Form>| it.iter().map(Form::as_str).collect::<Vec<_>>().join(" → ");
        let mut forms: Vec<String> = way.forms.iter().take(MOST_FORMS).map(line).collect();
        if way.forms.len() > MOST_FORMS {
            forms.push(format!("{} more", way.forms.len() - MOST_FORMS));
        }
        let _ = writeln!(text, "#   {mark} {tools:<34} {}", forms.join(", or "));
    }
}
