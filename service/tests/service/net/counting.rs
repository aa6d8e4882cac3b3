//! What is counted and what is logged: patterns and numbers, no person and no secret.

use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock};

use domain::access::Role;

use super::fixture::{Answer, Site, request};

const HOST: &str = "Host: localhost";

/// Everything that this process has logged.
fn logged() -> Arc<Mutex<Vec<u8>>> {
    static LOGGED: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    let buffer = LOGGED.get_or_init(|| {
        let buffer = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer(Arc::clone(&buffer));
        let to = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
        to.with_ansi(false).json().with_writer(move || writer.clone()).init();
        buffer
    });
    Arc::clone(buffer)
}

#[derive(Clone)]
struct Writer(Arc<Mutex<Vec<u8>>>);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines() -> Vec<String> {
    let text = String::from_utf8(logged().lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_log_tells_what_was_answered_and_not_to_whom() {
    logged();
    let site = Site::start(|it| it.network.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]);
    let token = site.token(Role::Auditor, "grace-hopper");
    let bearer = format!("Authorization: Bearer {token}");
    let from = "X-Forwarded-For: 203.0.113.77";
    for status in [200, 401] {
        let bearer = if status == 200 { &bearer } else { "Authorization: Bearer c2VjcmV0LXRva2Vu" };
        let line = "GET /t/c-20261123-secret/kept?token=hunter2 HTTP/1.1";
        let answer = site.ask(&[line, HOST, from, bearer, "Cookie: id=cookie-monster"]);
        assert_eq!(answer.status, status);
    }
    let ours: Vec<_> = lines().into_iter().filter(|it| it.contains("portolan::request")).collect();
    let told: Vec<serde_json::Value> =
        ours.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    let kept = told.iter().find(|it| it["fields"]["route"] == "/t/{id}/kept").unwrap();
    assert_eq!(kept["fields"]["status"], 200);
    assert_eq!(kept["fields"]["method"], "GET");
    assert_eq!(kept["fields"]["bytes"], 4);
    assert!(told.iter().any(|it| it["fields"]["status"] == 401));
    for line in ours {
        let secrets = ["grace", "203.0.113", "127.0.0.1", "hunter2", "c-2026", "cookie", "c2Vjc"];
        for secret in secrets.iter().copied().chain([token.as_str()]) {
            assert!(!line.contains(secret), "{secret}: {line}");
        }
    }
}

fn metrics(site: &Site) -> Answer {
    let mut stream = TcpStream::connect(site.metrics.unwrap()).unwrap();
    stream.write_all(request(&["GET /metrics HTTP/1.1", HOST]).as_bytes()).unwrap();
    Answer::read(&mut stream)
}

#[test]
fn metrics_are_read_by_a_token_or_on_a_listener_of_their_own() {
    let site = Site::start(|it| it.network.metrics = Some("127.0.0.1:0".parse().unwrap()));
    assert_eq!(site.ask(&["GET /metrics HTTP/1.1", HOST]).status, 401);
    let (auditor, lab) = (site.token(Role::Auditor, "ada"), site.token(Role::Lab, "lab-1"));
    let ask = |token: &str| {
        site.ask(&["GET /metrics HTTP/1.1", HOST, &format!("Authorization: Bearer {token}")])
    };
    assert_eq!((ask(&auditor).status, ask(&lab).status), (200, 403));
    let answer = metrics(&site);
    assert_eq!(answer.status, 200);
    let kind = answer.field("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    assert!(answer.body.ends_with("# EOF\n"));
    // Nothing else is to be had there.
    let mut stream = TcpStream::connect(site.metrics.unwrap()).unwrap();
    stream.write_all(request(&["GET / HTTP/1.1", HOST]).as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut stream).status, 404);
}

#[test]
fn metrics_count_by_pattern() {
    let site = Site::start(|it| it.network.metrics = Some("127.0.0.1:0".parse().unwrap()));
    let token = site.token(Role::Auditor, "ada");
    let bearer = format!("Authorization: Bearer {token}");
    for id in ["one", "two", "three"] {
        site.ask(&[&format!("GET /t/{id}/kept HTTP/1.1"), HOST, &bearer]);
    }
    site.ask(&["GET /not/to/be/found?x=1 HTTP/1.1", HOST]);
    site.ask(&["BREW /pot HTTP/1.1", HOST]);
    let text = metrics(&site).body;
    let line = r#"portolan_requests_total{method="GET",route="/t/{id}/kept",status="2xx"} 3"#;
    assert!(text.contains(line), "{text}");
    assert!(text.contains(r#"method="GET",route="none",status="4xx"} 1"#), "{text}");
    assert!(text.contains(r#"method="other",route="none""#), "{text}");
    assert!(text.contains("portolan_events_total 1"), "{text}");
    assert!(text.contains("portolan_library_lag_events 0"), "{text}");
    assert!(text.contains("portolan_build_info{version="), "{text}");
    assert!(text.contains("portolan_process_resident_memory_bytes "), "{text}");
    assert!(text.contains("portolan_process_cpu_seconds_total "), "{text}");
    for secret in ["one", "two", "ada", "127.0.0.1", "to/be"] {
        let is_there = text
            .lines()
            .filter(|it| !it.starts_with('#'))
            .any(|it| it.split('"').any(|word| word.contains(secret) && !["none"].contains(&word)));
        assert!(!is_there, "{secret}: {text}");
    }
}
