//! What the appender submits, as a function of a seed: whoever knows the seed can tell from a log
//! alone whether it holds what it must hold.
//!
//! The program `appender` and the tests share this file.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use domain::event::{CampaignResumed, Event, VersionChanged};
use domain::ids::Sha256Digest;
use jiff::Timestamp;
use store::{Append, Expected};
use uuid::Uuid;

use crate::rng::Rng;

/// One decision of a writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Its stream.
    pub(crate) stream: String,
    /// Where the stream must be; nothing for a stream that all writers share.
    pub(crate) expected: Option<u64>,
    /// Its command; seed, writer and number can be read from it.
    pub(crate) command: Uuid,
    /// When.
    pub(crate) at: Timestamp,
    /// Its events.
    pub(crate) events: Vec<Event>,
    /// Whether the writer submits the next one together with it.
    pub(crate) joined: bool,
}

impl Decision {
    /// As it is submitted.
    pub(crate) fn append(&self) -> Append {
        let Decision { stream, expected, command, at, events, .. } = self.clone();
        let expected = match expected {
            None => Expected::Any,
            Some(0) => Expected::NoStream,
            Some(version) => Expected::Exact(version),
        };
        Append { stream, expected, command, at, events }
    }
}

/// The decisions of one writer, without end.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    seed: u32,
    writer: u32,
    number: u32,
    versions: BTreeMap<String, u64>,
}

impl Script {
    /// From the first decision on.
    pub(crate) fn new(seed: u32, writer: u32) -> Self {
        Self { seed, writer, number: 0, versions: BTreeMap::new() }
    }

    /// The writer a command belongs to, and its number there.
    pub(crate) fn place(seed: u32, command: Uuid) -> Option<(u32, u32)> {
        let bits = command.as_u128();
        let part = |shift: u32| u32::try_from(bits >> shift & 0xffff_ffff).ok();
        (part(64)? == seed).then_some((part(32)?, part(0)?))
    }

    fn decide(&mut self) -> Decision {
        let parts = [self.seed, self.writer, self.number].map(u64::from);
        let mut rng = Rng::new(&parts);
        let shared = rng.chance(25);
        let stream = match shared {
            true => "campaign/shared".to_owned(),
            false => format!("campaign/own-{}-{}", self.writer, rng.below(3)),
        };
        let count = match rng.below(12) {
            0 => 2 + rng.below(40),
            1..=3 => 2 + rng.below(4),
            _ => 1,
        };
        let events: Vec<Event> = (0..count).map(|_| event(&mut rng, self.writer)).collect();
        let version = self.versions.entry(stream.clone()).or_default();
        let expected = (!shared).then_some(*version);
        *version += events.len() as u64;
        let number = parts.iter().fold(0, |sum, part| sum << 32 | u128::from(*part));
        let at = Timestamp::UNIX_EPOCH + Duration::from_millis(self.number.into());
        let joined = rng.chance(30);
        self.number += 1;
        Decision { stream, expected, command: Uuid::from_u128(number), at, events, joined }
    }
}

impl Iterator for Script {
    type Item = Decision;

    fn next(&mut self) -> Option<Decision> {
        Some(self.decide())
    }
}

/// Mostly small, sometimes over several pages of the disk.
fn event(rng: &mut Rng, writer: u32) -> Event {
    let campaign = "crash".parse().expect("a good name");
    if rng.chance(10) {
        return Event::CampaignResumed(CampaignResumed { campaign });
    }
    let words = if rng.chance(3) { 200 + rng.below(1000) } else { 1 + rng.below(12) };
    let to: Vec<String> = (0..words).map(|_| format!("{:x}", rng.draw())).collect();
    let (subject, from) = (format!("writer:{writer}"), "é \"quoted\"\n".to_owned());
    Event::VersionChanged(VersionChanged { campaign, subject, from, to: to.join(" ") })
}

/// What the appender says once a decision is acknowledged. One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ack {
    /// The command.
    pub(crate) command: Uuid,
    /// Position of its first event.
    pub(crate) first: u64,
    /// How many events.
    pub(crate) count: u64,
    /// Digest of their stored bytes, each with a newline.
    pub(crate) leaves: Sha256Digest,
}

impl std::fmt::Display for Ack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "ack {} {} {} {}", self.command, self.first, self.count, self.leaves)
    }
}

impl FromStr for Ack {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let ["ack", command, first, count, leaves] = parts[..] else {
            return Err(format!("no acknowledgement: {line}"));
        };
        Ok(Self {
            command: command.parse().map_err(|_| line)?,
            first: first.parse().map_err(|_| line)?,
            count: count.parse().map_err(|_| line)?,
            leaves: leaves.parse().map_err(|_| line)?,
        })
    }
}
