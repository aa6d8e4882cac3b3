//! A store with campaigns of several seasons, made through the desk with a fixed key and fixed times.

use std::sync::Arc;

use domain::declare::Declaration;
use domain::event::{Event, WaiverScope};
use domain::plan::Trial;
use domain::step::Step;
use ingest::Desk;
use store::{Direction, EventLog as _};

pub(crate) use crate::bench::Bench;
use crate::called::Called;
pub(crate) use crate::seasons::*;

impl Bench {
    /// With the campaigns of spring and summer: the server arrives in spring and loses its processor
    /// in summer, when it comes from xen-like; the lean guest never boots elsewhere.
    pub(crate) fn charted() -> Self {
        let bench = Self::empty();
        let desk = bench.desk();
        walk(&desk, "c-spring", ("2024-03-01T08:00:00Z", "7.2.22"), spring);
        walk(&desk, "c-summer", ("2024-06-01T08:00:00Z", "7.2.22"), summer);
        bench
    }

    pub(crate) fn desk(&self) -> Desk {
        Desk::open(Arc::new(self.log()), self.blobs()).unwrap()
    }

    /// Declares something at an instant, as Ada; gives its position.
    pub(crate) fn declare(&self, declaration: Declaration, instant: &str) -> u64 {
        self.desk().declare(declaration, "ada", at(instant)).unwrap().unwrap().position
    }

    pub(crate) fn set_baseline(&self, name: &str, campaign: &str, instant: &str) -> u64 {
        let declaration = Declaration::SetBaseline {
            name: name.parse().unwrap(),
            campaign: campaign.parse().unwrap(),
            versions: pins("7.2.22"),
            follows: None,
            reason: "the first of its season".to_owned(),
        };
        self.declare(declaration, instant)
    }

    /// Waives that the processor model is unchanged where it comes from xen-like.
    pub(crate) fn waive(&self, instant: &str, until: &str) -> u64 {
        let declaration = Declaration::Waive {
            waiver: "cpu".parse().unwrap(),
            rule: "G.cpu.model".to_owned(),
            scope: WaiverScope {
                source: Some("xen-like".parse().unwrap()),
                ..WaiverScope::default()
            },
            reason: "hosts are replaced in spring".to_owned(),
            expires: at(until),
        };
        self.declare(declaration, instant)
    }

    /// Calls and expects to be served.
    #[track_caller]
    pub(crate) fn served(&self, words: &[&str]) -> Called {
        let called = self.call_with(words, b"").expect_code(0);
        assert_eq!(called.err, "", "{words:?}");
        called
    }

    /// How many events the log holds.
    pub(crate) fn events(&self) -> u64 {
        self.call("log stat --json").json()["events"].as_u64().unwrap()
    }

    /// Calls where none of the lab's tools are installed, so that no trial is walked.
    pub(crate) fn call_without_tools(&self, line: &str, input: &[u8]) -> Called {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(line.split(' '))
            .current_dir(self.file("."))
            .env("PORTOLAN_STORE", "store")
            .env("PORTOLAN_CACHE", self.file("cache"))
            .env("PATH", self.file("."))
            .write_stdin(input)
            .output();
        output.unwrap().into()
    }

    /// What a shell makes of a line in which the program is called `portolan`.
    pub(crate) fn shell(&self, line: &str) -> String {
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_portolan"));
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", line]).current_dir(self.file("."));
        let output = shell.env("PORTOLAN_STORE", "store").env("PATH", path).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Position of the step of a trial in the log.
    pub(crate) fn position(&self, campaign: &str, trial: &Trial, step: Step) -> u64 {
        let log = self.log();
        let found = log.read(0, Direction::Forward).map(Result::unwrap).find(|it| {
            matches!(&it.event, Event::StepFinished(it)
                if it.campaign.as_str() == campaign && it.trial == *trial && it.step == step)
        });
        found.unwrap().position
    }
}

/// A text with its digests masked: they change with every field and every rule that is added. So
/// does the version of the program.
pub(crate) fn masked(text: &str) -> String {
    let version = concat!("(portolan ", env!("CARGO_PKG_VERSION"), ")");
    let text = text.replace(version, "(portolan [version])");
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let mut masked = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(is_digit) {
        let end = rest[start..].find(|c| !is_digit(c)).map_or(rest.len(), |it| start + it);
        let is_digest = end - start == 64 || end - start == 12 && rest[end..].starts_with('…');
        masked.push_str(&rest[..start]);
        masked.push_str(if is_digest { "[digest]" } else { &rest[start..end] });
        rest = &rest[end..];
    }
    masked + rest
}
