//! A store of the first format: every event in sled alone.

use domain::event::{Event, Evidence, EvidenceKind, Outcome, StepFinished};
use domain::ids::Sha256Digest;
use domain::plan::Trial;
use domain::step::Step;
use store::{Blobs, Direction, EventLog as _, StoreError, import_early};

use crate::fixture::{command, disk, event, small, text};

/// A frame as the first format had it: a line with the checksum, then everything in one object.
fn frame(position: u64, command: uuid::Uuid, event: &Event) -> Vec<u8> {
    let body = serde_json::json!({
        "position": position,
        "at": "2026-11-01T00:00:00Z",
        "stream": "campaign/c",
        "version": position,
        "command": command,
        "event": event,
    });
    let body = serde_json::to_vec(&body).unwrap();
    let header = serde_json::json!({ "format": 1, "sha256": Sha256Digest::of(&body) });
    [serde_json::to_vec(&header).unwrap(), b"\n".to_vec(), body].concat()
}

/// A step with one piece of evidence.
pub(crate) fn step(evidence: &[u8]) -> Event {
    Event::StepFinished(StepFinished {
        campaign: "c".parse().unwrap(),
        trial: Trial {
            guest: "g".parse().unwrap(),
            source: "a".parse().unwrap(),
            target: "b".parse().unwrap(),
            route: "direct".parse().unwrap(),
            repetition: 1,
        },
        step: Step::SanityCheck,
        outcome: Outcome::Completed,
        observations: Vec::new(),
        evidence: vec![Evidence {
            kind: EvidenceKind::SerialLog,
            name: "serial.log".to_owned(),
            sha256: Sha256Digest::of(evidence),
            bytes: evidence.len() as u64,
        }],
        pins: [].into(),
        act: "act".to_owned(),
        duration_ms: 1,
    })
}

#[test]
fn an_early_store_is_taken_over_with_its_evidence() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = sled::open(old.path().join("log")).unwrap();
    let events = engine.open_tree("events").unwrap();
    let all = [event("1"), event("2"), step(b"a serial log"), event("3")];
    let commands = ["x", "x", "y", "z"].map(command);
    for (position, (event, command)) in (0_u64..).zip(all.iter().zip(commands)) {
        events.insert(position.to_be_bytes(), frame(position, command, event)).unwrap();
    }
    engine.flush().unwrap();
    drop((events, engine));
    let digest = Sha256Digest::of(b"a serial log");
    let name = digest.to_string();
    let folder = old.path().join("evidence").join(&name[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&name), b"a serial log").unwrap();

    assert_eq!(import_early(old.path(), new.path(), &small()).unwrap(), 4);
    let log = disk(new.path());
    let read: Vec<_> = log.read(0, Direction::Forward).map(Result::unwrap).collect();
    assert_eq!(read.iter().map(|it| &it.event).collect::<Vec<_>>(), all.iter().collect::<Vec<_>>());
    assert_eq!(read.iter().map(|it| it.command).collect::<Vec<_>>(), commands);
    assert_eq!(log.recorded_for("campaign/c", command("x")).unwrap().unwrap().len(), 2);
    assert_eq!(text(&read[3].event), "3");
    let blobs = Blobs::local(&new.path().join("evidence")).unwrap();
    assert_eq!(blobs.get(digest).unwrap(), b"a serial log");
    drop(log);
    let error = import_early(old.path(), new.path(), &small()).unwrap_err();
    assert!(matches!(error, StoreError::NotEmpty(_)), "{error}");
    let error = import_early(new.path(), old.path(), &small()).unwrap_err();
    assert!(matches!(error, StoreError::Import(_)), "{error}");
}
