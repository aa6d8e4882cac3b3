//! DSSE envelopes: what is signed, what is refused, and that no signature serves twice.

use ledger::dsse::{DsseError, Envelope, IN_TOTO, MOST_ENVELOPE_SIGNATURES, pae};
use ledger::{Note, Verifier};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::signer;

const STATEMENT: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1"}"#;

fn envelope() -> Envelope {
    Envelope::sign(IN_TOTO, STATEMENT.to_vec(), &[&signer("log", 7)]).unwrap()
}

fn known(seeds: &[u8]) -> Vec<Verifier> {
    seeds.iter().map(|it| signer("log", *it).verifier().clone()).collect()
}

/// The JSON form with something changed.
fn altered(alter: impl FnOnce(&mut Value)) -> Result<Envelope, DsseError> {
    let mut json: Value = serde_json::from_str(&envelope().to_string()).unwrap();
    alter(&mut json);
    Envelope::parse(json.to_string().as_bytes())
}

/// The standard's own example.
#[test]
fn what_is_signed_is_spelled_as_the_standard_says() {
    let message = pae("http://example.com/HelloWorld", b"hello world");
    assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    assert_eq!(pae("é", b""), "DSSEv1 2 é 0 ".as_bytes(), "lengths are in bytes");
}

#[test]
fn an_envelope_is_read_as_it_was_written_and_names_its_key() {
    let text = envelope().to_string();
    let read = Envelope::parse(text.as_bytes()).unwrap();
    assert_eq!(read, envelope());
    assert_eq!((read.payload_type(), read.payload()), (IN_TOTO, STATEMENT));
    let keys = known(&[1, 7]);
    assert_eq!(read.verify(&keys), Ok(vec![&keys[1]]));
    assert!(text.contains(&format!("\"keyid\":\"{}\"", keys[1].label())) && !text.contains('\n'));
    assert_eq!(text, envelope().to_string(), "the same bytes again");
}

#[test]
fn several_keys_may_sign_and_what_a_signature_calls_its_key_proves_nothing() {
    let (one, two) = (signer("log", 1), signer("other", 2));
    let both = Envelope::sign(IN_TOTO, STATEMENT.to_vec(), &[&one, &two]).unwrap();
    let keys = [two.verifier().clone(), one.verifier().clone()];
    assert_eq!(both.verify(&keys).unwrap().len(), 2);
    assert_eq!(both.verify(&keys[..1]).unwrap(), [&keys[0]]);
    let renamed = altered(|it| it["signatures"][0]["keyid"] = "someone else".into()).unwrap();
    assert!(renamed.verify(&known(&[7])).is_ok());
    let nameless = altered(|it| {
        it["signatures"][0].as_object_mut().unwrap().remove("keyid");
    });
    let nameless = nameless.unwrap();
    assert!(nameless.verify(&known(&[7])).is_ok());
    let words = nameless.verify(&known(&[1])).unwrap_err().to_string();
    assert!(words.contains("signed by a key without a name, by none of the keys"), "{words}");
}

#[test]
fn what_was_altered_or_is_strange_is_refused() {
    let keys = known(&[7]);
    let label = keys[0].label();
    let bad = Err(DsseError::BadSignature(label.clone()));
    let payload = altered(|it| it["payload"] = "e30=".into()).unwrap();
    assert_eq!(payload.verify(&keys), bad);
    let kind = altered(|it| it["payloadType"] = "application/json".into()).unwrap();
    assert_eq!(kind.verify(&keys), bad, "the type is signed, too");
    let swapped = altered(|it| it["signatures"][0]["sig"] = "AAAA".into()).unwrap();
    assert_eq!(swapped.verify(&keys), bad);
    let stranger = envelope().verify(&known(&[1])).unwrap_err();
    assert!(matches!(&stranger, DsseError::Stranger { signed, .. } if *signed == label));
    assert!(envelope().verify(&[]).is_err(), "nobody is trusted");
    let long = altered(|it| it["signatures"][0]["keyid"] = "é".repeat(5000).into()).unwrap();
    assert!(long.verify(&known(&[1])).unwrap_err().to_string().len() < 400);
}

#[test]
fn either_alphabet_is_read_and_unknown_fields_are_passed_over() {
    let other = altered(|it| {
        let spelled = |text: &Value| {
            let text = text.as_str().unwrap().replace('+', "-").replace('/', "_");
            Value::from(text.trim_end_matches('='))
        };
        it["payload"] = spelled(&it["payload"]);
        it["signatures"][0]["sig"] = spelled(&it["signatures"][0]["sig"]);
        it["more"] = json!({"of": [1]});
    });
    assert_eq!(other, Ok(envelope()));
    for bad in ["=", "A", "A===", "AB=C", "AAAA=", "A A=", "-+==", "é", "AA==\n"] {
        let refused = altered(|it| it["payload"] = bad.into());
        assert_eq!(refused, Err(DsseError::Base64("payload")), "{bad:?}");
    }
}

#[test]
fn what_is_no_envelope_is_refused_in_words() {
    for bad in ["", "{", "[]", "null", "{\"payload\":1}", "{\"payload\":\"\",\"payload\":\"\"}"] {
        assert!(matches!(Envelope::parse(bad.as_bytes()), Err(DsseError::Json(_))), "{bad}");
    }
    assert!(matches!(Envelope::parse(b"\xff\xfe"), Err(DsseError::Json(_))));
    assert_eq!(Envelope::parse(b"{}"), Err(DsseError::PayloadType));
    assert_eq!(altered(|it| it["signatures"] = json!([])), Err(DsseError::Unsigned));
    let many = altered(|it| {
        let one = it["signatures"][0].clone();
        it["signatures"] = vec![one; MOST_ENVELOPE_SIGNATURES + 1].into();
    });
    assert_eq!(many, Err(DsseError::TooManySignatures));
    let deep = format!("{{\"x\":{}", "[".repeat(100_000));
    assert!(matches!(Envelope::parse(deep.as_bytes()), Err(DsseError::Json(_))));
    let long = vec![b' '; ledger::dsse::LARGEST_ENVELOPE + 1];
    assert_eq!(Envelope::parse(&long), Err(DsseError::TooLong(long.len())));
}

/// A log's key signs checkpoints and envelopes: one can never be taken for the other.
#[test]
fn a_signature_of_an_envelope_is_none_of_a_note_and_the_other_way_round() {
    let key = signer("log", 7);
    assert_eq!(Envelope::sign(IN_TOTO, b"{}\n".to_vec(), &[&key]).unwrap_err(), DsseError::Newline);
    let message = String::from_utf8(pae(IN_TOTO, STATEMENT)).unwrap();
    assert!(Note::sign(message, &[&key]).is_err(), "it ends like no note");
    let note = Note::sign("log\n1\nAAAA\n".to_owned(), &[&key]).unwrap();
    let signature = note.signatures()[0].bytes();
    assert!(!key.verifier().verifies(pae(IN_TOTO, note.text().as_bytes()), signature));
}

#[test]
fn nothing_is_signed_without_a_signer_or_a_type() {
    let key = signer("log", 7);
    assert_eq!(Envelope::sign(IN_TOTO, Vec::new(), &[]), Err(DsseError::Unsigned));
    assert_eq!(Envelope::sign("", Vec::new(), &[&key]), Err(DsseError::PayloadType));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_signed_is_read_and_verified(
        kind in "\\PC{1,20}",
        mut payload in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        payload.push(b'.');
        let made = Envelope::sign(&kind, payload, &[&signer("log", 7)]).unwrap();
        let read = Envelope::parse(made.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &made);
        prop_assert!(read.verify(&known(&[7])).is_ok());
    }

    /// Lengths stand before the parts: no two pairs are signed alike.
    #[test]
    fn no_two_payloads_are_signed_alike(
        a in ("[ 0-9a]{1,6}", "[ 0-9a]{0,8}"),
        b in ("[ 0-9a]{1,6}", "[ 0-9a]{0,8}"),
    ) {
        prop_assume!(a != b);
        prop_assert_ne!(pae(&a.0, a.1.as_bytes()), pae(&b.0, b.1.as_bytes()));
    }
}
