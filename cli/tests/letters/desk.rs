//! A store with the small campaign, and an operator before it.

use std::path::{Path, PathBuf};
use std::process::Command;

use domain::event::{AccessEvent, Answered, Event, LetterEvent, Recorded};
use serde_json::Value;
use store::{Append, DiskLog, EventLog as _, Expected, NewKey, Settings};
use tempfile::TempDir;

use crate::called::Called;
use crate::{child, fixture, sample};

/// The campaign.
pub(crate) const CAMPAIGN: &str = "2026-11-23-harbour";
/// Its vendors.
pub(crate) const VENDORS: [&str; 3] = ["acme", "libre", "toolsmith"];

/// A folder with a store in it.
pub(crate) struct Desk(pub(crate) TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        sample::make(&folder.path().join("store"), fixture::events()).unwrap();
        Self::over(folder)
    }

    /// A folder that has a store already.
    pub(crate) fn over(folder: TempDir) -> Self {
        let policy = include_str!("../../../reports/tests/shown/policy.toml");
        std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
        Self(folder)
    }

    /// A folder with a store and these settings, as `letters.toml` in it.
    pub(crate) fn with(settings: &str) -> Self {
        let desk = Self::new();
        desk.set(settings);
        desk
    }

    pub(crate) fn set(&self, settings: &str) {
        std::fs::write(self.path("store/letters.toml"), settings).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with these words, not started yet.
    pub(crate) fn program(&self, words: &[&str]) -> Command {
        let mut program = child::portolan(self.0.path(), words);
        program.args(["--policy", "policy.toml"]);
        for name in ["PORTOLAN_LETTERS", "PORTOLAN_PUBLIC_URL", "USER", "LOGNAME"] {
            program.env_remove(name);
        }
        program
    }

    pub(crate) fn call(&self, words: &[&str]) -> Called {
        self.program(words).output().unwrap().into()
    }

    /// What it says when all is well.
    pub(crate) fn out(&self, words: &[&str]) -> String {
        let called = self.call(words);
        assert_eq!(called.code, 0, "{words:?}: {}{}", called.out, called.err);
        called.out
    }

    /// Calls and expects a refusal with these words.
    pub(crate) fn refused(&self, words: &[&str], code: i32, expected: &str) {
        let called = self.call(words);
        assert_eq!(called.code, code, "{words:?}: {}{}", called.out, called.err);
        assert!(
            called.err.contains(expected),
            "{words:?}: {expected:?} is not in {:?}",
            called.err
        );
    }

    pub(crate) fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.out(&[words, &["--json"]].concat())).unwrap()
    }

    /// A command about the letters of the campaign.
    pub(crate) fn letters(&self, act: &str, words: &[&str]) -> String {
        self.out(&[&["letters", act, CAMPAIGN], words].concat())
    }

    /// Every letter, as `letters list --json` tells.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.json(&["letters", "list"]).as_array().unwrap().clone()
    }

    /// The last letter to a contact.
    pub(crate) fn letter(&self, contact: &str) -> Value {
        self.list().into_iter().rfind(|it| it["contact"] == contact).unwrap()
    }

    /// How many events the log has.
    pub(crate) fn events(&self) -> usize {
        self.recorded().len()
    }

    /// The log.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.log().read(0, store::Direction::Forward).map(Result::unwrap).collect()
    }

    /// What it tells of letters.
    pub(crate) fn told_of_letters(&self) -> Vec<LetterEvent> {
        let of_letters = |it: Recorded| {
            if let Event::Letter(it) = it.event { Some(it) } else { None }
        };
        self.recorded().into_iter().filter_map(of_letters).collect()
    }

    /// The log is whole. The proofs of the campaign were never there.
    pub(crate) fn verify(&self) {
        let told = self.call(&["log", "verify"]).out;
        let wrong: Vec<&str> = told.lines().filter(|it| it.starts_with('✗')).collect();
        assert!(matches!(wrong.as_slice(), [only] if only.contains("evidence")), "{told}");
    }

    /// The same store, in which all about letters happened an hour earlier.
    pub(crate) fn an_hour_later(&self) {
        let all = self.recorded();
        std::fs::rename(self.path("store"), self.path("earlier")).unwrap();
        let log = self.log();
        for Recorded { at, stream, command, event, .. } in all {
            let is_letter = stream == domain::letter::STREAM;
            let at = if is_letter { at - jiff::SignedDuration::from_hours(1) } else { at };
            let (expected, events) = (Expected::Any, vec![event]);
            log.append(Append { stream, expected, command, at, events }).unwrap();
        }
        std::fs::copy(self.path("earlier/letters.toml"), self.path("store/letters.toml")).unwrap();
    }

    pub(crate) fn log(&self) -> DiskLog {
        let new_key = Some(NewKey { origin: sample::ORIGIN.to_owned(), seed: sample::SEED });
        DiskLog::open(&self.path("store"), &Settings { new_key, ..Settings::default() }).unwrap()
    }

    /// A vendor disputes the campaign's results; the position of its answer.
    pub(crate) fn dispute(&self, vendor: &str) -> u64 {
        let answered = Answered {
            vendor: vendor.parse().unwrap(),
            campaign: CAMPAIGN.parse().unwrap(),
            cell: None,
            disputes: true,
            may_be_public: false,
            text: "our driver was not installed".to_owned(),
            account: "anna".parse().unwrap(),
            grant: "g-1".parse().unwrap(),
        };
        let log = self.log();
        let recorded = log.append(Append {
            stream: domain::access::STREAM.to_owned(),
            expected: Expected::Any,
            command: uuid::Uuid::from_u128(77 + u128::from(log.head())),
            at: "2026-11-24T10:00:00Z".parse().unwrap(),
            events: vec![Event::Access(AccessEvent::Answered(answered))],
        });
        recorded.unwrap()[0].position
    }
}

/// The files of a folder whose names end so, in their order.
pub(crate) fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|it| it.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|it| it.to_string_lossy().ends_with(end)).collect();
    found.sort();
    found
}

/// What differs from run to run, masked: instants, digests, and the names that are made of them.
pub(crate) fn masked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let digits = |it: &str| it.bytes().take_while(u8::is_ascii_hexdigit).count();
    while let Some(next) = rest.chars().next() {
        let count = digits(rest);
        let is_instant =
            rest.len() >= 20 && rest.as_bytes()[4] == b'-' && rest[..20].ends_with("UTC");
        if is_instant {
            out.push_str("(an instant, in UTC)");
            rest = &rest[20..];
        } else if count >= 16 {
            out.push_str(&"x".repeat(count.min(16)));
            rest = &rest[count..];
        } else {
            let step = count.max(next.len_utf8());
            out.push_str(&rest[..step]);
            rest = &rest[step..];
        }
    }
    out
}
