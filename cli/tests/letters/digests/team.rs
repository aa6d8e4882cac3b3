//! A store with campaigns one after the other, and teams that are told of them.

use domain::event::{Event, Recorded};
use domain::plan::Trial;
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{Append, EventLog as _, Expected};

use super::program::SECRET;
use crate::called::Called;
use crate::desk::Desk;
use crate::sample;
use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, fails};

/// What every file of settings begins with.
pub(super) const HEAD: &str =
    "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n";

/// A store, its teams, and what was tried so far.
pub(super) struct Teams {
    pub(super) desk: Desk,
    years: Years,
    campaigns: usize,
    events: usize,
}

impl Teams {
    /// A store in which two days ago all was well, and these subscriptions.
    pub(super) fn new(subscriptions: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(sample::make(&folder.path().join("store"), Vec::new()).unwrap());
        let desk = Desk::over(folder);
        desk.set(&format!("{HEAD}{subscriptions}"));
        std::fs::write(desk.path("store/hook.secret"), format!("{SECRET}\n")).unwrap();
        let mut teams = Self { desk, years: Years::new(), campaigns: 0, events: 0 };
        teams.tried(".");
        teams
    }

    /// A campaign for each letter, two days ago: `.` all arrive, `x` one cell fails, `?` the lab breaks
    /// there.
    pub(super) fn tried(&mut self, course: &str) {
        self.tried_at(course, now() - SignedDuration::from_hours(48));
    }

    pub(super) fn tried_at(&mut self, course: &str, at: Timestamp) {
        let log = self.desk.log();
        for sign in course.chars() {
            let fate = move |it: &Trial| -> Option<Fate> {
                match (it.guest.as_str(), it.source.as_str(), it.target.as_str(), sign) {
                    ("portable", "kvm", "acme-like", 'x') => fails(Step::Restart),
                    ("portable", "kvm", "acme-like", '?') => breaks(),
                    ("portable", "kvm", "acme-like", _) | ("portable", "acme-like", "kvm", _) => {
                        arrives()
                    }
                    _ => None,
                }
            };
            self.years = self.years.clone().campaign(&format!("c-{}", self.campaigns), fate);
            self.campaigns += 1;
            let all = self.years.recorded();
            let new = all.len() - self.events;
            self.events = all.len();
            for it in all.into_iter().skip(self.events - new) {
                sample::append(&log, Recorded { at, ..it }).unwrap();
            }
        }
    }

    /// Tells whoever is to be told; all must be well.
    pub(super) fn tell(&self) -> Vec<Value> {
        self.desk.json(&["letters", "digest"]).as_array().unwrap().clone()
    }

    /// The same, whatever comes of it.
    pub(super) fn call(&self, words: &[&str]) -> Called {
        self.desk.call(&[&["letters", "digest"][..], words].concat())
    }

    /// How each team stands, after telling whoever is to be told: the exit code, and a word a team.
    pub(super) fn stand(&self, words: &[&str]) -> (i32, Vec<String>) {
        let called = self.call(&[words, &["--json"]].concat());
        let lines: Vec<Value> = serde_json::from_str(&called.out).unwrap();
        let word = |it: &Value| it["stands"].as_str().unwrap().to_owned();
        (called.code, lines.iter().map(word).collect())
    }

    /// The same store, in which everything happened so much earlier, and says so.
    pub(super) fn aged(&self, by: SignedDuration) {
        let desk = &self.desk;
        let all = desk.recorded();
        std::fs::rename(desk.path("store"), desk.path("earlier")).unwrap();
        let log = desk.log();
        for Recorded { at, stream, command, event, .. } in all {
            let (at, event) = (at - by, renamed(event, by));
            let (expected, events) = (Expected::Any, vec![event]);
            log.append(Append { stream, expected, command, at, events }).unwrap();
        }
        for name in ["letters.toml", "hook.secret"] {
            let from = desk.path("earlier").join(name);
            std::fs::copy(from, desk.path("store").join(name)).unwrap();
        }
        std::fs::remove_dir_all(desk.path("earlier")).unwrap();
    }
}

/// An event about a digest whose name says that it was written so much earlier.
fn renamed(event: Event, by: SignedDuration) -> Event {
    let Event::Letter(event) = event else { return event };
    let mut told = serde_json::to_value(&event).unwrap();
    for field in ["letter", "follows"] {
        let Some(name) = told[field].as_str() else { continue };
        let Some((rest, second)) = name.rsplit_once('.') else { continue };
        let second: i64 = second.parse().unwrap();
        told[field] = format!("{rest}.{}", second - by.as_secs()).into();
    }
    Event::Letter(serde_json::from_value(told).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "what is tested asks how long ago something was")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
