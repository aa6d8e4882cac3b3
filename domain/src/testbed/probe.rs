//! Probes: what a person asks of an application before and after the move.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::TestbedProblem;
use crate::ids::ProbeId;

/// Most probes of one guest.
const MOST_PROBES: usize = 32;
/// Longest text in a probe, in bytes.
const LONGEST_TEXT: usize = 1024;
/// Most words of a command.
const MOST_WORDS: usize = 32;

/// One question to an application of a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Its identifier, which names its fact.
    pub id: ProbeId,
    /// What is asked.
    pub ask: Ask,
}

/// What an application can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ask {
    /// Does it listen at this TCP port?
    Port(u16),
    /// What does it answer to a GET?
    Http {
        /// At which TCP port.
        port: u16,
        /// For which path, with its query.
        path: String,
    },
    /// What does this command print in the guest, and how does it end?
    Command(Vec<String>),
    /// What is the SHA-256 of this file?
    FileHash(String),
    /// How long does a connection to this port take, in milliseconds at most?
    Latency {
        /// Which TCP port.
        port: u16,
        /// Longest time that is good, in milliseconds.
        most_ms: u32,
    },
}

impl fmt::Display for Ask {
    /// In words, as a plan shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port) => write!(f, "connect to port {port}"),
            Self::Http { port, path } => write!(f, "GET {path} at port {port}"),
            Self::Command(words) => write!(f, "run {words:?}"),
            Self::FileHash(path) => write!(f, "read {path}"),
            Self::Latency { port, most_ms } => {
                write!(f, "connect to port {port} within {most_ms} ms")
            }
        }
    }
}

impl Probe {
    /// Checks the probes of one guest.
    ///
    /// # Errors
    /// The first problem, in the words of the file.
    pub(super) fn check(guest: &str, probes: &[Self]) -> Result<(), TestbedProblem> {
        if probes.len() > MOST_PROBES {
            let why = format!("there are {}, at most {MOST_PROBES} are asked", probes.len());
            return Err(problem(format!("probes of guest `{guest}`"), why));
        }
        for probe in probes {
            let owner = || format!("probe `{}` of guest `{guest}`", probe.id);
            probe.ask.check().map_err(|why| problem(owner(), why.to_owned()))?;
        }
        Ok(())
    }
}

fn problem(of: String, why: String) -> TestbedProblem {
    TestbedProblem::Probe { of, why }
}

impl Ask {
    fn check(&self) -> Result<(), &'static str> {
        let plain = |text: &str| text.len() <= LONGEST_TEXT && !text.contains(char::is_control);
        match self {
            Self::Port(0) | Self::Http { port: 0, .. } | Self::Latency { port: 0, .. } => {
                Err("its port must be between 1 and 65535")
            }
            Self::Http { path, .. } if !path.starts_with('/') || path.contains(' ') => {
                Err("its path must begin with / and hold no space")
            }
            Self::FileHash(path) if !path.starts_with('/') => Err("its path must begin with /"),
            Self::Http { path, .. } | Self::FileHash(path) if !plain(path) => {
                Err("its path is too long or holds control characters")
            }
            Self::Command(words) if words.is_empty() || words.len() > MOST_WORDS => {
                Err("its command must have 1 to 32 words")
            }
            Self::Command(words) if !words.iter().all(|it| plain(it)) => {
                Err("a word of its command is too long or holds control characters")
            }
            Self::Latency { most_ms: 0, .. } => Err("its most_ms must be at least 1"),
            Self::Port(_)
            | Self::Http { .. }
            | Self::Command(_)
            | Self::FileHash(_)
            | Self::Latency { .. } => Ok(()),
        }
    }
}
