//! Lines of names and values.

use std::collections::BTreeSet;

use super::Record;

/// Lines that are not empty, without white space around them.
pub(super) fn plain(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|it| !it.is_empty())
}

/// Splits at empty lines and reads each part by a rule for its lines.
fn blocks(text: &str, mut line: impl FnMut(&str, &mut Record)) -> Vec<Record> {
    let mut records = Vec::new();
    let mut record = Record::new();
    for each in text.lines().chain([""]) {
        if !each.trim().is_empty() {
            line(each, &mut record);
        } else if !record.is_empty() {
            records.push(std::mem::take(&mut record));
        }
    }
    records
}

/// `name: value`; the first of a name counts.
pub(super) fn pairs(text: &str, separator: &str, wanted: &BTreeSet<&str>) -> Vec<Record> {
    blocks(text, |line, record| {
        if let Some((name, value)) = line.split_once(separator) {
            let name = name.trim();
            if wanted.contains(name) {
                record.entry(name.to_owned()).or_insert_with(|| value.trim().to_owned());
            }
        }
    })
}

/// `name ( RO): value`, where the value may be a map: `a: 1; b: 2`.
pub(super) fn xe(text: &str, wanted: &BTreeSet<&str>) -> Vec<Record> {
    blocks(text, |line, record| {
        let Some((name, behind)) = line.split_once('(') else {
            return;
        };
        // Names are made equally long, some before the bracket and some behind it.
        let Some(value) =
            behind.split_once(')').and_then(|(_, it)| it.trim_start().strip_prefix(':'))
        else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        if wanted.contains(name) {
            record.insert(name.to_owned(), value.to_owned());
        }
        for (key, inner) in value.split("; ").filter_map(|it| it.split_once(": ")) {
            let path = format!("{name}/{}", key.trim());
            if wanted.contains(path.as_str()) {
                record.insert(path, inner.trim().to_owned());
            }
        }
    })
}
