//! A tool's processes: what is called, what is heard meanwhile, what its words mean.

use std::collections::BTreeMap;
use std::time::Duration;

use regex_lite::{Captures, Regex};

use super::check::{ASKED, Way, Word};
use super::{Answered, Form, Made};
use crate::command::{ErrorRule, Template, Values};
use crate::transport::{Answer, Arg, Broken, Call, EnvPiece, Processes, Transport as _};
use crate::words::{Fault, FaultClass, beginning};

/// Most bytes that are kept of what a tool prints on one stream.
const MOST_KEPT: usize = 64 * 1024;

impl Way {
    /// Program and arguments.
    pub(super) fn arguments(&self, to: &Form, values: &Values) -> Answered<Vec<Arg>> {
        let mut argv = Vec::new();
        for word in &self.argv {
            match word {
                Word::Plain(template) => argv.push(values.argument(template)?),
                Word::Options => {
                    argv.extend(
                        self.options.get(to).into_iter().flatten().map(|it| Arg::plain(it)),
                    );
                }
            }
        }
        Ok(argv)
    }
}

/// A call with the environment of the converter's file. What needs a value that is not known is left out: a question to
/// a tool has no folder.
pub(super) fn call(
    argv: Vec<Arg>,
    (env, values): (&BTreeMap<String, Template>, &Values),
    limit: Duration,
) -> Call {
    let known = |(name, it): (&String, &Template)| {
        let text = values.argument(it).ok()?.real;
        Some((name.clone(), vec![EnvPiece::Plain(text)]))
    };
    Call { argv, env: env.iter().filter_map(known).collect(), limit }
}

/// Asks a tool something that it answers at once.
pub(super) async fn ask(
    processes: &Processes,
    argv: &[String],
    env: &BTreeMap<String, Template>,
) -> Answered<Answer> {
    let argv = argv.iter().map(|it| Arg::plain(it)).collect();
    processes.call(&call(argv, (env, &Values::default()), ASKED)).await.map_err(broken)
}

/// No answer at all.
pub(super) fn broken(broken: Broken) -> Fault {
    let class = match &broken {
        // A conversion that takes too long is the tool's; so is one that prints without end.
        Broken::TimedOut { .. } | Broken::Endless { .. } => FaultClass::Vendor,
        Broken::NotStarted { .. } => FaultClass::NotFound,
        Broken::NoSecret(_) => FaultClass::Auth,
        Broken::Lost { .. } | Broken::NotInTranscript(_) | Broken::NotRecorded(_) => {
            FaultClass::Transient
        }
    };
    Fault::new(class, broken.to_string())
}

/// Whether a tool said one of the things that mean failure.
pub(super) fn is_known(rules: &[ErrorRule], answer: &Answer) -> bool {
    let said = said(answer);
    rules.iter().any(|it| it.is_about(&said))
}

/// What a tool's complaint means. A tool that a signal ended was not at fault: its machine was.
pub(super) fn complaint(rules: &[ErrorRule], program: &str, answer: &Answer) -> Fault {
    let said = said(answer);
    let how =
        answer.exit.map_or("was ended by a signal".to_owned(), |it| format!("ended with {it}"));
    let rule = rules.iter().find(|it| it.is_about(&said));
    let about = |line: &&str| rule.is_some_and(|it| it.is_about(line));
    let lines = || said.lines().map(str::trim).filter(|it| !it.is_empty());
    let words = lines().find(about).or_else(|| lines().next_back()).unwrap_or("it said nothing");
    let class = match (rule, answer.exit) {
        (Some(rule), _) => rule.class,
        (None, Some(_)) => FaultClass::Vendor,
        (None, None) => FaultClass::Transient,
    };
    Fault::new(class, format!("`{program}` {how}: {words}")).with_raw(&said)
}

fn said(answer: &Answer) -> String {
    format!("{}\n{}", answer.stderr, answer.stdout)
}

/// What was done, as it is told.
pub(super) fn made(argv: Vec<String>, answer: &Answer, way: &Way, bytes: u64) -> Made {
    let kept = |it: &str| beginning(it, MOST_KEPT).to_owned();
    let complaints = match &way.warns {
        Some(pattern) => said(answer).lines().filter(|it| pattern.is_match(it)).count(),
        None => answer.stderr.lines().filter(|it| !it.trim().is_empty()).count(),
    };
    let (stdout, stderr) = (kept(&answer.stdout), kept(&answer.stderr));
    Made { argv, stdout, stderr, complaints, bytes }
}

/// Finds in a tool's lines how far it is.
pub(super) struct Progress<'a> {
    pattern: Option<&'a Regex>,
    heard: &'a (dyn Fn(f64) + Sync),
}

impl<'a> Progress<'a> {
    pub(super) fn new(pattern: Option<&'a Regex>, heard: &'a (dyn Fn(f64) + Sync)) -> Self {
        Self { pattern, heard }
    }

    /// Tells what a line says, if it says a number between 0 and 100.
    pub(super) fn hear(&self, line: &str) {
        let found = self.pattern.and_then(|it| it.captures(line)).and_then(|it| percent(&it));
        if let Some(percent) = found.filter(|it| (0.0..=100.0).contains(it)) {
            (self.heard)(percent);
        }
    }
}

fn percent(found: &Captures<'_>) -> Option<f64> {
    let number = |name| found.name(name)?.as_str().parse::<f64>().ok();
    match (number("percent"), number("done"), number("all")) {
        (Some(percent), _, _) => Some(percent),
        (None, Some(done), Some(all)) if all > 0.0 => Some(done / all * 100.0),
        _ => None,
    }
}
