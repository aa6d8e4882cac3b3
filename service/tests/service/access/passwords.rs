//! The files of the service, written by others than the service.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use service::access::{BadPassword, Ended, Keys, NoKey, Passwords};
use service::settings::Random;

use super::PASSWORD;

fn random() -> Random {
    Arc::new(|| Some([7; 32]))
}

fn is_right(folder: &Path, account: &str, password: &str) -> Result<bool, BadPassword> {
    let password = SecretString::from(password.to_owned());
    Passwords::open(folder, &random())?.is_right(account, &password)
}

#[test]
fn a_password_is_right_until_another_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let passwords = Passwords::open(folder, &random()).unwrap();
    let anna = "anna".parse().unwrap();
    passwords.set(&anna, &PASSWORD.to_owned().into(), &random()).unwrap();
    assert!(is_right(folder, "anna", PASSWORD).unwrap());
    for (account, password) in [
        ("anna", ""),
        ("anna", "correct horse batterY"),
        ("anna", &PASSWORD.repeat(1000)),
        ("bert", PASSWORD),
        ("Anna", PASSWORD),
        ("", PASSWORD),
        ("../anna", PASSWORD),
        // What an unknown account's password is compared with is made of the same random bits.
        ("nobody", &"\u{7}".repeat(32)),
    ] {
        assert!(!is_right(folder, account, password).unwrap(), "{account:?} {password:?}");
    }
    passwords.set(&anna, &"another horse battery".to_owned().into(), &random()).unwrap();
    assert!(!is_right(folder, "anna", PASSWORD).unwrap());
}

#[test]
fn a_file_of_passwords_that_is_something_else_lets_nobody_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passwords.json");
    let of = |hash: &str| format!("{{\"format\":1,\"accounts\":{{\"anna\":\"{hash}\"}}}}");
    let (salt, hash) = ("c2FsdHNhbHRzYWx0", "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g");
    let phc = |costs: &str| of(&format!("$argon2id$v=19${costs}${salt}${hash}"));
    for (bad, words) in [
        (String::new(), "cannot be read as passwords"),
        ("[]".to_owned(), "cannot be read as passwords"),
        ("{\"format\":2,\"accounts\":{}}".to_owned(), "has format 2"),
        ("{\"format\":1,\"accounts\":{},\"x\":1}".to_owned(), "unknown field"),
        ("{\"format\":1,\"accounts\":{\"../x\":\"\"}}".to_owned(), "is not an identifier"),
        (" ".repeat(3 << 20), "too large"),
        (of("plain text"), "cannot be read as passwords"),
        (phc("m=4194304,t=2,p=1"), "too much work"),
        (phc("m=19456,t=1000000,p=1"), "too much work"),
        (of(&format!("$scrypt$ln=20,r=8,p=1${salt}${hash}")), "too much work"),
    ] {
        std::fs::write(&file, &bad).unwrap();
        let error = is_right(folder.path(), "anna", PASSWORD).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("passwords.json"), "{error}");
    }
    std::fs::write(&file, phc("m=19456,t=2,p=1")).unwrap();
    assert!(!is_right(folder.path(), "anna", PASSWORD).unwrap());
}

#[test]
fn a_file_of_ended_sessions_that_is_something_else_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.json");
    assert!(Ended::open(folder.path()).is_ok(), "none has ended yet");
    for (bad, words) in [
        (String::new(), "cannot be read as sessions"),
        ("{\"format\":2,\"sessions\":{},\"accounts\":{}}".to_owned(), "has format 2"),
        ("{\"format\":1,\"sessions\":{\"x\":0},\"accounts\":{}}".to_owned(), "cannot be read"),
        (" ".repeat(33 << 20), "too large"),
    ] {
        std::fs::write(&file, &bad).unwrap();
        let error = Ended::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("sessions.json"), "{error}");
    }
}

#[test]
fn a_key_that_is_none_is_told_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.key");
    for bad in [&b""[..], b"x", &[0; 31], &[0; 33]] {
        std::fs::write(&file, bad).unwrap();
        let error = Keys::open(folder.path(), &random()).unwrap_err();
        assert!(matches!(error, NoKey::Size { .. }) && error.to_string().contains("Remove it"));
        assert_eq!(std::fs::read(&file).unwrap(), bad);
    }
    std::fs::remove_file(&file).unwrap();
    let nothing: Random = Arc::new(|| None);
    assert!(matches!(Keys::open(folder.path(), &nothing), Err(NoKey::NotRandom)));
    assert!(!file.exists());
}
