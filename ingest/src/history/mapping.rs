//! How the names of JUnit test cases are read: a regular expression that a person gives.

use std::str::FromStr;

use regex_lite::Regex;

use super::fields::{Field, Fields};

/// Longest name of a test case that is matched, in bytes: matching takes time for each.
const LONGEST_NAME: usize = 4096;

/// A regular expression whose groups are named like the fields of a trial.
#[derive(Debug, Clone)]
pub struct Mapping {
    regex: Regex,
    groups: Vec<(String, Field)>,
}

/// Why a text is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    /// It is no regular expression.
    #[error("it is no regular expression: {0}")]
    NotRegular(String),
    /// A group has a name that means nothing.
    #[error(
        "a group is named `{0}`: name groups like the columns of docs/import.md, such as guest"
    )]
    UnknownGroup(String),
    /// It says nothing about any trial.
    #[error("it has no named group: write (?P<guest>…), (?P<source>…), (?P<target>…) or others")]
    NoGroup,
}

impl FromStr for Mapping {
    type Err = MappingProblem;

    fn from_str(text: &str) -> Result<Self, MappingProblem> {
        let regex = Regex::new(text).map_err(|it| MappingProblem::NotRegular(it.to_string()))?;
        let mut groups = Vec::new();
        for name in regex.capture_names().flatten() {
            let field = Field::named(name);
            let field = field.ok_or_else(|| MappingProblem::UnknownGroup(name.to_owned()))?;
            groups.push((name.to_owned(), field));
        }
        if groups.is_empty() { Err(MappingProblem::NoGroup) } else { Ok(Self { regex, groups }) }
    }
}

impl Mapping {
    /// What a name says about its trial; nothing when it does not match.
    pub(super) fn fields(&self, name: &str) -> Option<Fields<'static>> {
        if name.len() > LONGEST_NAME {
            return None;
        }
        let captures = self.regex.captures(name)?;
        let mut fields = Fields::default();
        for (group, field) in &self.groups {
            if let Some(found) = captures.name(group) {
                fields.offer(*field, found.as_str().to_owned());
            }
        }
        Some(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_become_fields() {
        let mapping: Mapping =
            r"test_(?P<guest>\w+)\[(?<source>.+?)-to-(?P<target>.+)\]".parse().unwrap();
        let fields = mapping.fields("suite.test_rhel9[esxi-to-kvm]").unwrap();
        let found = [Field::Guest, Field::Source, Field::Target].map(|it| fields.get(it));
        assert_eq!(found, [Some("rhel9"), Some("esxi"), Some("kvm")]);
        assert!(mapping.fields("test_setup").is_none());
        assert!(mapping.fields(&"test_a[b-to-c]".repeat(1000)).is_none(), "too long");
    }

    #[test]
    fn what_is_no_mapping_is_refused_with_a_remedy() {
        for (text, words) in [
            ("(", "it is no regular expression"),
            ("a{1000000000}", "it is no regular expression"),
            ("(?P<colour>.)", "a group is named `colour`"),
            ("(.*)", "it has no named group"),
            ("", "it has no named group"),
        ] {
            let refusal = text.parse::<Mapping>().unwrap_err().to_string();
            assert!(refusal.contains(words), "{text}: {refusal}");
        }
    }
}
