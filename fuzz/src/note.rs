//! Keys, notes, checkpoints, proofs, paths and envelopes: what is read is printed as it was.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::LazyLock;

use ledger::dsse::Envelope;
use ledger::{
    Checkpoint, EntriesId, Hash, Note, Signer, TileId, TlogProof, Verifier, append_entry,
    parse_entries,
};

use crate::logs::LOGS;

/// Gives the same input to every parser; most refuse it at its first byte.
pub fn check(input: &[u8]) {
    entries(input);
    envelope(input);
    let note = Note::try_from(input);
    let Ok(text) = std::str::from_utf8(input) else {
        assert!(note.is_err(), "a note is UTF-8");
        return;
    };
    assert_eq!(note, text.parse());
    prints_as_it_was::<Note>(text);
    prints_as_it_was::<Checkpoint>(text);
    prints_as_it_was::<TlogProof>(text);
    prints_as_it_was::<Verifier>(text);
    paths(text);
    hashes(text);
    signer(text);
    sign(text);
    if let Ok(note) = note {
        signed(&note);
    }
}

/// There is one spelling of each, so nobody can show two that look different and mean the same.
fn prints_as_it_was<T: FromStr + Display>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text);
    }
}

fn paths(text: &str) {
    if let Ok(id) = text.parse::<TileId>() {
        assert_eq!(id.path(), text);
    }
    if let Ok(id) = text.parse::<EntriesId>() {
        assert_eq!(id.path(), text);
    }
}

/// Base64 has one spelling; hexadecimal digits may be written in capitals.
fn hashes(text: &str) {
    if let Ok(hash) = text.parse::<Hash>() {
        assert_eq!(hash.to_string(), text.to_ascii_lowercase());
    }
    if let Ok(hash) = Hash::from_base64(text) {
        assert_eq!(hash.to_base64(), text);
    }
}

fn entries(input: &[u8]) {
    let Ok(entries) = parse_entries(input) else { return };
    let mut written = Vec::new();
    for entry in entries {
        append_entry(&mut written, entry).expect("it was an entry");
    }
    assert_eq!(written, input);
}

/// What can be read is read the same when it is written, and no key of ours has signed it: ours sign
/// no envelopes.
fn envelope(input: &[u8]) {
    let Ok(envelope) = Envelope::parse(input) else { return };
    assert_eq!(Envelope::parse(envelope.to_string().as_bytes()), Ok(envelope.clone()));
    let ours: Vec<Verifier> = LOGS.iter().flat_map(|log| log.verifiers()).collect();
    assert!(envelope.verify(&ours).is_err(), "forged: {envelope}");
    if envelope.verify(&[ANYONE.verifier().clone()]).is_ok() {
        assert!(!envelope.payload().ends_with(b"\n"), "it could be taken for a note");
    }
}

/// A secret key that can be read signs what its public half verifies.
fn signer(text: &str) {
    let Ok(signer) = Signer::parse(text) else { return };
    assert_eq!(*signer.encode(), text);
    assert!(!format!("{signer:?}").contains("PRIVATE"));
    let note = Note::sign("text\n".to_owned(), &[&signer]).expect("a text to sign");
    let verifier = signer.verifier().to_string().parse().expect("a public key");
    assert_eq!(note.verify(&[verifier]).map(|it| it.len()), Ok(1));
}

/// Signs whatever comes, which the keys of the logs must not.
static ANYONE: LazyLock<Signer> =
    LazyLock::new(|| Signer::from_seed("any.example", &[9; 32]).expect("a name"));

/// What can be signed can be read, whatever the text looks like.
fn sign(text: &str) {
    // Signing is slow, and a text that does not end is refused.
    if !text.ends_with('\n') {
        return;
    }
    if let Ok(note) = Note::sign(text.to_owned(), &[&*ANYONE]) {
        assert_eq!(note.to_string().parse(), Ok(note.clone()));
        assert_eq!(note.verify(&[ANYONE.verifier().clone()]).map(|it| it.len()), Ok(1));
    }
}

/// A key of ours has signed what it has signed, and nothing else.
fn signed(note: &Note) {
    let mut json = serde_json::to_string(note).expect("a note is a text");
    assert_eq!(serde_json::from_str::<Note>(&json).ok().as_ref(), Some(note));
    json.clear();
    for key in LOGS.iter().flat_map(|log| log.verifiers()) {
        if note.verify(&[key]).is_ok() {
            assert!(LOGS.iter().any(|log| log.has_signed(note.text())), "forged: {note}");
        }
    }
    if let Ok(checkpoint) = note.text().parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), note.text());
    }
}
