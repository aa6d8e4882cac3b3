//! The desk for letters: what is recorded stands, once, in order, and is known after reopening; and
//! letters that follow each other wait for the disk together.

use std::sync::Arc;

use domain::event::{About, Carrier, LetterForm, LetterPrepared, LetterPreviewed, LetterSent};
use domain::ids::Sha256Digest;
use domain::letter::{LetterCommand, NotWritten, STREAM, Stage};
use ingest::{LetterDesk, LetterError};
use jiff::Timestamp;
use store::EventLog;

use crate::support::log;

fn at() -> Timestamp {
    "2026-12-01T08:00:00Z".parse().unwrap()
}

fn name(number: usize) -> String {
    format!("letter-{number:03}")
}

fn prepare(number: usize) -> LetterCommand {
    LetterCommand::Prepare(LetterPrepared {
        letter: name(number).parse().unwrap(),
        about: About::Results {
            campaign: "autumn".parse().unwrap(),
            vendor: format!("vendor-{number}").parse().unwrap(),
        },
        contact: "press".parse().unwrap(),
        form: LetterForm::Encrypted,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        known_at: 7,
        follows: None,
        content_sha256: Sha256Digest::of(b"content"),
        content_bytes: 7,
        by: "ada".to_owned(),
    })
}

fn preview(number: usize) -> LetterCommand {
    let (letter, by) = (name(number).parse().unwrap(), "ada".to_owned());
    LetterCommand::NotePreview(LetterPreviewed { letter, by })
}

fn sent(number: usize) -> LetterCommand {
    LetterCommand::NoteSent(LetterSent {
        letter: name(number).parse().unwrap(),
        attempt: 1,
        message_id: format!("{number}@portolan.example"),
        carrier: Carrier::Folder,
        reply: String::new(),
    })
}

#[test]
fn a_batch_is_recorded_in_its_order_and_known_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let desk = LetterDesk::open(Arc::clone(&log)).unwrap();
    let all = (0..200).flat_map(|it| [prepare(it), preview(it), sent(it)]).collect::<Vec<_>>();
    let noted = desk.record(&[], all.clone(), at());
    let versions: Vec<u64> = noted.into_iter().map(|it| it.unwrap().unwrap().version).collect();
    assert_eq!(versions, (0..600).collect::<Vec<_>>());
    assert_eq!(log.head(), 600);
    let again = LetterDesk::open(Arc::clone(&log)).unwrap();
    assert_eq!(again.look(Clone::clone), desk.look(Clone::clone));
    assert!(again.look(|it| it.letters().all(|it| it.stage() == Stage::Sent)));
    assert!(again.record(&[], all, at()).into_iter().all(|it| it.unwrap().is_none()));
    assert_eq!(log.head(), 600);
}

#[test]
fn a_refusal_stands_in_its_place_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let desk = LetterDesk::open(Arc::clone(&log)).unwrap();
    let noted = desk.record(&[], vec![prepare(1), sent(1), prepare(2), preview(2), sent(2)], at());
    let refused = LetterError::NotWritten(NotWritten::NotPreviewed(name(1).parse().unwrap()));
    assert_eq!(noted[1].as_ref().unwrap_err().to_string(), refused.to_string());
    let streams = [0, 2, 3, 4].map(|it| noted[it].as_ref().unwrap().as_ref().unwrap());
    assert!(streams.iter().all(|it| it.stream == STREAM));
    assert_eq!(streams.map(|it| it.version), [0, 1, 2, 3]);
    assert_eq!(log.head(), 4);
}
