//! Encrypted on the way and signed in; encrypted to its reader; and never in the clear to anybody else.

use serde_json::{Value, json};

use super::relay::Relay;
use super::{ACT, check};
use crate::desk::{CAMPAIGN, Desk, VENDORS};
use crate::keys::Ring;

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

#[test]
fn an_encrypted_letter_opened_by_gnupg_is_the_letter_that_was_looked_at() {
    let relay = Relay::start();
    let desk = Desk::new();
    let ring = Ring::new(&desk, "ring");
    ring.gpg(&["--quick-generate-key", "toolsmith@example.test", "default", "default"], b"");
    std::fs::write(desk.path("store/toolsmith.asc"), ring.export()).unwrap();
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
    let opened = ring.gpg(&["--decrypt"], taken["mail"]["sealed"].as_str().unwrap().as_bytes());
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
}

#[test]
fn a_key_that_has_ended_holds_no_other_letter_up_and_is_told_until_it_is_replaced() {
    let relay = Relay::start();
    let desk = Desk::new();
    let (key, to) = (desk.path("store/libre.asc"), "libre@example.test");
    std::fs::write(&key, Ring::ended(&desk, to)).unwrap();
    let settings = relay.settings("post", &VENDORS);
    let address = format!("\"{to}\"\n");
    desk.set(&settings.replace(&address, &format!("{address}openpgp = \"libre.asc\"\n")));
    desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    let called = desk.call(&ACT);
    assert_eq!(called.code, 3, "{}{}", called.out, called.err);
    assert!(called.err.contains("the certificate expired on 2020-01-31"), "{}", called.err);
    let taken: Vec<Value> = relay.taken.try_iter().collect();
    let told: Vec<&Value> = taken.iter().map(|it| &it["to"][0]).collect();
    assert_eq!(told, ["acme@example.test", "toolsmith@example.test"]);
    let stages = || VENDORS.map(|it| desk.letter(it)["stage"].as_str().unwrap().to_owned());
    assert_eq!(stages(), ["sent", "delayed", "sent"]);
    let name = desk.letter("libre")["letter"].as_str().unwrap().to_owned();
    let story = desk.out(&["letters", "status", &name]);
    let why = "attempt 1 failed: making: the certificate expired on 2020-01-31: ask its owner";
    assert!(story.contains(why) && !story.contains("not tried again"), "{story}");
    desk.call(&ACT);
    assert_eq!(relay.taken.try_iter().count(), 0, "nothing is sent twice");
    desk.an_hour_later();
    std::fs::write(&key, Ring::certificate(&desk, to)).unwrap();
    check(&desk, &relay, (taken, &VENDORS));
}
