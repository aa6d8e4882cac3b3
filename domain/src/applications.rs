//! What a guest's applications answer: the third level, above the hypervisor and the operating system.
//!
//! The questions are declared ([`crate::testbed::Probe`]); the replies are printed by `lab/guests/apps.sh`
//! and are a guest's word: only what was asked is taken, and nothing but digits, digests and plain words.

use std::str::FromStr as _;

use serde::Deserialize;

use crate::ids::Sha256Digest;
use crate::observation::{Channel, Observation};
use crate::testbed::{Ask, Probe};

/// What every probe answered, `ID STATUS DIGEST`; the silent are not in it.
const ANSWERS: &str = "app.answers";
/// The probes that nobody answered.
const SILENT: &str = "app.silent";
/// The latencies that were as short as they should be.
const IN_TIME: &str = "app.in_time";
/// How much of a digest stands in [`ANSWERS`], in characters; `app.ID.sha256` has all of it.
const SHORT: usize = 16;

/// The replies of one guest, schema 1. Field names are the guest's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Replies {
    /// Version of this shape; 1.
    pub schema: u32,
    /// One for each question.
    pub replies: Vec<Reply>,
}

/// What came back to one question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reply {
    /// Which probe.
    pub id: String,
    /// Whether anything fitting came back.
    pub answered: bool,
    /// HTTP status, or exit status of a command.
    pub status: Option<i64>,
    /// Digest of the body, the output or the file, at most the first 256 KiB of it but for files; may be empty.
    pub sha256: String,
    /// Median time of a connection, in milliseconds.
    pub ms: Option<i64>,
    /// Why nothing came back, in the script's words.
    pub why: String,
}

/// The facts over all probes that these make observable, for [`crate::preflight::also_observable`].
#[must_use]
pub fn observable(probes: &[Probe]) -> Vec<&'static str> {
    let timed = probes.iter().any(|it| matches!(it.ask, Ask::Latency { .. }));
    let asked = (!probes.is_empty()).then_some([ANSWERS, SILENT]);
    asked.into_iter().flatten().chain(timed.then_some(IN_TIME)).collect()
}

/// What these replies to these probes amount to. Where one of them was not replied to, it was another
/// declaration's guest: then nothing is said over all of them, and rules find it *not observed*.
#[must_use]
pub fn observations(probes: &[Probe], replies: Option<&Replies>) -> Vec<Observation> {
    let all = replies.map(|it| it.replies.as_slice()).unwrap_or_default();
    let found = |probe: &Probe| all.iter().find(|it| it.id == probe.id.as_str());
    let known: Vec<Heard> =
        probes.iter().filter_map(|it| found(it).and_then(|reply| heard(it, reply))).collect();
    let mut seen: Vec<Observation> = known.iter().flat_map(Heard::observations).collect();
    if !probes.is_empty() && known.len() == probes.len() {
        seen.extend(over_all(probes, &known));
    }
    seen
}

/// A reply that fits its question.
struct Heard<'a> {
    probe: &'a Probe,
    reply: &'a Reply,
    sha256: Option<Sha256Digest>,
}

/// Takes a reply as one to this probe; none where it lacks what such an answer must have.
fn heard<'a>(probe: &'a Probe, reply: &'a Reply) -> Option<Heard<'a>> {
    let sha256 = Sha256Digest::from_str(&reply.sha256).ok();
    let status = reply.status.filter(|it| (0..=999).contains(it));
    let fits = match probe.ask {
        Ask::Port(_) => true,
        Ask::Http { .. } | Ask::Command(_) => status.is_some() && sha256.is_some(),
        Ask::FileHash(_) => sha256.is_some(),
        Ask::Latency { .. } => reply.ms.is_some_and(|it| it >= 0),
    };
    (fits || !reply.answered).then_some(Heard { probe, reply, sha256 })
}

impl Heard<'_> {
    fn observations(&self) -> Vec<Observation> {
        let (channel, reply) = (Channel::SerialConsole, self.reply);
        let fact = |name: &str| format!("app.{}.{name}", self.probe.id);
        let mut seen = vec![Observation::flag(&fact("answers"), reply.answered, channel)];
        if !reply.answered {
            let why: String = reply.why.chars().filter(|it| !it.is_control()).collect();
            seen.push(Observation::text(&fact("why"), why, channel));
            return seen;
        }
        let number = |name: &str, it: Option<i64>| {
            it.map(|it| Observation::integer(&fact(name), it, channel))
        };
        seen.extend(number("status", reply.status));
        seen.extend(number("latency_ms", reply.ms));
        seen.extend(
            self.sha256.map(|it| Observation::text(&fact("sha256"), it.to_string(), channel)),
        );
        seen
    }

    /// `web 200 0f1e2d3c4b5a6978`: the same before and after is the same answer.
    fn answer(&self) -> String {
        let status = self.reply.status.map(|it| format!(" {it}")).unwrap_or_default();
        let digest = self.sha256.map(|it| format!(" {}", &it.to_string()[..SHORT]));
        format!("{}{status}{}", self.probe.id, digest.unwrap_or_default())
    }

    fn is_in_time(&self) -> bool {
        match (&self.probe.ask, self.reply.ms) {
            (Ask::Latency { most_ms, .. }, Some(ms)) => ms <= i64::from(*most_ms),
            _ => false,
        }
    }
}

fn over_all(probes: &[Probe], known: &[Heard<'_>]) -> Vec<Observation> {
    let answered = || known.iter().filter(|it| it.reply.answered);
    let silent = known.iter().filter(|it| !it.reply.answered);
    let name = |it: &Heard<'_>| it.probe.id.to_string();
    let in_time = answered().filter(|it| it.is_in_time());
    let lists = [
        (ANSWERS, answered().map(Heard::answer).collect()),
        (SILENT, silent.map(name).collect()),
        (IN_TIME, in_time.map(name).collect::<Vec<String>>()),
    ];
    let meant = observable(probes);
    let told = lists.into_iter().filter(|(fact, _)| meant.contains(fact));
    told.map(|(fact, list)| Observation::list(fact, list, Channel::SerialConsole)).collect()
}
