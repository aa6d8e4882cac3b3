//! What every answer carries, and under which names the service answers.

use std::io::Write as _;

use domain::access::Role;

use super::fixture::{Answer, Site, settings};

/// Every header field that every answer has.
const SEALED: [&str; 7] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "cache-control",
];

fn assert_sealed(answer: &Answer) {
    for name in SEALED {
        assert!(answer.field(name).is_some(), "{name} is missing: {answer:?}");
    }
    let policy = answer.field("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.field("strict-transport-security"), None);
}

#[test]
fn every_answer_has_them_and_so_has_every_refusal() {
    let site = Site::start(|_| {});
    let host = "Host: localhost";
    let cases: [(u16, &[&str]); 8] = [
        (200, &["GET /healthz HTTP/1.1", host]),
        (200, &["HEAD /healthz HTTP/1.1", host]),
        (404, &["GET /nowhere HTTP/1.1", host]),
        (405, &["POST /healthz HTTP/1.1", host, "Content-Length: 0"]),
        (401, &["GET /metrics HTTP/1.1", host]),
        (401, &["GET /healthz HTTP/1.1", host, "Authorization: Bearer wrong"]),
        (404, &["GET /t/number/many HTTP/1.1", host]),
        (421, &["GET /healthz HTTP/1.1", "Host: elsewhere.example"]),
    ];
    for (status, lines) in cases {
        let answer = site.ask(lines);
        assert_eq!(answer.status, status, "{lines:?}: {answer:?}");
        assert_sealed(&answer);
        if status >= 401 {
            assert_eq!(answer.problem().status, status);
        }
    }
}

#[test]
fn a_handler_may_say_how_long_its_answer_is_kept() {
    let site = Site::start(|_| {});
    let token = site.token(Role::Auditor, "ada");
    let answer = site.ask(&[
        "GET /t/1/kept HTTP/1.1",
        "Host: localhost",
        &format!("Authorization: Bearer {token}"),
    ]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("cache-control"), Some("private, max-age=5"));
    let answer = site.ask(&["GET /healthz HTTP/1.1", "Host: localhost"]);
    assert_eq!(answer.field("cache-control"), Some("no-store"));
}

#[test]
fn a_foreign_name_is_not_answered() {
    let site = Site::start(|it| it.public_url = Some("https://Portolan.example/".to_owned()));
    let port = site.address.port();
    let (own, longer) = (format!("localhost:{port}"), format!("localhost:{port}.evil.example"));
    let good = ["localhost", &own, "127.0.0.1", "[::1]:80", "192.0.2.7", "portolan.EXAMPLE."];
    for host in good {
        let answer = site.ask(&["GET /healthz HTTP/1.1", &format!("Host: {host}")]);
        assert_eq!(answer.status, 200, "{host}");
    }
    let bad =
        ["evil.example", "", "localhost.evil.example", "localhost@evil.example", "::1", &longer];
    for host in bad {
        let answer = site.ask(&["GET /healthz HTTP/1.1", &format!("Host: {host}")]);
        assert!([421, 400].contains(&answer.status), "{host}: {answer:?}");
    }
    let absolute = "GET http://evil.example/healthz HTTP/1.1";
    assert_eq!(site.ask(&[absolute, "Host: localhost"]).status, 421);
    let two = ["GET /healthz HTTP/1.1", "Host: localhost", "Host: evil.example"];
    assert_eq!(site.ask(&two).status, 400);
    assert_eq!(site.ask(&["GET /healthz HTTP/1.1"]).status, 400);
    // A health check of old may name none: nobody's browser sends this.
    assert_eq!(site.ask(&["GET /healthz HTTP/1.0"]).status, 200);
}

#[test]
fn only_a_trusted_proxy_is_believed() {
    let forwarded: [&str; 4] = [
        "GET /t/peer HTTP/1.1",
        "Host: localhost",
        "X-Forwarded-For: 198.51.100.9, 203.0.113.5",
        "X-Forwarded-Proto: https",
    ];
    let site = Site::start(|_| {});
    assert_eq!(site.ask(&forwarded).body, "127.0.0.1 false false");
    let site = Site::start(|it| it.network.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]);
    // The last hop is what the proxy saw itself; what stands before it anybody can write.
    assert_eq!(site.ask(&forwarded).body, "203.0.113.5 true false");
    let own = ["GET /t/peer HTTP/1.1", "Host: localhost", "X-Forwarded-For: nonsense"];
    assert_eq!(site.ask(&own).body, "127.0.0.1 false false");
}

#[test]
fn nothing_is_served_unencrypted_beyond_loopback() {
    let refused = |change: fn(&mut service::settings::Settings)| {
        let mut settings = settings();
        settings.listen = "0.0.0.0:0".parse().unwrap();
        change(&mut settings);
        super::fixture::refused(settings)
    };
    assert!(refused(|_| {}).unwrap().contains("--behind-proxy"));
    assert!(refused(|it| it.network.is_behind_proxy = true).is_none());
    let open = refused(|it| {
        it.network.is_behind_proxy = true;
        it.network.metrics = Some("0.0.0.0:0".parse().unwrap());
    });
    assert!(open.unwrap().contains("metrics"));
    assert!(refused(|it| it.public_url = Some("portolan.example".to_owned())).is_some());
}

#[test]
fn garbage_gets_an_answer_or_nothing_and_others_are_served() {
    let site = Site::start(|_| {});
    let garbage: [&[u8]; 5] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /t/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    for bytes in garbage {
        let mut stream = site.connect();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = Answer::read(&mut stream);
        assert!([0, 400].contains(&answer.status), "{bytes:?}: {answer:?}");
    }
    assert_eq!(site.ask(&["GET /healthz HTTP/1.1", "Host: localhost"]).status, 200);
}

#[test]
fn a_person_sees_a_page_and_a_program_sees_details() {
    let site = Site::start(|_| {});
    let (host, html) = ("Host: localhost", "Accept: text/html,application/xhtml+xml,*/*;q=0.8");
    let lab = format!("Authorization: Bearer {}", site.token(Role::Lab, "lab-1"));
    let cases: [(u16, &str, &[&str]); 5] = [
        (404, "not-found: /nowhere for nobody", &["GET /nowhere?x=1 HTTP/1.1", host, html]),
        (404, "not-found: /t/number/many for", &["GET /t/number/many HTTP/1.1", host, html]),
        (403, "not-allowed: /metrics for lab", &["GET /metrics HTTP/1.1", host, html, &lab]),
        (401, "not-signed-in: /", &["GET / HTTP/1.1", host, html, "Authorization: Bearer x"]),
        (421, "other-host: / for nobody", &["GET / HTTP/1.1", "Host: evil.example", html]),
    ];
    for (status, title, lines) in cases {
        let answer = site.ask(lines);
        assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"), "{answer:?}");
        assert!(answer.status == status && answer.body.contains(title), "{title}: {answer:?}");
        assert_eq!(answer.field("www-authenticate").is_some(), status == 401);
        assert_sealed(&answer);
    }
    for lines in
        [["GET /api/v1/nowhere HTTP/1.1", host, html], ["GET /no HTTP/1.1", host, "Accept: */*"]]
    {
        assert_eq!(site.ask(&lines).problem().kind, "not-found");
    }
}
