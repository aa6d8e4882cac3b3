//! What programs print, read into records: one per thing, each a few named texts.

mod json;
mod lines;
mod pattern;
mod table;
mod xml;

pub(super) use pattern::compiled;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// Most records read of one answer.
pub const MOST_RECORDS: usize = 10_000;
/// Longest text of one field, in bytes.
pub const LONGEST_FIELD: usize = 16 * 1024;
/// Most bytes of a pattern that is compiled.
pub(super) const MOST_PATTERN: usize = 256 * 1024;

/// What was found, by the names it was asked for by.
pub type Record = BTreeMap<String, String>;

/// How an answer is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "as", deny_unknown_fields)]
pub enum Parser {
    /// JSON; fields are JSON pointers from each element of the array at `each`, or from the whole.
    Json {
        /// A pointer to the array of records.
        #[serde(default)]
        each: Option<String>,
        /// Whether there are no records where that array is not there, as some programs leave out what is empty.
        #[serde(default)]
        optional: bool,
    },
    /// `name: value` lines; an empty line ends a record.
    Kv {
        /// What stands between name and value.
        #[serde(default = "colon")]
        separator: String,
    },
    /// What `xe` prints: `name ( RO): value`; an empty line ends a record. `name/inner` is one entry of a map.
    XeParams,
    /// A regular expression; each match is a record, its named groups are the fields.
    Regex {
        /// The expression.
        pattern: String,
    },
    /// Columns under a head line, each beginning where its name does.
    Table,
    /// XML; fields are paths of elements, `@name` at the end for an attribute.
    Xml {
        /// The path of the elements that are records, from the root.
        each: String,
    },
    /// The whole text is one record with the field `text`, without white space around it.
    Text,
    /// Every line that is not empty is a record with the field `line`.
    Lines,
}

fn colon() -> String {
    ":".to_owned()
}

/// Why an answer could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misread(pub String);

/// Why a parser cannot work, whatever it is given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct BadParser {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Parser {
    /// Whether it can work, and can give these fields.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn check(&self, wanted: &BTreeSet<&str>) -> Result<(), BadParser> {
        match self {
            Self::Json { each, .. } => json::check(each.as_deref(), wanted),
            Self::Regex { pattern } => pattern::check(pattern, wanted),
            Self::Xml { each } => xml::check(each, wanted),
            Self::Kv { separator } if separator.is_empty() => Err(BadParser {
                what: "the separator is empty".to_owned(),
                remedy: "write what stands between name and value, such as \"=\"".to_owned(),
            }),
            Self::Text => only("text", wanted),
            Self::Lines => only("line", wanted),
            Self::Kv { .. } | Self::XeParams | Self::Table => Ok(()),
        }
    }

    /// Reads an answer. Fields that are not in a record are not in it: whether that matters is for the caller.
    ///
    /// # Errors
    /// It is not written like that, or has too many records.
    pub fn read(&self, text: &str, wanted: &BTreeSet<&str>) -> Result<Vec<Record>, Misread> {
        let records = match self {
            Self::Json { each, optional } => {
                json::read(text, each.as_deref().map(|it| (it, *optional)), wanted)?
            }
            Self::Kv { separator } => lines::pairs(text, separator, wanted),
            Self::XeParams => lines::xe(text, wanted),
            Self::Regex { pattern } => pattern::read(text, pattern, wanted)?,
            Self::Table => table::read(text, wanted)?,
            Self::Xml { each } => xml::read(text, each, wanted)?,
            Self::Text => vec![single("text", text)],
            Self::Lines => lines::plain(text).map(|it| single("line", it)).collect(),
        };
        if records.len() > MOST_RECORDS {
            return Err(Misread(format!(
                "it has {} entries; at most {MOST_RECORDS} are read",
                records.len()
            )));
        }
        let long = records.iter().flatten().find(|(_, value)| value.len() > LONGEST_FIELD);
        match long {
            Some((name, _)) => {
                Err(Misread(format!("`{name}` is longer than {LONGEST_FIELD} bytes")))
            }
            None => Ok(records),
        }
    }
}

fn single(name: &str, text: &str) -> Record {
    Record::from([(name.to_owned(), text.trim().to_owned())])
}

fn only(name: &str, wanted: &BTreeSet<&str>) -> Result<(), BadParser> {
    match wanted.iter().find(|it| **it != name) {
        None => Ok(()),
        Some(other) => Err(BadParser {
            what: format!("there is no `{other}` here"),
            remedy: format!("this parser gives `{name}` alone"),
        }),
    }
}

#[cfg(test)]
mod tests;
