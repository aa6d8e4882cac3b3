//! Applications in the lab's guests: what one serves, and the questions that are asked inside it.
//!
//! Both are added to scripts that every guest has, so that guests without them are made as ever.

use std::borrow::Cow;
use std::fmt::Write as _;

use domain::testbed::{Ask, Probe};

/// Asks the applications; stands before the script that prints the facts.
const APPS: &str = include_str!("../../../lab/guests/apps.sh");
/// The web server; stands behind the script that brings the network up.
const WEB: &str = include_str!("../../../lab/guests/web.sh");

/// What a guest of the lab serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Application {
    /// A page at port 80 of every address that it has.
    Web,
    /// A page at port 80 of the address that it had when it was installed, and of no other.
    BoundWeb,
}

impl Application {
    /// What the setting may be.
    pub(crate) const WORDS: &str =
        "`web`, or `web-bound` for a server that keeps to the address it was installed with";

    /// Reads the setting.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "web" => Some(Self::Web),
            "web-bound" => Some(Self::BoundWeb),
            _ => None,
        }
    }

    fn script(self) -> String {
        let bound = match self {
            Self::Web => "no",
            Self::BoundWeb => "yes",
        };
        format!("\nbound={bound}\n{WEB}")
    }
}

/// What is added to a guest's scripts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Additions {
    questions: String,
    application: String,
}

impl Additions {
    pub(crate) fn of(application: Option<Application>, probes: &[Probe]) -> Self {
        let questions = match probes {
            [] => String::new(),
            some => questions(some),
        };
        Self { questions, application: application.map(Application::script).unwrap_or_default() }
    }

    /// A script of the recipe with what is added to it.
    pub(crate) fn to(&self, name: &str, text: &'static str) -> Cow<'static, str> {
        match name {
            "facts.sh" if !self.questions.is_empty() => format!("{}{text}", self.questions).into(),
            "network.sh" if !self.application.is_empty() => {
                format!("{text}{}", self.application).into()
            }
            _ => text.into(),
        }
    }
}

/// The script that asks all of these and prints the replies.
fn questions(probes: &[Probe]) -> String {
    let mut script = APPS.to_owned();
    for Probe { id, ask } in probes {
        let _ = match ask {
            Ask::Port(port) => writeln!(script, "ask_port {id} {port}"),
            Ask::Http { port, path } => writeln!(script, "ask_http {id} {port} {}", quoted(path)),
            Ask::Command(words) => {
                let words: Vec<String> = words.iter().map(|it| quoted(it)).collect();
                writeln!(script, "ask_command {id} {}", words.join(" "))
            }
            Ask::FileHash(path) => writeln!(script, "ask_file {id} {}", quoted(path)),
            Ask::Latency { port, .. } => writeln!(script, "ask_latency {id} {port}"),
        };
    }
    script + "say_replies\n"
}

/// A word as a shell reads it whole.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
#[path = "applications_tests.rs"]
mod tests;
