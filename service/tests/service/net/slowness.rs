//! Those who are slow, on purpose or not: each is let go, and nobody else notices.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use service::connection::Pace;
use service::settings::Settings;

use super::fixture::{Answer, LARGE, Site};

const HOST: &str = "Host: localhost";

/// One worker, so that whoever holds it up holds up everybody; short times.
fn hurried(settings: &mut Settings) {
    settings.workers = 1;
    settings.limits.head = Duration::from_secs(1);
    settings.limits.idle = Duration::from_millis(500);
    settings.limits.request = Duration::from_secs(2);
    settings.limits.pace = Pace { bytes: 1000, window: Duration::from_millis(500) };
}

fn assert_serves(site: &Site) {
    assert_eq!(site.ask(&["GET /healthz HTTP/1.1", HOST]).status, 200);
}

/// Sends a byte now and then until the other end has had enough, and gives what it said.
fn trickle(site: &Site, beginning: &str) -> Answer {
    let mut stream = site.connect();
    stream.write_all(beginning.as_bytes()).unwrap();
    let mut writing = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            writing.write_all(b"a").is_err()
        })
    });
    assert_serves(site);
    let answer = Answer::read(&mut stream);
    assert!(writer.join().unwrap(), "the connection was never closed");
    answer
}

#[test]
fn a_head_that_trickles_is_cut_off() {
    let site = Site::start(hurried);
    let answer = trickle(&site, "GET /healthz HTTP/1.1\r\nX-Slow: ");
    assert!([0, 408].contains(&answer.status), "{answer:?}");
}

#[test]
fn a_connection_that_says_nothing_is_cut_off() {
    let site = Site::start(hurried);
    let mut silent: Vec<_> = (0..50).map(|_| site.connect()).collect();
    assert_serves(&site);
    for stream in &mut silent {
        assert!([0, 408].contains(&Answer::read(stream).status));
    }
}

#[test]
fn a_body_that_trickles_is_refused_whether_its_handler_reads_it_or_not() {
    let site = Site::start(hurried);
    for path in ["/t/echo", "/t/count"] {
        let head = format!("POST {path} HTTP/1.1\r\n{HOST}\r\nContent-Length: 99999\r\n\r\n");
        let answer = trickle(&site, &head);
        assert_eq!((answer.status, answer.field("x-content-type-options")), (408, Some("nosniff")));
        assert!(answer.body.contains("too-slow"));
    }
    let head = format!("POST /nowhere HTTP/1.1\r\n{HOST}\r\nContent-Length: 99999\r\n\r\n");
    assert_eq!(trickle(&site, &head).status, 404);
    let head = format!("POST /t/echo HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert!([408, 400].contains(&trickle(&site, &head).status));
}

#[test]
fn a_body_that_keeps_the_pace_may_take_long() {
    let site = Site::start(|it| {
        hurried(it);
        // Less than the body takes in all.
        it.limits.request = Duration::from_millis(700);
    });
    let mut stream = site.connect();
    let head = "POST /t/count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15000\r\n\
                Connection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..15 {
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(&[b'a'; 1000]).unwrap();
    }
    assert_eq!(Answer::read(&mut stream).body, "15000");
}

#[test]
fn whoever_does_not_read_its_answer_is_let_go() {
    let site = Site::start(hurried);
    let mut stream = site.connect();
    stream.write_all(b"GET /t/large HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let under_way = || site.service.metrics.under_way.get();
    let over = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        assert_serves(&site);
        under_way() == 0
    });
    assert!(over);
    // What it finds later is not the whole answer.
    std::thread::sleep(Duration::from_secs(2));
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(!bytes.is_empty() && bytes.len() < LARGE, "{}", bytes.len());
}

#[test]
fn whoever_reads_at_a_pace_gets_all_of_it() {
    let site = Site::start(hurried);
    let mut stream = site.connect();
    stream
        .write_all(b"GET /t/large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let (mut part, mut bytes) = (vec![0; 2 << 20], 0);
    loop {
        std::thread::sleep(Duration::from_millis(20));
        match stream.read(&mut part).unwrap() {
            0 => break,
            read => bytes += read,
        }
    }
    assert!(bytes > LARGE);
}

#[test]
fn a_handler_that_does_not_come_back_is_given_up() {
    let site = Site::start(hurried);
    let answer = site.ask(&["GET /t/never HTTP/1.1", HOST]);
    assert_eq!((answer.status, answer.problem().kind.as_str()), (503, "took-too-long"));
    assert!(answer.field("content-security-policy").is_some());
    assert_serves(&site);
}

#[test]
fn a_peer_that_vanishes_leaves_nothing_behind() {
    let site = Site::start(hurried);
    for path in ["/t/endless", "/t/never", "/t/large"] {
        let mut stream = site.connect();
        stream.write_all(format!("GET {path} HTTP/1.1\r\n{HOST}\r\n\r\n").as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    let gone = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        site.service.metrics.under_way.get() == 0
    });
    assert!(gone);
}
