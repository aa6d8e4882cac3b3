//! Services that are none, or not the one that was meant.

use std::process::Stdio;

use domain::wire::LeaseRequest;
use runner::remote::Fault;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::called::Called;
use crate::lab::{Lab, testbed};
use crate::world::{World, door, token};

/// Whoever answers everything with these bytes.
async fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 64 << 10]).await;
                let _ = stream.write_all(bytes).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none_is_told_and_never_followed() {
    let campaign = "c-1".parse().unwrap();
    for (bytes, said) in [
        (
            &b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"[..],
            "leads elsewhere",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "not one of a portolan service"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "not one of a portolan service"),
        (b"HTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n", "it answered 501"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n\x1b[2J\x07gone", "it answered 404"),
    ] {
        let door = door(&answering(bytes).await, "lab");
        let fault = door.state(&campaign).await.unwrap_err();
        assert!(!matches!(fault, Fault::Away { .. }), "{fault:?}");
        assert!(fault.to_string().contains(said), "{fault}");
        assert!(!fault.to_string().contains(char::is_control), "{fault}");
    }
    for bytes in
        [&b"nothing like HTTP\r\n\r\n"[..], b"", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"]
    {
        let door = door(&answering(bytes).await, "lab");
        let fault = door.state(&campaign).await.unwrap_err();
        assert!(matches!(fault, Fault::Away { .. }), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_claims_to_have_recorded_less_stops_the_delivery() {
    let body = r#"{"schema": "portolan.accepted/1", "campaign": "c-far", "version": 0,
                   "recorded": [], "refused": null}"#;
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}", body.len());
    let answer: &str = Box::leak(format!("{head}\r\n\r\n{body}").into_boxed_str());
    let world = World::start();
    let address = answering(answer.as_bytes()).await;
    let lab = Lab::new(&world.elsewhere("lab"), door(&address, "lab"));
    let start = lab.start_command();
    let events = domain::decide::decide(None, &lab.campaign, start).unwrap();
    let campaign = events.iter().fold(None, domain::campaign::evolve).unwrap();
    let walked = lab.walk(campaign).await;
    let refusal = walked.courier.delivered().await.unwrap_err();
    assert!(refusal.detail.contains("recorded a part"), "{refusal}");
    assert!(walked.spool.waiting() > 0, "it is kept for the right one");
}

/// A service with a certificate of its own making; its address and the files.
fn vouched_by_nobody() -> (World, String, [String; 2]) {
    let mut world = World::start();
    world.kill();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (world.elsewhere("cert.pem"), world.elsewhere("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let files = [cert, key].map(|it| it.to_str().unwrap().to_owned());
    world.serve(&["--tls-cert", &files[0], "--tls-key", &files[1]]);
    let port = world.address().rsplit_once(':').unwrap().1;
    let url = format!("https://localhost:{port}");
    (world, url, files)
}

#[test]
fn an_agent_that_can_never_be_served_ends_and_says_why() {
    let agent = |world: &World, url: &str, token: &str| -> Called {
        let words = ["agent", "--server", url, "--platforms", "kvm-like"];
        let mut command = world.command_in(&world.elsewhere("lab"), &words);
        command.env("PORTOLAN_TOKEN", token).output().unwrap().into()
    };
    let (world, url, _) = vouched_by_nobody();
    let called = agent(&world, &url, &token("lab"));
    if called.err.contains("is not installed") {
        return;
    }
    assert_eq!(called.code, 2, "{}", called.err);
    assert!(called.err.contains("does not prove to be the service"), "{}", called.err);
    let world = World::start();
    let called = agent(&world, &world.url(), &token("nobody"));
    assert_eq!(called.code, 2, "{}", called.err);
    assert!(called.err.contains("the service refused"), "{}", called.err);
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_believed() {
    let (world, url, [cert, key]) = vouched_by_nobody();
    let call = |more: &[&str]| -> Called {
        let words = [&["offer", "small", "--server", &url], more].concat();
        let mut command = world.command_in(&world.elsewhere("lab"), &words);
        command.env("PORTOLAN_TOKEN", token("operator")).stdin(Stdio::null());
        command.output().unwrap().into()
    };
    let called = call(&[]);
    assert_eq!(called.code, 2, "{}", called.err);
    assert!(called.err.contains("certificate"), "{}", called.err);
    assert!(called.err.contains("--ca-file"), "{}", called.err);
    let called = call(&["--ca-file", &key]);
    assert_eq!(called.code, 2, "{}", called.err);
    assert!(called.err.contains("none in the file"), "{}", called.err);
    let called = call(&["--ca-file", &cert]);
    assert_eq!(called.code, 0, "{}", called.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_plays_no_platform_of_an_offer_gets_nothing_of_it() {
    let world = World::start();
    let lab = door(world.address(), "lab");
    let offer = domain::wire::OfferRequest {
        campaign: "c-far".parse().unwrap(),
        testbed: testbed(),
        plan: crate::lab::trials(),
    };
    assert!(lab.offer(&offer).await.is_err(), "a lab may not offer");
    door(world.address(), "operator").offer(&offer).await.unwrap();
    let asked = LeaseRequest {
        lab: "one".to_owned(),
        platforms: vec!["esx-like".parse().unwrap()],
        pins: domain::event::Pins::new(),
        most: 1,
    };
    assert_eq!(lab.lease(&asked, std::time::Duration::ZERO).await.unwrap(), None);
}
