//! Text that begins no header of its own.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::Malformed;

/// Text on one line: a subject, a name, the name of a file.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OneLine(String);

/// As much as a subject or a name may take.
const LINE_BYTES: usize = 500;

impl OneLine {
    /// The text as it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OneLine {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        // The separators of Unicode end lines too, for some that read mail.
        if text.chars().any(|it| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}')) {
            return Err(Malformed::Control);
        }
        match text.trim() {
            "" => Err(Malformed::Empty),
            _ if text.len() > LINE_BYTES => Err(Malformed::TooLong(LINE_BYTES)),
            trimmed => Ok(Self(trimmed.to_owned())),
        }
    }
}

impl TryFrom<String> for OneLine {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl fmt::Debug for OneLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "OneLine({} bytes)", self.0.len())
    }
}
