//! Tables: each column begins where its name does.

use std::collections::BTreeSet;

use super::{Misread, Record};

/// Reads a table. A line of dashes is no record; nothing at all is an empty table.
pub(super) fn read(text: &str, wanted: &BTreeSet<&str>) -> Result<Vec<Record>, Misread> {
    let mut lines = text.lines().filter(|it| !it.trim().is_empty());
    let Some(head) = lines.next() else {
        return Ok(Vec::new());
    };
    let columns = columns(head);
    if let Some(absent) = wanted.iter().find(|it| !columns.iter().any(|(name, _)| name == **it)) {
        return Err(Misread(format!("the table has no column `{absent}`: {}", head.trim())));
    }
    let rows = lines.filter(|it| it.chars().any(|letter| letter != '-' && !letter.is_whitespace()));
    rows.map(|row| record(row, &columns, wanted)).collect()
}

/// Names and where they begin, in characters. Two spaces, or a tab, stand between columns.
fn columns(head: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut gap = 2;
    for (at, letter) in head.chars().enumerate() {
        match (letter, gap) {
            (' ', _) => gap += 1,
            ('\t', _) => gap += 2,
            (letter, 2..) => {
                found.push((letter.to_string(), at));
                gap = 0;
            }
            (letter, _) => {
                if let Some((name, _)) = found.last_mut() {
                    name.extend(std::iter::repeat_n(' ', gap));
                    name.push(letter);
                }
                gap = 0;
            }
        }
    }
    found
}

fn record(
    row: &str,
    columns: &[(String, usize)],
    wanted: &BTreeSet<&str>,
) -> Result<Record, Misread> {
    let letters: Vec<char> = row.chars().collect();
    let mut record = Record::new();
    for (number, (name, begin)) in columns.iter().enumerate() {
        let end = columns.get(number + 1).map_or(letters.len(), |(_, next)| *next);
        // A value that runs into the next column would be cut in two.
        let runs_over = end > 0
            && letters.get(end - 1).is_some_and(|it| !it.is_whitespace())
            && letters.get(end).is_some_and(|it| !it.is_whitespace());
        if runs_over && number + 1 < columns.len() {
            return Err(Misread(format!("the columns do not line up in: {}", row.trim())));
        }
        let cell: String = letters.iter().take(end).skip(*begin).collect();
        if wanted.contains(name.as_str()) {
            record.insert(name.clone(), cell.trim().to_owned());
        }
    }
    Ok(record)
}
