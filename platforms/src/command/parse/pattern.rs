//! Regular expressions with named groups: matched in linear time.

use std::collections::BTreeSet;

use regex_lite::{Regex, RegexBuilder};

use super::{BadParser, MOST_PATTERN, MOST_RECORDS, Misread, Record};

/// Compiles an expression; its lines begin and end at `^` and `$`.
pub(in crate::command) fn compiled(pattern: &str) -> Result<Regex, BadParser> {
    let built = RegexBuilder::new(pattern).multi_line(true).size_limit(MOST_PATTERN).build();
    built.map_err(|error| BadParser {
        what: format!("the pattern cannot be used: {error}"),
        remedy: "write it in the syntax of Rust's regex, without look-around; single quotes keep backslashes".to_owned(),
    })
}

pub(super) fn check(pattern: &str, wanted: &BTreeSet<&str>) -> Result<(), BadParser> {
    let regex = compiled(pattern)?;
    let groups: BTreeSet<&str> = regex.capture_names().flatten().collect();
    match wanted.iter().find(|it| !groups.contains(**it)) {
        None => Ok(()),
        Some(other) => Err(BadParser {
            what: format!("the pattern has no group `{other}`"),
            remedy: format!("name one: (?<{other}>…)"),
        }),
    }
}

pub(super) fn read(
    text: &str,
    pattern: &str,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<Record>, Misread> {
    let regex = compiled(pattern).map_err(|it| Misread(it.what))?;
    let found = regex.captures_iter(text).take(MOST_RECORDS + 1).map(|found| {
        let fields = wanted.iter().filter_map(|it| Some((*it, found.name(it)?.as_str().trim())));
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    });
    Ok(found.collect())
}
