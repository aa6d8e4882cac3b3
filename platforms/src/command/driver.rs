//! A driver file that was checked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::observation::Channel;
use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::file::Pick;
use super::parse::Parser;
use super::template::Template;
use crate::words::{CapabilitySet, FaultClass};

/// How far a driver was really tried; a file never claims more than was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exercised {
    /// Written from what the vendor documents; the programs were never run.
    DocumentationOnly,
    /// The real programs ran against somebody else's simulator.
    ThirdPartySimulator,
    /// The real programs ran against the real platform.
    RealThing,
}

impl Exercised {
    /// In words for tables.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DocumentationOnly => "written from documentation, never run",
            Self::ThirdPartySimulator => "third-party simulator",
            Self::RealThing => "real thing",
        }
    }
}

/// A driver: everything that its file says.
#[derive(Debug)]
pub struct Driver {
    /// Its name.
    pub id: String,
    /// What it reaches.
    pub product: String,
    /// How far it was tried.
    pub exercised: Exercised,
    /// Against what, and which parts.
    pub evidence: String,
    /// Where its calls and answers are documented.
    pub sources: Vec<String>,
    /// What it must be told.
    pub vars: BTreeMap<String, Var>,
    /// What it can do.
    pub capabilities: CapabilitySet,
    /// How a machine is described around a bare disk, when the file says so.
    pub definition: Option<Definition>,
    pub(super) env: BTreeMap<String, Template>,
    pub(super) retry: Retry,
    pub(super) errors: Vec<ErrorRule>,
    pub(super) verbs: BTreeMap<String, Verb>,
}

/// Something that a driver must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Var {
    /// What it is.
    pub about: String,
    /// What it is when nobody says otherwise.
    pub default: Option<String>,
    /// For a secret: where its value is, `env:NAME` or `file:PATH`.
    pub secret: Option<String>,
}

/// What a complaint means.
#[derive(Debug)]
pub struct ErrorRule {
    pub(super) pattern: Regex,
    /// Its class.
    pub class: FaultClass,
    /// A complaint as the program writes it.
    pub example: String,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    /// How often more, after the first time.
    pub(super) most: u32,
    /// How long to wait before the first of them; doubled each time.
    pub(super) first: Duration,
}

#[derive(Debug)]
pub(super) struct Verb {
    pub(super) argv: Vec<Word>,
    pub(super) exit: BTreeSet<i32>,
    pub(super) limit: Duration,
    /// Whether calling it again does no harm.
    pub(super) again: bool,
    pub(super) reading: Option<Reading>,
    pub(super) also: Vec<String>,
    pub(super) disks: Option<Reading>,
    pub(super) nics: Option<Reading>,
    pub(super) errors: Vec<ErrorRule>,
    pub(super) wait: Option<Wait>,
    pub(super) undo: Option<String>,
    pub(super) dry: Option<String>,
    pub(super) cancel: Option<String>,
    pub(super) channel: Channel,
}

/// One argument.
#[derive(Debug)]
pub(super) enum Word {
    /// As it is written.
    Plain(Template),
    /// A script for PowerShell, in Base64 of UTF-16: whatever shell reads it first finds nothing to change in it.
    Encoded(Template),
}

impl Word {
    /// The text with places for values.
    pub(super) fn template(&self) -> &Template {
        match self {
            Self::Plain(template) | Self::Encoded(template) => template,
        }
    }
}

#[derive(Debug)]
pub(super) struct Reading {
    pub(super) parse: Parser,
    /// Records without this field are none.
    pub(super) having: Option<String>,
    pub(super) map: BTreeMap<String, Pick>,
}

#[derive(Debug)]
pub(super) struct Wait {
    pub(super) verb: String,
    pub(super) field: String,
    pub(super) equals: String,
    pub(super) failed: BTreeSet<String>,
    pub(super) progress: Option<String>,
    pub(super) every: Duration,
    pub(super) limit: Duration,
}

impl ErrorRule {
    pub(crate) fn new(pattern: Regex, class: FaultClass, example: String) -> Self {
        Self { pattern, class, example }
    }

    /// Whether it is about these words.
    pub(crate) fn is_about(&self, said: &str) -> bool {
        self.pattern.is_match(said)
    }
}

impl Driver {
    /// The complaints that its file knows, each with its verb; those that hold for every verb are tried with `list`.
    pub fn complaints(&self) -> impl Iterator<Item = (&str, &ErrorRule)> {
        let own = self
            .verbs
            .iter()
            .flat_map(|(name, verb)| verb.errors.iter().map(move |it| (name.as_str(), it)));
        own.chain(self.errors.iter().map(|it| ("list", it)))
    }

    /// How often a verb is tried again after a transient fault.
    #[must_use]
    pub fn tries_again(&self, verb: &str) -> u32 {
        if self.verbs.get(verb).is_some_and(|it| it.again) { self.retry.most } else { 0 }
    }

    /// Its secrets, by name, and where their values are.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.vars.iter().filter_map(|(name, var)| Some((name.as_str(), var.secret.as_deref()?)))
    }

    /// Its verbs, in order.
    pub fn verbs(&self) -> impl Iterator<Item = &str> {
        self.verbs.keys().map(String::as_str)
    }
}
