//! Keys, notes and checkpoints: what is written is read again, secrets stay secret.

use ledger::{
    Checkpoint, CheckpointError, KeyError, LONGEST_NOTE, Note, NoteError, Signer, Verifier,
    empty_root,
};

use crate::support::signer;

fn checkpoint() -> Checkpoint {
    Checkpoint::new("log.example", 12, empty_root()).unwrap()
}

#[test]
fn a_secret_is_never_shown() {
    let signer = Signer::from_seed("log.example", &[7; 32]).unwrap();
    let secret = signer.encode();
    let seed = secret.rsplit('+').next().unwrap();
    let shown = format!("{signer:?} {signer:#?}");
    assert!(!shown.contains(seed) && !shown.contains("PRIVATE") && !shown.contains("7, 7"));
    assert!(shown.contains(&signer.verifier().to_string()));
    // Nor by the refusal of a damaged one.
    for end in 0..secret.len() {
        let message = Signer::parse(&secret[..end]).unwrap_err().to_string();
        assert!(!message.contains(&seed[..8]), "{message}");
    }
    assert_eq!(Signer::parse(&secret).unwrap().encode(), secret);
}

#[test]
fn names_that_no_signature_line_can_hold_are_refused() {
    let bad = ["", " ", "a b", "a+b", "a\nb", "a\tb", "a\u{a0}b", "a\u{2003}b", "a\u{0}", "\u{7f}"];
    for name in bad.map(str::to_owned).into_iter().chain(["x".repeat(256)]) {
        assert_eq!(Signer::from_seed(&name, &[1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
    }
    for name in ["a", "log.example/a", "über", &"x".repeat(255)] {
        assert!(Signer::from_seed(name, &[1; 32]).is_ok(), "{name:?}");
    }
}

/// Keys that accept a signature of anything: the points of small order.
#[test]
fn weak_keys_are_refused() {
    let weak = signed_note::new_ed25519_verifier_key("log.example", &weak_key());
    assert_eq!(weak.parse::<Verifier>(), Err(KeyError::Point));
}

fn weak_key() -> ed25519_dalek::VerifyingKey {
    let mut identity = [0; 32];
    identity[0] = 1;
    ed25519_dalek::VerifyingKey::from_bytes(&identity).unwrap()
}

#[test]
fn both_keys_sign_during_a_change_and_either_is_enough() {
    let (old, new) = (signer("log.example", 1), signer("log.example", 2));
    let note = checkpoint().sign(&[&old, &new]).unwrap();
    let read: Note = note.to_string().parse().unwrap();
    assert_eq!(read, note);
    for key in [&old, &new] {
        let known = [key.verifier().clone()];
        assert_eq!(read.verify(&known).unwrap(), [key.verifier()]);
    }
    let stranger = [signer("log.example", 3).verifier().clone()];
    let error = read.verify(&stranger).unwrap_err();
    let NoteError::Stranger { signed, accepted } = &error else { panic!("{error}") };
    assert_eq!(signed.matches("log.example+").count(), 2);
    assert_eq!(*accepted, stranger[0].label());
    assert!(read.verify(&[]).is_err());
}

/// The rule of the specification: a wrong signature of a known key condemns the whole note.
#[test]
fn one_wrong_signature_of_a_known_key_is_enough_to_refuse() {
    let (old, new) = (signer("log.example", 1), signer("log.example", 2));
    let known = [old.verifier().clone(), new.verifier().clone()];
    let other = Checkpoint::new("log.example", 13, empty_root()).unwrap().sign(&[&new]).unwrap();
    let line = other.signatures()[0].to_string();
    let forged: Note = format!("{}{line}\n", checkpoint().sign(&[&old]).unwrap()).parse().unwrap();
    assert_eq!(forged.verify(&known), Err(NoteError::BadSignature(new.verifier().label())));
    assert_eq!(forged.verify(&known[..1]).unwrap(), [old.verifier()]);
}

#[test]
fn a_text_that_is_no_note_is_not_signed() {
    let key = signer("log.example", 1);
    for text in ["", "no newline", "tab\tin it\n", "\r\n", "\0\n"] {
        assert_eq!(Note::sign(text.to_owned(), &[&key]), Err(NoteError::Text), "{text:?}");
    }
    let long = "x".repeat(LONGEST_NOTE) + "\n";
    assert_eq!(Note::sign(long, &[&key]), Err(NoteError::TooLong(LONGEST_NOTE + 1)));
    assert_eq!(Note::sign("text\n".to_owned(), &[]), Err(NoteError::Unsigned));
    assert_eq!(Note::sign("text\n".to_owned(), &[&key; 65]), Err(NoteError::TooManySignatures));
    assert!(Note::sign("text\n".to_owned(), &[&key; 64]).is_ok());
}

#[test]
fn checkpoints_are_read_strictly() {
    let text = checkpoint().to_string();
    assert_eq!(text, "log.example\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    assert_eq!(text.parse(), Ok(checkpoint()));
    let extended = checkpoint().with_extension("more").unwrap();
    assert_eq!(extended.to_string().parse(), Ok(extended));
    let refused = |from: &str, to: &str| text.replacen(from, to, 1).parse::<Checkpoint>();
    assert_eq!(refused("log.example", ""), Err(CheckpointError::Origin));
    assert_eq!(refused("log.example", "a\tb"), Err(CheckpointError::Origin));
    for size in ["", "012", "-12", "+12", "1e1", "0x1", "12 ", "18446744073709551616"] {
        assert_eq!(refused("12", size), Err(CheckpointError::Size), "{size:?}");
    }
    // 43 characters leave two bits over; they must be zero.
    assert_eq!(refused("FU=", "FV="), Err(CheckpointError::Root));
    assert_eq!(refused("FU=", "FU"), Err(CheckpointError::Root));
    assert_eq!(refused("FU=\n", "FU="), Err(CheckpointError::Lines));
    assert_eq!(refused("12\n", ""), Err(CheckpointError::Lines));
    assert_eq!((text.clone() + "\n").parse::<Checkpoint>(), Err(CheckpointError::Extension));
    assert_eq!("".parse::<Checkpoint>(), Err(CheckpointError::Lines));
    assert_eq!("a\n1\n".parse::<Checkpoint>(), Err(CheckpointError::Lines));
    assert!(checkpoint().with_extension("").is_err());
    assert!(Checkpoint::new("two\nlines", 1, empty_root()).is_err());
}

#[test]
fn signature_lines_are_read_strictly() {
    let note = checkpoint().sign(&[&signer("log.example", 1)]).unwrap();
    let line = note.signatures()[0].to_string();
    let with = |line: &str| format!("{}\n{line}\n", note.text()).parse::<Note>();
    assert_eq!(with(&line), Ok(note.clone()));
    let spoilt = [
        line.replace("— ", "- "),
        line.replace("— ", "—"),
        line.replace("log.example", "log+example"),
        line.replace("log.example", ""),
        line.replace("log.example ", "log.example  "),
        line.replace("log.example", "log\u{a0}example"),
        "— log.example AAAAAA==".to_owned(), // a key id and no signature
        "— log.example AAAAAAB=".to_owned(), // bits left over that are not zero
        "— log.example".to_owned(),
        line.clone() + " ",
        line.clone() + "=",
    ];
    for line in spoilt {
        assert_eq!(with(&line), Err(NoteError::SignatureLine(1)), "{line:?}");
    }
    assert!(with("— log.example AAAAAAA=").is_ok());
    let many = |number: usize| with(&vec![&*line; number].join("\n"));
    assert!(many(64).is_ok());
    assert_eq!(many(65), Err(NoteError::TooManySignatures));
}

/// A short key must not be filled up with zeros.
#[test]
fn keys_of_another_length_are_refused() {
    let mut seed = [7; 32];
    seed[31] = 0;
    let secret = Signer::from_seed("log.example", &seed).unwrap().encode();
    let (rest, base64) = secret.rsplit_once('+').unwrap();
    assert_eq!(base64, "AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcA");
    let short = format!("{rest}+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    assert_eq!(Signer::parse(&short).unwrap_err(), KeyError::Secret);
    let long = format!("{rest}+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcAAA==");
    assert_eq!(Signer::parse(&long).unwrap_err(), KeyError::Secret);
}
