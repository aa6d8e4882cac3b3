//! What we close GnuPG opens; what nobody should encrypt to is refused.

mod ring;

use mail_parser::MessageParser;
use post::openpgp::Sealing;
use post::{Certificate, Message, Protection, Seed, Signer, Unsendable, Unusable};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{THEN, parcel};
use ring::Ring;

const SPRING: &str = "20260401T000000!";
const AUTUMN: &str = "20261124T000000!";

const CURVE: &str = "Key-Type: eddsa\nKey-Curve: ed25519\nKey-Usage: sign\nSubkey-Type: ecdh\nSubkey-Curve: cv25519\nSubkey-Usage: encrypt";
const NIST: &str = "Key-Type: ecdsa\nKey-Curve: nistp256\nKey-Usage: sign\nSubkey-Type: ecdh\nSubkey-Curve: nistp384\nSubkey-Usage: encrypt";
const RSA: &str = "Key-Type: rsa\nKey-Length: 2048\nKey-Usage: sign\nSubkey-Type: rsa\nSubkey-Length: 2048\nSubkey-Usage: encrypt";

fn seal(ring: &Ring, signer: Option<&Signer>, seed: u8) -> Message {
    let certificate = Certificate::read(&ring.export()).unwrap();
    let seed = Seed::from([seed; 32]);
    let sealing = Sealing { to: &certificate, signer, seed: &seed, at: THEN.parse().unwrap() };
    parcel("reader@example.org").message(&Protection::OpenPgp(sealing)).unwrap()
}

/// The armored part of a letter.
fn armored(message: &Message) -> Vec<u8> {
    let mail = MessageParser::default().parse(message.bytes()).unwrap();
    assert_eq!(mail.parts.len(), 3);
    assert_eq!(mail.parts[1].contents(), b"Version: 1\r\n");
    mail.parts[2].contents().to_vec()
}

/// What GnuPG makes of a letter, and what it says about it.
fn open(ring: &Ring, message: &Message) -> (String, String) {
    let output = ring.try_gpg(AUTUMN, &["--status-fd", "2", "--decrypt"], &armored(message));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

fn our_key(recipe: &str) -> (Ring, Signer) {
    let ring = Ring::new();
    ring.make(recipe);
    let signer = Signer::read(&ring.export_secret(), None).unwrap();
    (ring, signer)
}

#[test]
fn gnupg_opens_what_we_closed_and_knows_who_signed() {
    let (ours, signer) = our_key(CURVE);
    for recipe in [CURVE, NIST, RSA] {
        let ring = Ring::new();
        ring.make(recipe);
        let message = seal(&ring, Some(&signer), 7);
        ring.gpg(AUTUMN, &["--import"], &ours.export());
        let (letter, said) = open(&ring, &message);
        assert!(
            said.contains("[GNUPG:] DECRYPTION_OKAY") && said.contains("[GNUPG:] GOODMDC"),
            "{said}"
        );
        assert!(
            said.contains("[GNUPG:] GOODSIG")
                && said.contains(&format!("VALIDSIG {}", signer.fingerprint())),
            "{said}"
        );
        assert!(said.contains("2026-11-23"), "{said}");

        let inside = MessageParser::default().parse(letter.as_bytes()).unwrap();
        assert_eq!(inside.subject(), Some("Résultats: 3 of 4 cells"));
        assert_eq!(inside.message_id(), Some("2026.reader.at.example.org@portolan.test"));
        assert!(inside.body_text(0).unwrap().contains("ünïcode"));
        assert!(inside.attachments().next().unwrap().contents().starts_with(b"a,b\r\n1,2\n"));
        assert!(
            letter.contains("hp=\"cipher\"")
                && letter.contains("HP-Outer: Subject: Results for you\r\n"),
            "{letter}"
        );
    }
}

#[test]
fn an_outer_letter_tells_nothing() {
    let (ring, signer) = our_key(NIST);
    let message = seal(&ring, Some(&signer), 7);
    let text = String::from_utf8(message.bytes().to_vec()).unwrap();
    assert!(
        text.contains("\r\nSubject: Results for you\r\n")
            && text.contains("protocol=\"application/pgp-encrypted\"")
    );
    assert!(text.split("\r\n").all(|it| it.len() <= 998 && !it.contains('\n')));
    for hidden in ["sultats", "cells", "csv", "Dear"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    // Without a signature of ours as well.
    let (_, said) = open(&ring, &seal(&ring, None, 7));
    assert!(said.contains("DECRYPTION_OKAY") && !said.contains("GOODSIG"), "{said}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let (ring, signer) = our_key(CURVE);
    let first = seal(&ring, Some(&signer), 7);
    assert_eq!(first.bytes(), seal(&ring, Some(&signer), 7).bytes());
    assert_ne!(first.bytes(), seal(&ring, Some(&signer), 8).bytes());
}

fn refusal(bytes: &[u8]) -> Unusable {
    let then = THEN.parse().unwrap();
    Certificate::read(bytes).and_then(|it| it.check(then)).unwrap_err()
}

#[test]
fn what_nobody_should_encrypt_to_is_refused_with_why_and_what_to_do() {
    let expired = Ring::new();
    expired.make(&format!("{CURVE}\nExpire-Date: 30"));
    assert_eq!(refusal(&expired.export()), Unusable::Expired("2026-05-01".to_owned()));

    let revoked = Ring::new();
    revoked.make(CURVE);
    let certificate = Certificate::read(&revoked.export()).unwrap();
    let file = revoked.home().join(format!("openpgp-revocs.d/{}.rev", certificate.fingerprint()));
    let revocation = std::fs::read_to_string(file).unwrap().replace(":-----BEGIN", "-----BEGIN");
    revoked.gpg(AUTUMN, &["--import"], revocation.as_bytes());
    assert_eq!(refusal(&revoked.export()), Unusable::Revoked);

    let signs = Ring::new();
    signs.make("Key-Type: eddsa\nKey-Curve: ed25519\nKey-Usage: sign");
    assert_eq!(refusal(&signs.export()), Unusable::NoEncryptionKey(String::new()));

    let weak = Ring::new();
    weak.make("Key-Type: rsa\nKey-Length: 1024\nKey-Usage: sign\nSubkey-Type: rsa\nSubkey-Length: 1024\nSubkey-Usage: encrypt");
    assert_eq!(
        refusal(&weak.export()),
        Unusable::Weak("RSA of 1024 bits; 2048 are the least".to_owned())
    );
    let half = Ring::new();
    half.make("Key-Type: rsa\nKey-Length: 2048\nKey-Usage: sign\nSubkey-Type: rsa\nSubkey-Length: 1024\nSubkey-Usage: encrypt");
    assert!(
        matches!(refusal(&half.export()), Unusable::NoEncryptionKey(it) if it.contains("RSA of 1024 bits"))
    );

    let good = Ring::new();
    good.make(CURVE);
    assert_eq!(refusal(&good.export_secret()), Unusable::Secret);
    good.make(NIST);
    assert_eq!(refusal(&good.export()), Unusable::NotOne("more than one key"));
    assert!(matches!(refusal(b"nothing"), Unusable::Unreadable(_)));
    assert!(matches!(refusal(b""), Unusable::Unreadable(_)));
    assert_eq!(refusal(&vec![0; 2 << 20]), Unusable::NotOne("more than a mebibyte"));
    let early =
        Certificate::read(&signs.export()).unwrap().check("2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(early, Err(Unusable::NotYet("2026-04-01".to_owned())));
}

#[test]
fn keys_are_judged_when_a_letter_is_closed_whatever_its_own_date() {
    let sealed = |ring: &Ring, at: &str| {
        let certificate = Certificate::read(&ring.export()).unwrap();
        let (at, seed) = (at.parse().unwrap(), Seed::from([5; 32]));
        let sealing = Sealing { to: &certificate, signer: None, seed: &seed, at };
        parcel("reader@example.org").message(&Protection::OpenPgp(sealing))
    };
    // Ends on 2027-02-24, between the letter's date and now.
    let ended = Ring::new();
    ended.make(&format!("{CURVE}\nExpire-Date: 329"));
    assert!(sealed(&ended, THEN).is_ok());
    let refused = sealed(&ended, "2027-03-01T00:00:00Z").unwrap_err();
    assert!(matches!(refused, Unsendable::Unusable(Unusable::Expired(_))), "{refused}");
    // Made after the letter was written.
    let replaced = Ring::new();
    replaced.make_at("20261201T000000!", CURVE);
    let early = sealed(&replaced, THEN).unwrap_err();
    assert!(matches!(early, Unsendable::Unusable(Unusable::NotYet(_))), "{early}");
    let letter = sealed(&replaced, "2026-12-02T00:00:00Z").unwrap();
    let date = MessageParser::default().parse(letter.bytes()).unwrap().date().unwrap().to_rfc3339();
    assert_eq!(date, THEN);
}

#[test]
fn a_part_that_was_withdrawn_or_has_ended_gives_way_to_another() {
    let ring = Ring::new();
    ring.make(CURVE);
    let fingerprint = Certificate::read(&ring.export()).unwrap().fingerprint();
    ring.gpg(
        SPRING,
        &["--passphrase", "", "--quick-add-key", &fingerprint, "cv25519", "encr", "30d"],
        b"",
    );
    let (_, said) = open(&ring, &seal(&ring, None, 1));
    assert!(said.contains("DECRYPTION_OKAY"), "{said}");
    // The first part is withdrawn too: nothing is left.
    ring.gpg(
        "20260402T000000!",
        &["--command-fd", "0", "--status-fd", "2", "--edit-key", &fingerprint],
        b"key 1\nrevkey\ny\n0\n\ny\nsave\n",
    );
    assert!(matches!(refusal(&ring.export()), Unusable::NoEncryptionKey(_)));
}

#[test]
fn a_key_that_must_not_sign_is_refused() {
    let then = THEN.parse().unwrap();
    let (_, rsa) = our_key(RSA);
    assert!(matches!(rsa.check(then), Err(Unusable::NoSigningKey(_))));
    let (ring, good) = our_key(CURVE);
    assert_eq!(good.check(then), Ok(()));
    assert!(matches!(Signer::read(&ring.export(), None), Err(Unusable::NoSigningKey(_))));

    let locked = Ring::new();
    let recipe = format!("{CURVE}\nPassphrase: open sesame\nName-Real: Us\n%commit\n");
    locked.gpg(SPRING, &["--generate-key"], recipe.as_bytes());
    let secret = locked.gpg(
        AUTUMN,
        &["--passphrase", "open sesame", "--armor", "--export-secret-keys"],
        b"",
    );
    let wrong = Signer::read(&secret, Some("close sesame".into())).unwrap();
    assert_eq!(wrong.check(then), Err(Unusable::Locked));
    let seed = Seed::from([1; 32]);
    let certificate = Certificate::read(&ring.export()).unwrap();
    let sealing = Sealing { to: &certificate, signer: Some(&wrong), seed: &seed, at: then };
    let refused = parcel("reader@example.org").message(&Protection::OpenPgp(sealing));
    assert!(matches!(refused, Err(Unsendable::Unusable(Unusable::Locked))));
    let right = Signer::read(&secret, Some("open sesame".into())).unwrap();
    assert_eq!(right.check(then), Ok(()));
    let shown = format!("{right:?} {certificate:?} {sealing:?}");
    for hidden in ["sesame", "example.org", "Reader"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    let ours = seal(&ring, Some(&right), 3);
    ring.gpg(AUTUMN, &["--import"], &locked.export());
    assert!(open(&ring, &ours).1.contains("GOODSIG"));
}

#[test]
fn a_certificate_that_is_damaged_is_read_without_a_panic() {
    let ring = Ring::new();
    ring.make(CURVE);
    let whole = ring.gpg(AUTUMN, &["--export"], b"");
    let then = THEN.parse().unwrap();
    assert_eq!(Certificate::read(&whole).unwrap().check(then), Ok(()));
    let damage = (0..whole.len(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..40));
    TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() })
        .run(&damage, |(at, length, new)| {
            let mut bytes = whole.clone();
            bytes.splice(at..(at + length).min(whole.len()), new);
            if bytes == whole {
                return Ok(());
            }
            if let Ok(certificate) = Certificate::read(&bytes) {
                // What can still be used is bound by signatures that were not touched.
                let fingerprint = Certificate::read(&whole).unwrap().fingerprint();
                prop_assert!(
                    certificate.check(then).is_err() || certificate.fingerprint() == fingerprint
                );
            }
            Ok(())
        })
        .unwrap();
}
