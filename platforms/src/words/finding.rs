//! What a vendor's own checker says of something that is to be imported.

use serde::{Deserialize, Serialize};

/// How much it matters, by the vendor's own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// It will be otherwise than before.
    Warning,
    /// It will not run.
    Error,
}

impl Severity {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The name in driver files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that the checker says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The vendor's code.
    pub code: Option<String>,
    /// The vendor's words.
    pub words: String,
}
