//! A transcript: calls and their answers, in a file that people can read and write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Answer;

/// Most bytes of a transcript that is read.
pub const MOST_TRANSCRIPT: usize = 32 * 1024 * 1024;

/// Where a transcript comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Written down while the real programs ran.
    Recorded,
    /// Written by hand from what a vendor documents; never run.
    WrittenFromDocumentation,
}

/// Calls and their answers, in the order they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// Whose calls.
    pub driver: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What a reader should know: against what it was recorded, or which documents it was written from.
    #[serde(default)]
    pub note: String,
    /// The calls.
    #[serde(rename = "call", default)]
    pub calls: Vec<Entry>,
}

/// One call and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Program and arguments, as shown.
    pub argv: Vec<String>,
    /// Environment variables, as shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Its exit code; none when a signal ended it, or when it did not end at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// Whether it took too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timed_out: bool,
    /// Whether its output was longer than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// What it printed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// What it complained with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
}

/// Why a text is no transcript.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptFault {
    /// Too long.
    #[error("a transcript has at most {} MiB", MOST_TRANSCRIPT >> 20)]
    TooLong,
    /// Not as a transcript is written.
    #[error("this is no transcript: {0}")]
    Unreadable(String),
}

impl Transcript {
    /// Reads one.
    ///
    /// # Errors
    /// It is too long, or no transcript.
    pub fn read(text: &str) -> Result<Self, TranscriptFault> {
        if text.len() > MOST_TRANSCRIPT {
            return Err(TranscriptFault::TooLong);
        }
        toml::from_str(text).map_err(|it| TranscriptFault::Unreadable(it.to_string()))
    }

    /// The text of it.
    ///
    /// # Errors
    /// It cannot be written as TOML.
    pub fn text(&self) -> Result<String, TranscriptFault> {
        toml::to_string_pretty(self).map_err(|it| TranscriptFault::Unreadable(it.to_string()))
    }
}

impl Entry {
    pub(super) fn answer(&self) -> Answer {
        Answer {
            exit: self.exit,
            stdout: self.stdout.clone(),
            stderr: self.stderr.clone(),
            cut: self.cut,
        }
    }
}
