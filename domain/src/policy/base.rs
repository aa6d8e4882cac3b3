//! What a policy builds on: one that is shipped, or a file beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest name, in bytes.
const LONGEST: usize = 255;

/// What a policy builds on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Base {
    /// A shipped policy: `gold`.
    Shipped(String),
    /// A file in the same folder: `lab.toml`, or `./lab`.
    File(String),
}

/// A text that names no base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no base: use the name of a shipped policy, or that of a file in the same folder, \
     such as \"lab.toml\" or \"./lab\""
)]
pub struct NoBase(String);

impl TryFrom<String> for Base {
    type Error = NoBase;

    fn try_from(text: String) -> Result<Self, NoBase> {
        let name = text.strip_prefix("./").unwrap_or(&text);
        let is_file = name.len() < text.len() || name.contains('.');
        let in_folder = !matches!(name, "" | "." | "..") && name.len() <= LONGEST;
        let is_plain = |c: char| !c.is_control() && !matches!(c, '/' | '\\');
        if !in_folder || !name.chars().all(is_plain) {
            return Err(NoBase(text.chars().take(LONGEST).collect()));
        }
        let name = name.to_owned();
        Ok(if is_file { Self::File(name) } else { Self::Shipped(name) })
    }
}

impl From<Base> for String {
    fn from(base: Base) -> Self {
        base.to_string()
    }
}

/// As a policy file writes it.
impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Base::File(name) if !name.contains('.') => write!(f, "./{name}"),
            Base::Shipped(name) | Base::File(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Result<Base, NoBase> {
        Base::try_from(text.to_owned())
    }

    #[test]
    fn names_are_shipped_and_files_stay_in_their_folder() {
        let file = |name: &str| Ok(Base::File(name.to_owned()));
        assert_eq!(base("gold"), Ok(Base::Shipped("gold".to_owned())));
        assert_eq!(base("lab.toml"), file("lab.toml"));
        assert_eq!(base("./lab.toml"), file("lab.toml"));
        assert_eq!(base("./gold"), file("gold"));
        for text in ["gold", "lab.toml", "./gold"] {
            assert_eq!(base(text).unwrap().to_string(), text);
        }
        let outside =
            ["", ".", "..", "./", "./..", "../lab.toml", "/etc/passwd", "a/b.toml", "./a/b"];
        for text in outside {
            assert!(base(text).is_err(), "{text}");
        }
        for text in [r"..\lab.toml", "././lab.toml", "lab\n.toml", "lab\0.toml", &"a".repeat(256)] {
            assert!(base(text).is_err(), "{text}");
        }
    }
}
