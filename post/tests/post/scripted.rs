//! A mail server that does what a script says, to the byte: what no well-made server does.

use std::time::Duration;

use post::smtp::{Credentials, Limits, Server, Smtp, Tls, Unfit};
use post::{Outcome, Phase, Refusal, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::message;

/// Answers what was said, one after another, over as many connections as the scripts; then hangs up.
async fn server(scripts: &[&[&str]]) -> u16 {
    let owned = |it: &&[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<String>>();
    let scripts: Vec<Vec<String>> = scripts.iter().map(owned).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for script in scripts {
            let (mut stream, _) = listener.accept().await.unwrap();
            for (number, answer) in script.iter().enumerate() {
                let mut heard = Vec::new();
                let after_data = number > 0 && script[number - 1].starts_with("354");
                let end: &[u8] = if after_data { b"\r\n.\r\n" } else { b"\r\n" };
                while number > 0 && !heard.ends_with(end) {
                    match stream.read_u8().await {
                        Ok(byte) => heard.push(byte),
                        Err(_) => return,
                    }
                }
                if answer == "silence" {
                    std::future::pending::<()>().await;
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    port
}

fn smtp(port: u16, tls: Tls, credentials: bool) -> Transport {
    let credentials = credentials.then(|| Credentials { user: "u".into(), password: "p".into() });
    let limits = Limits {
        connect: Duration::from_millis(800),
        command: Duration::from_millis(800),
        letter: Duration::from_millis(800),
    };
    let host = "127.0.0.1".to_owned();
    let server = Server { host, port, tls, credentials, authorities: None, hello: None, limits };
    Transport::Smtp(Box::new(Smtp::new(server).unwrap()))
}

async fn refusal(scripts: &[&[&str]], tls: Tls, credentials: bool) -> Refusal {
    let mut transport = smtp(server(scripts).await, tls, credentials);
    match transport.send(&message("press@example.org")).await {
        Outcome::Refused(refusal) => refusal,
        Outcome::Accepted { reply } => panic!("{reply}"),
    }
}

const EHLO: &str = "250-relay\r\n250 8BITMIME\r\n";
const OK: &str = "250 2.0.0 ok\r\n";
const NO: &str = "550-5.7.1 not\r\n550 5.7.1 here\r\n";
const GO: &str = "354 go on\r\n";

#[tokio::test]
async fn each_phase_is_told_apart_when_the_connection_is_gone() {
    let cases: [(&[&[&str]], Phase); 6] = [
        (&[&[]], Phase::Connect),
        (&[&["220 hi\r\n"]], Phase::Connect),
        (&[&["220 hi\r\n", EHLO]], Phase::From),
        (&[&["220 hi\r\n", EHLO, OK]], Phase::To),
        (&[&["220 hi\r\n", EHLO, OK, OK]], Phase::Data),
        (&[&["220 hi\r\n", EHLO, OK, OK, GO]], Phase::EndOfData),
    ];
    for (script, phase) in cases {
        let refusal = refusal(script, Tls::None, false).await;
        assert_eq!(
            (refusal.phase, refusal.code, refusal.permanent),
            (phase, None, false),
            "{refusal:?}"
        );
    }
}

#[tokio::test]
async fn each_phase_is_told_apart_when_nothing_comes() {
    let cases: [(&[&[&str]], Phase); 6] = [
        (&[&["silence"]], Phase::Connect),
        (&[&["220 hi\r\n", "silence"]], Phase::Connect),
        (&[&["220 hi\r\n", EHLO, "silence"]], Phase::From),
        (&[&["220 hi\r\n", EHLO, OK, "silence"]], Phase::To),
        (&[&["220 hi\r\n", EHLO, OK, OK, "silence"]], Phase::Data),
        (&[&["220 hi\r\n", EHLO, OK, OK, GO, "silence"]], Phase::EndOfData),
    ];
    for (script, phase) in cases {
        let refusal = refusal(script, Tls::None, false).await;
        assert_eq!(
            (refusal.phase, refusal.code, refusal.permanent),
            (phase, None, false),
            "{refusal:?}"
        );
        assert!(refusal.words.for_operators().contains("no answer within"), "{refusal:?}");
    }
}

#[tokio::test]
async fn each_phase_is_told_apart_when_it_is_refused() {
    let cases: [(&[&[&str]], Phase); 6] = [
        (&[&[NO]], Phase::Connect),
        (&[&["220 hi\r\n", NO, OK]], Phase::Connect),
        (&[&["220 hi\r\n", EHLO, NO, OK]], Phase::From),
        (&[&["220 hi\r\n", EHLO, OK, NO, OK]], Phase::To),
        (&[&["220 hi\r\n", EHLO, OK, OK, NO, OK]], Phase::Data),
        (&[&["220 hi\r\n", EHLO, OK, OK, GO, NO, OK]], Phase::EndOfData),
    ];
    for (script, phase) in cases {
        let refusal = refusal(script, Tls::None, false).await;
        assert_eq!(
            (refusal.phase, refusal.code, refusal.permanent),
            (phase, Some(550), true),
            "{refusal:?}"
        );
        assert_eq!(refusal.status.as_deref(), Some("5.7.1"));
    }
}

#[tokio::test]
async fn who_stands_between_cannot_end_a_letter_for_good() {
    // The greeting and what is said before the encryption are anybody's words.
    let refused = refusal(&[&["554 5.7.1 never come back\r\n"]], Tls::Starttls, false).await;
    assert_eq!(
        (refused.phase, refused.code, refused.permanent),
        (Phase::Connect, Some(554), false)
    );
    let stripped = refusal(&[&["220 hi\r\n", EHLO]], Tls::Starttls, false).await;
    assert_eq!((stripped.phase, stripped.permanent), (Phase::Tls, false));
    assert!(stripped.words.for_operators().contains("does not offer STARTTLS"));
    let not_tls = refusal(
        &[&["220 hi\r\n", "250-r\r\n250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"]],
        Tls::Starttls,
        false,
    );
    let not_tls = not_tls.await;
    assert_eq!((not_tls.phase, not_tls.permanent), (Phase::Tls, false), "{not_tls:?}");
    let plain = refusal(&[&["220 hi\r\n"]], Tls::Implicit, false).await;
    assert_eq!((plain.phase, plain.permanent), (Phase::Tls, false), "{plain:?}");
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_refusal_and_bounded() {
    let endless = "2".repeat(1 << 20);
    let refused = refusal(&[&["220 hi\r\n", EHLO, &endless]], Tls::None, false).await;
    assert_eq!((refused.phase, refused.permanent), (Phase::From, false), "{refused:?}");
    let strange =
        refusal(&[&["220 hi\r\n", EHLO, OK, OK, "250 what letter?\r\n", OK]], Tls::None, false)
            .await;
    assert_eq!((strange.phase, strange.code), (Phase::Data, None), "{strange:?}");
    let no_auth = refusal(&[&["220 hi\r\n", EHLO, OK]], Tls::None, true).await;
    assert_eq!((no_auth.phase, no_auth.permanent), (Phase::Auth, false), "{no_auth:?}");
    let foreign = refusal(
        &[&["220 hi\r\n", EHLO, "550 5.1.1 n\u{e9}ant \u{1b}[31m\r\n", OK]],
        Tls::None,
        false,
    )
    .await;
    assert_eq!((foreign.code, foreign.words.for_operators()), (Some(550), "5.1.1 n??ant [31m"));
}

#[tokio::test]
async fn a_connection_that_went_away_while_it_waited_is_replaced() {
    let port = server(&[
        &["220 hi\r\n", EHLO, OK, OK, GO, OK],
        &["220 hi\r\n", EHLO, OK, OK, GO, "250 2.0.0 the second\r\n"],
    ]);
    let mut transport = smtp(port.await, Tls::None, false);
    assert!(matches!(transport.send(&message("a@example.org")).await, Outcome::Accepted { .. }));
    let Outcome::Accepted { reply } = transport.send(&message("b@example.org")).await else {
        panic!()
    };
    assert_eq!(reply.for_operators(), "250 2.0.0 the second");
}

#[test]
fn without_encryption_only_this_machine_is_spoken_to() {
    let server = |host: &str, tls| Server {
        host: host.to_owned(),
        port: 25,
        tls,
        credentials: None,
        authorities: None,
        hello: None,
        limits: Limits::default(),
    };
    for far in ["example.org", "192.0.2.1", "localhost.example.org", "::2"] {
        assert_eq!(Smtp::new(server(far, Tls::None)).err(), Some(Unfit::InTheClear), "{far}");
        assert!(Smtp::new(server(far, Tls::Starttls)).is_ok(), "{far}");
    }
    for near in ["localhost", "127.0.0.1", "::1"] {
        assert!(Smtp::new(server(near, Tls::None)).is_ok(), "{near}");
    }
    assert_eq!(Smtp::new(server("a b", Tls::Implicit)).err(), Some(Unfit::Host));
    let with = |authorities: &[u8], hello: &str| Server {
        authorities: Some(authorities.to_vec()),
        hello: Some(hello.to_owned()),
        ..server("example.org", Tls::Starttls)
    };
    assert_eq!(Smtp::new(with(b"nothing", "mail.example.org")).err(), Some(Unfit::Authorities));
    assert_eq!(Smtp::new(with(b"", "a\r\nb")).err(), Some(Unfit::Hello));
}
