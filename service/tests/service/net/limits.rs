//! What is too much: too long, too large, too many.

use std::io::Write as _;

use super::fixture::{Answer, Site};

const HOST: &str = "Host: localhost";

#[test]
fn what_is_too_long_is_refused_with_its_limit() {
    let site = Site::start(|it| it.limits.body_bytes = 1000);
    let long = format!("GET /{} HTTP/1.1", "a".repeat(9_000));
    let answer = site.ask(&[&long, HOST]);
    assert_eq!((answer.status, answer.problem().kind.as_str()), (414, "too-long"));
    assert!(answer.problem().detail.contains("8192"));
    let wide = format!("X-Wide: {}", "b".repeat(40_000));
    assert_eq!(site.ask(&["GET /healthz HTTP/1.1", HOST, &wide]).status, 431);
    // More than actix-web reads at all.
    let wider = format!("X-Wide: {}", "b".repeat(200_000));
    let mut stream = site.connect();
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\n{HOST}\r\n{wider}").as_bytes());
    assert!([0, 400, 431].contains(&Answer::read(&mut stream).status));
    let many = "X-Many: 1\r\n".repeat(200);
    let answer = site.ask(&["GET /healthz HTTP/1.1", HOST, many.trim_end()]);
    assert_eq!(answer.status, 431);
}

#[test]
fn a_large_body_is_refused_whether_it_says_so_or_not() {
    let site = Site::start(|it| it.limits.body_bytes = 1000);
    let mut stream = site.connect();
    let said = "POST /t/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n";
    stream.write_all(said.as_bytes()).unwrap();
    let mut first = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 413");
    let chunk = format!("7d1\r\n{}\r\n0\r\n\r\n", "c".repeat(2001));
    let mut stream = site.connect();
    let head = "POST /t/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\
                Connection: close\r\n\r\n";
    stream.write_all(format!("{head}{chunk}").as_bytes()).unwrap();
    let answer = Answer::read(&mut stream);
    assert_eq!((answer.status, answer.problem().kind.as_str()), (413, "too-large"));
}

#[test]
fn one_peer_does_not_take_every_connection() {
    let site = Site::start(|it| it.limits.connections_per_peer = 3);
    let held: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = site.connect();
            // Answered and kept open: it has its place by now.
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            std::io::Read::read_exact(&mut stream, &mut [0; 12]).unwrap();
            stream
        })
        .collect();
    assert_eq!(site.ask(&["GET /healthz HTTP/1.1", HOST]).status, 0);
    drop(held);
    // A place is free again when the connection has been seen to close.
    let free = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        site.ask(&["GET /healthz HTTP/1.1", HOST]).status == 200
    });
    assert!(free);
}

#[test]
fn a_peer_that_asks_too_often_waits_and_nobody_else_does() {
    let site = Site::start(|it| {
        it.network.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        (it.limits.requests_per_second, it.limits.requests_at_once) = (1, 5);
    });
    let ask = |peer: &str| {
        let forwarded = format!("X-Forwarded-For: {peer}");
        site.ask(&["GET /healthz HTTP/1.1", HOST, &forwarded])
    };
    let answers: Vec<_> = (0..20).map(|_| ask("203.0.113.5")).collect();
    let refused: Vec<_> = answers.iter().filter(|it| it.status == 429).collect();
    assert_eq!(answers[..5].iter().filter(|it| it.status == 200).count(), 5);
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|it| it.field("retry-after").is_some()));
    assert_eq!(ask("203.0.113.6").status, 200);
    // An IPv6 peer has a whole /64 to call from.
    let crowd = (0..20).map(|it| ask(&format!("2001:db8::{it:x}")).status);
    assert!(crowd.collect::<Vec<_>>().contains(&429));
    assert_eq!(ask("2001:db8:0:1::1").status, 200);
}
