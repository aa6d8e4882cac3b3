//! Encrypted on the way and signed in; encrypted to its reader; and never in the clear to anybody else.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::relay::Relay;
use super::{ACT, check};
use crate::desk::{CAMPAIGN, Desk, VENDORS};

/// A desk whose settings lead to a server that wants TLS and an account.
fn behind(relay: &Relay, change: impl Fn(String) -> String) -> Desk {
    let desk = Desk::new();
    desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    std::fs::write(desk.path("store/ca.pem"), relay.authority.as_ref().unwrap()).unwrap();
    std::fs::write(desk.path("store/password"), "p4ss\n").unwrap();
    desk.set(&change(relay.settings("post", &VENDORS)));
    desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    desk
}

fn none_leaves(desk: &Desk, why: &str) {
    let called = desk.call(&ACT);
    assert_eq!(called.code, 3, "{}{}", called.out, called.err);
    let name = desk.letter("acme")["letter"].as_str().unwrap().to_owned();
    let story = desk.out(&["letters", "status", &name]);
    assert!(story.contains(why), "{why}: {story}{}{}", called.out, called.err);
    assert!(!story.contains("p4ss") && !called.err.contains("p4ss"));
}

#[test]
fn by_starttls_and_by_tls_from_the_start_each_letter_arrives_over_an_account() {
    for way in ["starttls", "implicit"] {
        let relay = Relay::guarded(way);
        let desk = behind(&relay, |it| it);
        desk.out(&ACT);
        let taken: Vec<Value> = relay.taken.try_iter().collect();
        assert_eq!(taken.len(), 3);
        for it in &taken {
            assert_eq!(
                (&it["encrypted"], &it["user"]),
                (&json!(true), &json!("portolan")),
                "{way}"
            );
        }
        check(&desk, &relay, (taken, &VENDORS));
    }
}

#[test]
fn with_a_wrong_password_or_an_authority_that_nobody_trusts_nothing_leaves() {
    for way in ["starttls", "implicit"] {
        let relay = Relay::guarded(way);
        let desk = behind(&relay, |it| it);
        std::fs::write(desk.path("store/password"), "p4ssw\n").unwrap();
        none_leaves(&desk, "failed: auth: ");
        let desk = behind(&relay, |it| it.replace("ca_file = \"ca.pem\"\n", ""));
        none_leaves(&desk, "failed: tls: ");
        assert_eq!(relay.taken.try_iter().count(), 0);
    }
}

/// gpg with a key ring of its own.
fn gpg(desk: &Desk, words: &[&str], input: &[u8]) -> Vec<u8> {
    let mut gpg = Command::new("gpg");
    gpg.arg("--homedir").arg(desk.path("ring")).args(["--batch", "--no-tty", "--yes"]);
    gpg.args(["--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", ""]);
    let gpg = gpg.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = gpg.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn an_encrypted_letter_opened_by_gnupg_is_the_letter_that_was_looked_at() {
    use std::os::unix::fs::PermissionsExt as _;
    let relay = Relay::start();
    let desk = Desk::new();
    std::fs::create_dir(desk.path("ring")).unwrap();
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(desk.path("ring"), private).unwrap();
    gpg(&desk, &["--quick-generate-key", "toolsmith@example.test", "default", "default"], b"");
    let certificate = gpg(&desk, &["--armor", "--export"], b"");
    std::fs::write(desk.path("store/toolsmith.asc"), certificate).unwrap();
    let settings = relay.settings("post", &["toolsmith"]).replace("\"acme\"", "\"toolsmith\"");
    desk.set(&settings.replace("results =", "openpgp = \"toolsmith.asc\"\nresults ="));
    let read = desk.path("read");
    desk.letters("preview", &["--out", read.to_str().unwrap()]);
    desk.out(&ACT);
    let taken = relay.taken.recv().unwrap();
    let outer = taken.to_string();
    for word in ["Canary", "FAILURE", CAMPAIGN] {
        assert!(!outer.contains(word), "{word} is outside the letter");
    }
    let opened = gpg(&desk, &["--decrypt"], taken["mail"]["sealed"].as_str().unwrap().as_bytes());
    let inner = mail_parser::MessageParser::default().parse(&opened).unwrap();
    let listed = desk.letter("toolsmith");
    assert_eq!(listed["form"], json!("encrypted"));
    let folder = read.join(listed["letter"].as_str().unwrap());
    let seen = std::fs::read_to_string(folder.join("letter.txt")).unwrap();
    let sent = format!("Subject: {}\n\n{}", inner.subject().unwrap(), inner.body_text(0).unwrap());
    assert_eq!(sent.replace("\r\n", "\n").trim_end(), seen.trim_end());
    assert!(seen.contains("Canary"), "{seen}");
    for it in inner.attachments() {
        let name = mail_parser::MimeHeaders::attachment_name(it).unwrap();
        assert_eq!(it.contents(), std::fs::read(folder.join(name)).unwrap(), "{name}");
    }
    let home = desk.path("ring");
    let _ = Command::new("gpgconf").arg("--homedir").arg(home).args(["--kill", "all"]).output();
}
