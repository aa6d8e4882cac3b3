//! Notices to a program on loopback: signed, once, and never sent on.

use std::sync::Arc;
use std::time::Duration;

use base64ct::Encoding as _;
use hmac::Mac as _;
use post::{Notice, Outcome, Phase, Webhook};
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Answers one request, and gives back what it was.
async fn server(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?token=abc", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        loop {
            let mut more = [0; 4096];
            let count = stream.read(&mut more).await.unwrap();
            heard.extend_from_slice(&more[..count]);
            let text = String::from_utf8_lossy(&heard).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                if answer != "silence" {
                    let _ = stream.write_all(answer.as_bytes()).await;
                    return text;
                }
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        }
    });
    (url, heard)
}

pub(crate) fn notice() -> Notice {
    Notice {
        id: "msg_1".to_owned(),
        source: "https://portolan.test/".to_owned(),
        kind: "test.portolan.campaign.finished".to_owned(),
        subject: Some("poc-2013".to_owned()),
        time: crate::THEN.parse().unwrap(),
        data: json!({"cells_total": 16}),
    }
}

async fn tell(url: &str) -> Outcome {
    let webhook = Webhook::new(url, &SECRET.into(), None, Duration::from_secs(2)).unwrap();
    webhook.send(&notice(), "2026-11-23T11:00:00Z".parse().unwrap()).await
}

#[tokio::test]
async fn a_notice_is_a_cloud_event_with_a_signature_that_holds() {
    let (url, heard) =
        server("HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok".to_owned()).await;
    let Outcome::Accepted { reply } = tell(&url).await else { panic!() };
    assert_eq!(reply.for_operators(), "202 Accepted ok");
    let heard = heard.await.unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    let header =
        |name: &str| head.lines().find_map(|it| it.strip_prefix(&format!("{name}: "))).unwrap();
    assert!(head.starts_with("POST /hook?token=abc HTTP/1.1"));
    assert_eq!(header("content-type"), "application/cloudevents+json; charset=utf-8");
    assert_eq!((header("webhook-id"), header("webhook-timestamp")), ("msg_1", "1795431600"));
    let event: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        event,
        json!({
            "specversion": "1.0", "id": "msg_1", "source": "https://portolan.test/", "subject": "poc-2013",
            "type": "test.portolan.campaign.finished", "time": "2026-11-23T10:20:30Z",
            "datacontenttype": "application/json", "data": {"cells_total": 16},
        })
    );
    let key = base64ct::Base64::decode_vec(&SECRET[6..]).unwrap();
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    let expected = mac.chain_update(format!("msg_1.1795431600.{body}")).finalize().into_bytes();
    assert_eq!(
        header("webhook-signature"),
        format!("v1,{}", base64ct::Base64::encode_string(&expected))
    );
}

#[tokio::test]
async fn answers_say_whether_to_come_again() {
    let cases = [
        (400, true),
        (401, true),
        (404, true),
        (410, true),
        (422, true),
        (302, true),
        (304, true),
        (408, false),
        (425, false),
        (429, false),
        (500, false),
        (503, false),
        (599, false),
    ];
    for (code, permanent) in cases {
        let answer = format!(
            "HTTP/1.1 {code} no\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 100000\r\n\r\n<p>\u{1b}{}",
            "x".repeat(100_000)
        );
        let (url, _heard) = server(answer).await;
        let Outcome::Refused(refusal) = tell(&url).await else { panic!("{code}") };
        assert_eq!((refusal.code, refusal.permanent), (Some(code), permanent));
        assert_eq!(refusal.phase, Phase::Answer);
        assert!(
            refusal.words.for_operators().len() <= 400
                && !refusal.words.for_operators().contains('\u{1b}')
        );
    }
}

#[tokio::test]
async fn a_notice_that_is_too_large_is_refused_for_good_and_nobody_is_asked() {
    let data = json!("x".repeat(post::webhook::NOTICE_BYTES));
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/");
    let webhook = Webhook::new(&url, &SECRET.into(), None, Duration::from_secs(2)).unwrap();
    let at = "2026-11-23T11:00:00Z".parse().unwrap();
    let Outcome::Refused(refusal) = webhook.send(&Notice { data, ..notice() }, at).await else {
        panic!()
    };
    assert!(refusal.permanent && refusal.words.for_operators().contains("larger than"));
}

#[tokio::test]
async fn what_does_not_answer_is_tried_again() {
    for answer in ["silence", "", "HTTP/1.1 20", "nonsense\r\n\r\n"] {
        let (url, heard) = server(answer.to_owned()).await;
        let Outcome::Refused(refusal) = tell(&url).await else { panic!("{answer:?}") };
        assert_eq!(
            (refusal.phase, refusal.code, refusal.permanent),
            (Phase::Answer, None, false),
            "{refusal:?}"
        );
        assert!(!refusal.words.for_operators().contains("token"), "{refusal:?}");
        heard.abort();
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let Outcome::Refused(refusal) = tell(&format!("http://{closed}/")).await else { panic!() };
    assert_eq!((refusal.phase, refusal.permanent), (Phase::Connect, false), "{refusal:?}");
}

#[tokio::test]
async fn over_https_the_other_side_must_be_who_it_should_be() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = key.cert.pem();
    let private = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    let at = crate::THEN.parse().unwrap();
    let tell = async |host: &str, authorities: Option<&[u8]>| {
        let url = format!("https://{host}:{port}/");
        let webhook =
            Webhook::new(&url, &SECRET.into(), authorities, Duration::from_secs(5)).unwrap();
        webhook.send(&notice(), at).await
    };
    let good = tell("localhost", Some(certificate.as_bytes())).await;
    assert!(matches!(good, Outcome::Accepted { .. }), "{good:?}");
    for (host, authorities) in [("localhost", None), ("127.0.0.1", Some(certificate.as_bytes()))] {
        let Outcome::Refused(refusal) = tell(host, authorities).await else { panic!("{host}") };
        assert_eq!((refusal.phase, refusal.permanent), (Phase::Connect, false), "{refusal:?}");
        assert!(refusal.words.for_operators().contains("certificate"), "{refusal:?}");
    }
    let nothing = Webhook::new(
        "https://example.org/",
        &SECRET.into(),
        Some(b"nothing"),
        Duration::from_secs(1),
    );
    assert!(nothing.is_err());
}

#[test]
fn where_notices_may_not_go_and_what_is_no_secret() {
    let new =
        |url: &str, secret: &str| Webhook::new(url, &secret.into(), None, Duration::from_secs(1));
    for bad in [
        "http://example.org/",
        "ftp://127.0.0.1/",
        "https://u:p@example.org/",
        "nothing",
        "http://127.0.0.1.example.org/",
    ] {
        assert!(new(bad, SECRET).is_err(), "{bad}");
    }
    for good in
        ["https://example.org/", "http://localhost:1/", "http://127.0.0.1/", "http://[::1]:8/"]
    {
        assert!(new(good, SECRET).is_ok(), "{good}");
    }
    for bad in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
        assert!(new("https://example.org/", bad).is_err(), "{bad}");
    }
}
