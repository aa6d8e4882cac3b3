//! JSON, by pointers (RFC 6901).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{BadParser, Misread, Record};

pub(super) fn check(each: Option<&str>, wanted: &BTreeSet<&str>) -> Result<(), BadParser> {
    let pointers = each.into_iter().chain(wanted.iter().copied());
    match pointers.into_iter().find(|it| !it.is_empty() && !it.starts_with('/')) {
        None => Ok(()),
        Some(other) => Err(BadParser {
            what: format!("`{other}` is no JSON pointer"),
            remedy: format!("a pointer begins with `/`: write \"/{other}\""),
        }),
    }
}

pub(super) fn read(
    text: &str,
    each: Option<(&str, bool)>,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<Record>, Misread> {
    let whole: Value =
        serde_json::from_str(text).map_err(|it| Misread(format!("no JSON: {it}")))?;
    let Some((each, optional)) = each else {
        return Ok(vec![record(&whole, wanted)]);
    };
    match whole.pointer(each) {
        // Several programs write nothing, or null, where a list is empty.
        Some(Value::Null) => Ok(Vec::new()),
        None if optional => Ok(Vec::new()),
        Some(Value::Array(all)) => Ok(all.iter().map(|it| record(it, wanted)).collect()),
        Some(Value::Object(all)) => Ok(all.values().map(|it| record(it, wanted)).collect()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            Err(Misread(format!("there is no list at `{each}`")))
        }
    }
}

fn record(value: &Value, wanted: &BTreeSet<&str>) -> Record {
    let found = wanted.iter().filter_map(|it| Some(((*it).to_owned(), text(value.pointer(it)?)?)));
    found.collect()
}

/// A single value as text; lists and objects are none.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
