//! A small store with two campaigns, evidence, two segments and more, made through the store's own
//! doors with a fixed key and fixed times.

use std::path::{Path, PathBuf};

use domain::event::{
    CampaignFinished, CampaignStarted, Cost, Ending, Event, Evidence, EvidenceKind, Outcome,
    StepFinished,
};
use domain::ids::Sha256Digest;
use domain::plan::Trial;
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use store::{Append, Blobs, DiskLog, EventLog as _, Expected};

pub(crate) use crate::bench::{Bench, ORIGIN};

/// How many steps the first campaign has.
pub(crate) const STEPS: u64 = 600;

impl Bench {
    /// With the small store: one campaign, and a checkpoint behind it.
    pub(crate) fn small() -> Self {
        let bench = Self::empty();
        let log = bench.log();
        campaign(&log, &bench.blobs(), "c-1", STEPS);
        log.checkpoint().unwrap();
        bench
    }
}

/// Records a campaign: a start, steps of which every tenth keeps evidence, an end.
pub(crate) fn campaign(log: &DiskLog, blobs: &Blobs, id: &str, steps: u64) {
    let start = Event::CampaignStarted(CampaignStarted {
        campaign: id.parse().unwrap(),
        testbed: toml::from_str(include_str!("../../../lab/testbeds/small.toml")).unwrap(),
        pins: [("tool:qemu-img".to_owned(), "7.2.22".to_owned())].into(),
    });
    let end = Event::CampaignFinished(CampaignFinished {
        campaign: id.parse().unwrap(),
        ending: Ending::Completed,
        cost: Cost::default(),
    });
    let steps = (0..steps).map(|number| step(blobs, id, number));
    let events = std::iter::once(start).chain(steps).chain([end]);
    let appends: Vec<_> = (0..).zip(events).map(|(at, event)| append(id, at, event)).collect();
    // A segment is never left within a commit.
    for some in appends.chunks(100) {
        log.append_all(some.to_vec()).into_iter().for_each(|answer| drop(answer.unwrap()));
    }
}

fn append(id: &str, version: u64, event: Event) -> Append {
    let stream = format!("campaign/{id}");
    let command =
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("{id}/{version}").as_bytes());
    let begin: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
    let at = begin + SignedDuration::from_secs(i64::try_from(version).unwrap());
    Append { stream, expected: Expected::Exact(version), command, at, events: vec![event] }
}

/// What the console of a step said.
pub(crate) fn console(number: u64) -> Vec<u8> {
    format!("boot {number}\n{}login:\n", "[ OK ] Started something\n".repeat(20)).into_bytes()
}

fn step(blobs: &Blobs, id: &str, number: u64) -> Event {
    let proof = number.is_multiple_of(10).then(|| {
        let bytes = console(number);
        Evidence {
            kind: EvidenceKind::SerialLog,
            name: "serial.log".to_owned(),
            sha256: blobs.put(&bytes).unwrap(),
            bytes: bytes.len() as u64,
        }
    });
    Event::StepFinished(StepFinished {
        campaign: id.parse().unwrap(),
        trial: Trial {
            guest: "server".parse().unwrap(),
            source: "kvm-like".parse().unwrap(),
            target: "xen-like".parse().unwrap(),
            route: "direct".parse().unwrap(),
            repetition: u32::try_from(number / 7 + 1).unwrap(),
        },
        step: Step::ALL[usize::try_from(number % 7).unwrap()],
        outcome: Outcome::Completed,
        observations: Vec::new(),
        evidence: proof.into_iter().collect(),
        pins: [("platform:kvm-like".to_owned(), "QEMU 7.2.22, q35".to_owned())].into(),
        act: format!("act-{number}"),
        duration_ms: 1000 + number,
    })
}

/// The public key that the small store begins with.
pub(crate) fn first_key() -> String {
    ledger::Signer::from_seed(ORIGIN, &[7; 32]).unwrap().verifier().to_string()
}

/// Where a piece of evidence is kept.
pub(crate) fn blob(bench: &Bench, bytes: &[u8]) -> PathBuf {
    let digits = Sha256Digest::of(bytes).to_string();
    bench.store().join("evidence").join(&digits[..2]).join(format!("{digits}.zst"))
}

/// Every file below a folder, with its bytes.
pub(crate) fn files(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Flips one bit of a file.
pub(crate) fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}
