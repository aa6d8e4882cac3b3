//! The stored form of an event: what can be read can be written, and reads the same again.

use domain::event::{Event, KeyChanged, Recorded};
use jiff::Timestamp;
use serde_json::Value;
use store::schema::{Envelope, decode, encode};
use store::{LARGEST_LEAF, StoreError};
use uuid::Uuid;

/// Where the leaf stands: what the golden files of schema 1 say of themselves.
const POSITION: u64 = 7;

/// Longest input that is written as a text too, in bytes: long enough for every escape.
const LONGEST_TEXT: usize = 64;

/// Reads the input as a leaf of any schema; a newline behind it is a text file's, not the leaf's.
/// A short one is also written into a leaf.
pub fn check(input: &[u8]) {
    let leaf = input.strip_suffix(b"\n").unwrap_or(input);
    if input.len() <= LONGEST_TEXT
        && let Ok(text) = std::str::from_utf8(input)
    {
        reads_back(&with(text));
    }
    match (Envelope::parse(POSITION, leaf), decode(POSITION, leaf)) {
        (Ok(envelope), Ok(recorded)) => {
            same(&envelope, &recorded);
            as_anyone_reads_it(leaf, &recorded);
            reads_back(&recorded);
        }
        (Ok(envelope), Err(error)) => {
            let (_, told) = (envelope.at().is_ok(), error.to_string());
            assert!(told.starts_with("event 7 "), "{told}");
        }
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        (Err(error), Ok(_)) => panic!("the event is read and its envelope is not: {error}"),
    }
}

/// The index is made from envelopes, reports from events: both must say the same.
fn same(envelope: &Envelope<'_>, recorded: &Recorded) {
    assert_eq!(recorded.position, POSITION);
    assert_eq!(envelope.stream, recorded.stream);
    assert_eq!(envelope.version, recorded.version);
    assert_eq!(envelope.command, recorded.command);
    assert_eq!(envelope.kind, recorded.event.name());
    assert_eq!(envelope.at().expect("its event was read"), recorded.at);
}

/// An auditor with another JSON library finds the same around the event of the newest schema. In
/// the event itself fields that are not known are passed over, whatever stands in them.
fn as_anyone_reads_it(leaf: &[u8], recorded: &Recorded) {
    const EVENT: &[u8] = b",\"event\":";
    if !leaf.starts_with(b"{\"schema\":") {
        return;
    }
    // No text can hold this: its quotes would be escaped.
    let end = leaf.windows(EVENT.len()).position(|it| it == EVENT).expect("an event");
    let around = [&leaf[..end], b"}"].concat();
    let plain: Value = serde_json::from_slice(&around).expect("a leaf that can be read is JSON");
    assert_eq!(plain["type"], recorded.event.name());
    assert_eq!(plain["stream"], *recorded.stream);
    assert_eq!(plain["version"], recorded.version);
    let command = plain["command"].as_str().and_then(|it| it.parse().ok());
    assert_eq!(command, Some(recorded.command));
    let at = plain["at"].as_str().and_then(|it| it.parse().ok());
    assert_eq!(at, Some(recorded.at));
}

/// An event with this text wherever a leaf takes any.
fn with(text: &str) -> Recorded {
    let (from, to) = (text.to_owned(), text.chars().rev().collect());
    Recorded {
        position: POSITION,
        at: Timestamp::UNIX_EPOCH,
        stream: text.to_owned(),
        version: text.len() as u64,
        command: Uuid::NAMESPACE_URL,
        event: Event::KeyChanged(KeyChanged { from, to }),
    }
}

fn reads_back(recorded: &Recorded) {
    let written = match write(recorded) {
        Ok(written) => written,
        // What is read may be larger than what may be written.
        Err(StoreError::TooLarge { bytes, .. }) if bytes > LARGEST_LEAF => return,
        Err(error) => panic!("what was read cannot be written: {error}"),
    };
    assert!(!written.contains(&b'\n'), "a leaf is one line");
    let again = decode(POSITION, &written).expect("what was written can be read");
    assert_eq!(again, *recorded);
    same(&Envelope::parse(POSITION, &written).expect("it was read"), recorded);
    as_anyone_reads_it(&written, recorded);
    assert_eq!(write(&again).expect("it was written before"), written);
}

fn write(it: &Recorded) -> Result<Vec<u8>, StoreError> {
    encode(&it.stream, it.version, it.command, it.at, &it.event)
}
