//! One call of a program and what it answered.

use std::collections::BTreeMap;
use std::time::Duration;

/// Most bytes of one stream that an answer may have; a longer one is an error, never a shorter list.
pub const MOST_OUTPUT: usize = 4 * 1024 * 1024;

/// Most bytes of one stream that a program may print at all; what it prints beyond [`MOST_OUTPUT`] is not kept.
pub const MOST_PRINTED: u64 = 64 * 1024 * 1024;

/// One argument: as the program gets it, and as it is shown and written down. They differ where the argument holds a
/// place that is another one each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// What the program gets.
    pub real: String,
    /// What people and transcripts see.
    pub shown: String,
}

impl Arg {
    /// An argument that is shown as it is.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { real: text.to_owned(), shown: text.to_owned() }
    }
}

/// A part of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvPiece {
    /// A text.
    Plain(String),
    /// A secret, by its name: only the process that needs it gets its value.
    Secret(String),
}

/// One call: exact arguments, no shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Program and arguments.
    pub argv: Vec<Arg>,
    /// Environment variables beside those of this process.
    pub env: BTreeMap<String, Vec<EnvPiece>>,
    /// How long it may take.
    pub limit: Duration,
}

impl Call {
    /// Program and arguments as they are shown.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        self.argv.iter().map(|it| it.shown.clone()).collect()
    }

    /// The environment as it is shown: a secret is `${name}`.
    #[must_use]
    pub fn shown_env(&self) -> BTreeMap<String, String> {
        let shown = |pieces: &Vec<EnvPiece>| -> String {
            let text = pieces.iter().map(|it| match it {
                EnvPiece::Plain(text) => text.clone(),
                EnvPiece::Secret(name) => format!("${{{name}}}"),
            });
            text.collect()
        };
        self.env.iter().map(|(name, pieces)| (name.clone(), shown(pieces))).collect()
    }

    /// The program's name.
    #[must_use]
    pub fn program(&self) -> String {
        self.argv.first().map(|it| it.shown.clone()).unwrap_or_default()
    }
}

/// What a program answered. Secrets are masked in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its exit code; none when a signal ended it.
    pub exit: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained with.
    pub stderr: String,
    /// Whether one of the two was longer than [`MOST_OUTPUT`], so that its end is missing.
    pub cut: bool,
}
