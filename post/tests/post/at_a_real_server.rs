//! Letters at a mail server that shares no code with us (aiosmtpd), read by a parser that shares none (Python's email).

mod authority;
mod between;
mod exim;
mod faults;
mod python;
mod reading;

use post::smtp::Tls;
use post::{Outcome, Phase, Refusal, Transport};
use serde_json::{Value, json};

use crate::{message, parcel};
use python::{PASSWORD, Relay};

fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        Outcome::Accepted { reply } => panic!("accepted: {reply}"),
    }
}

/// Every field of the sample letter, as another's parser sees it.
fn check(found: &Value) {
    let mail = &found["mail"];
    assert_eq!(mail["defects"], json!([]), "{mail:#}");
    assert_eq!((&mail["bare"], &mail["ascii"]), (&json!(0), &json!(true)));
    assert!(mail["longest"].as_u64().unwrap() <= 998);
    let headers: Vec<(&str, &str)> = mail["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it[0].as_str().unwrap(), it[1].as_str().unwrap()))
        .collect();
    let one = |name: &str| -> &str {
        let all: Vec<&str> = headers.iter().filter(|it| it.0 == name).map(|it| it.1).collect();
        assert_eq!(all.len(), 1, "{name}: {headers:?}");
        all[0]
    };
    assert_eq!(one("Subject"), "Résultats: 3 of 4 cells");
    assert_eq!(one("Auto-Submitted"), "auto-generated");
    assert_eq!(one("List-Unsubscribe"), "<https://portolan.test/end?t=1>");
    assert_eq!(one("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(one("MIME-Version"), "1.0");
    assert_eq!(one("Message-ID"), "<2026.press.at.example.org@portolan.test>");
    assert_eq!(mail["addresses"]["From"], json!([["Portolan", "post@portolan.test"]]));
    assert_eq!(mail["addresses"]["To"], json!([["", "press@example.org"]]));
    assert_eq!(mail["addresses"]["Reply-To"], json!([["", "operators@portolan.test"]]));
    let then: jiff::Timestamp = crate::THEN.parse().unwrap();
    assert_eq!(mail["date"].as_f64().unwrap() as i64, then.as_second());
    let sent = parcel("press@example.org");
    assert_eq!(reading::lines(mail["text"].as_str().unwrap()), sent.text);
    assert_eq!(mail["html"].as_str().map(reading::lines), sent.html);
    assert_eq!(
        mail["structure"],
        json!(["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"])
    );
    assert_eq!(mail["attachments"], json!([["cells – été.csv", "text/csv", "YSxiDQoxLDIKAP8="]]));
    assert_eq!(
        (&found["from"], &found["to"]),
        (&json!("post@portolan.test"), &json!(["press@example.org"]))
    );
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written_by_every_way() {
    for tls in [Tls::Starttls, Tls::Implicit, Tls::None] {
        let mut relay = Relay::start(tls, false);
        let mut transport = relay.transport();
        let outcome = transport.send(&message("press@example.org")).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{tls:?}: {outcome:?}");
        let found = relay.next();
        check(&found);
        assert_eq!(found["encrypted"], json!(tls != Tls::None));
        transport.close().await;
    }
}

#[tokio::test]
async fn letters_share_a_connection_and_an_account() {
    let mut relay = Relay::start(Tls::Starttls, true);
    let mut transport = relay.transport();
    for number in 0..5 {
        let outcome = transport.send(&message(&format!("reader{number}@example.org"))).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let found = relay.next();
        assert_eq!(found["connection"], json!(1));
        assert_eq!(found["user"], json!("portolan"));
        assert_eq!(found["to"], json!([format!("reader{number}@example.org")]));
    }
    transport.close().await;
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_certificate_are_told_apart() {
    let relay = Relay::start(Tls::Starttls, true);
    let mut wrong = relay.server();
    wrong.credentials.as_mut().unwrap().password = "guessed".into();
    let mut transport = Transport::Smtp(Box::new(post::smtp::Smtp::new(wrong).unwrap()));
    let refusal = refused(transport.send(&message("a@example.org")).await);
    assert_eq!(
        (refusal.phase, refusal.code, refusal.permanent),
        (Phase::Auth, Some(535), true),
        "{refusal:?}"
    );
    assert!(
        !refusal.words.for_operators().contains("guessed")
            && !refusal.words.for_operators().contains(PASSWORD)
    );

    for tls in [Tls::Starttls, Tls::Implicit] {
        let relay = Relay::start(tls, false);
        // Nobody we trust has signed it.
        let mut stranger = relay.server();
        stranger.authorities = None;
        let mut transport = Transport::Smtp(Box::new(post::smtp::Smtp::new(stranger).unwrap()));
        let refusal = refused(transport.send(&message("a@example.org")).await);
        assert_eq!((refusal.phase, refusal.permanent), (Phase::Tls, false), "{refusal:?}");
        assert!(refusal.words.for_operators().contains("UnknownIssuer"), "{refusal:?}");
        // It is another's.
        let mut other = relay.server();
        other.host = "localhost".to_owned();
        let mut transport = Transport::Smtp(Box::new(post::smtp::Smtp::new(other).unwrap()));
        let refusal = refused(transport.send(&message("a@example.org")).await);
        assert_eq!(refusal.phase, Phase::Tls, "{refusal:?}");
        assert!(refusal.words.for_operators().contains("not valid for name"), "{refusal:?}");
    }
}
