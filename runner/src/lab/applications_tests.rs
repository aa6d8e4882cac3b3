//! The questions as guests ask them, by the shell that guests have, at real servers on this machine.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use domain::applications::{observable, observations};
use domain::ids::{ProbeId, Sha256Digest};
use domain::observation::{Observation, Value, find};

use super::super::console::Console;
use super::*;

fn probe(id: &str, ask: Ask) -> Probe {
    Probe { id: id.parse::<ProbeId>().unwrap(), ask }
}

fn http(id: &str, port: u16) -> Probe {
    probe(id, Ask::Http { port, path: "/it's?a=$(id)&b".to_owned() })
}

/// Runs the questions at this address and reads what they print as a guest's console.
fn asked_at(own: &str, probes: &[Probe]) -> Vec<Observation> {
    let scratch = tempfile::tempdir().unwrap();
    let said = Command::new("busybox")
        .args(["sh", "-c", &questions(probes)])
        .env("own", own)
        .env("scratch", scratch.path())
        .env("patience", "1")
        .env("tries", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut console = Console::elsewhere();
    assert!(console.hear(String::from_utf8(said.stdout).unwrap()));
    let left: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().flatten().collect();
    assert!(left.iter().all(|it| it.file_name() == "app.address"), "{left:?}");
    observations(probes, console.replies().as_ref())
}

fn asked(probes: &[Probe]) -> Vec<Observation> {
    asked_at("127.0.0.1", probes)
}

/// A server that answers every connection like this, until the test is over.
fn server(answer: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(&answer));
    port
}

/// Reads the request, if there is one, and sends these bytes.
fn saying(bytes: impl Into<Vec<u8>>) -> impl Fn(TcpStream) + Send + 'static {
    let bytes = bytes.into();
    move |mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(&bytes);
    }
}

fn list(seen: &[Observation], fact: &str) -> Vec<String> {
    match find(seen, fact) {
        Some(Value::List(items)) => items.clone(),
        other => panic!("{fact}: {other:?}"),
    }
}

#[test]
fn a_page_is_told_by_its_status_and_the_digest_of_its_body_alone() {
    let body = "<h1>it works</h1>\n\n\n";
    let page = |date: &str| format!("HTTP/1.1 200 OK\r\nDate: {date}\r\n\r\n{body}");
    let (one, two) = (server(saying(page("today"))), server(saying(page("tomorrow"))));
    let seen = asked(&[http("web", one)]);
    let digest = Sha256Digest::of(body.as_bytes()).to_string();
    assert_eq!(find(&seen, "app.web.sha256"), Some(&Value::Text(digest.clone())));
    assert_eq!(find(&seen, "app.web.status"), Some(&Value::Integer(200)));
    assert_eq!(list(&seen, "app.answers"), [format!("web 200 {}", &digest[..16])]);
    assert_eq!(list(&asked(&[http("web", two)]), "app.answers"), list(&seen, "app.answers"));
    let broken = server(saying("HTTP/1.0 503 Busy\r\n\r\n"));
    assert!(list(&asked(&[http("web", broken)]), "app.answers")[0].starts_with("web 503 "));
}

#[test]
fn the_request_is_what_was_declared_and_no_shell_reads_it() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let port = server(move |mut stream| {
        let mut request = [0; 1024];
        let count = stream.read(&mut request).unwrap_or(0);
        let _ = sender.send(String::from_utf8_lossy(&request[..count]).into_owned());
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
    });
    asked(&[http("web", port)]);
    let request = receiver.iter().find(|it| !it.is_empty()).unwrap();
    assert!(request.starts_with("GET /it's?a=$(id)&b HTTP/1.0\r\n"), "{request}");
}

#[test]
fn hostile_answers_are_bounded_and_cannot_forge_a_reply() {
    let forged = "<<<PORTOLAN APPS 1 bytes=2 sha256=00>>>\n{}\n<<<PORTOLAN APPS END>>>\n";
    let not_http: [Vec<u8>; 6] = [
        Vec::new(),
        b"\0\0\0\xff\xfe\n\n".to_vec(),
        b"HTTP/1.0 2\"00 \x1b[31m\r\n\r\n".to_vec(),
        b"HTTP/1.0 999999999999999999999 x\r\n\r\n".to_vec(),
        format!("HTTP/1.0 `id` $(id)\r\n{forged}").into_bytes(),
        "x".repeat(1 << 20).into_bytes(),
    ];
    for bytes in not_http {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        let seen = asked(&[http("web", server(saying(bytes)))]);
        assert_eq!(list(&seen, "app.silent"), ["web"], "{start:?}");
        assert_eq!(find(&seen, "app.web.why"), Some(&Value::Text("not HTTP".to_owned())));
        assert_eq!(list(&seen, "app.answers"), Vec::<String>::new());
    }
    let body = format!("HTTP/1.0 200 OK\r\n\r\n\0\x1b]0;{forged}\"}}]}}\r\n");
    let seen = asked(&[http("web", server(saying(body)))]);
    assert!(list(&seen, "app.answers")[0].starts_with("web 200 "));
}

#[test]
fn what_never_ends_is_cut_in_size_and_time() {
    let endless = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
        while stream.write_all(&[b'a'; 65536]).is_ok() {}
    });
    let mute = server(|stream| {
        std::thread::spawn(move || std::io::copy(&mut &stream, &mut std::io::sink()));
    });
    let words = |it: &[&str]| Ask::Command(it.iter().map(|it| (*it).to_owned()).collect());
    let seen = asked(&[
        http("endless", endless),
        http("mute", mute),
        probe("open", Ask::Port(mute)),
        probe("sleeps", words(&["sleep", "1000"])),
        probe("floods", words(&["yes"])),
        probe("detaches", words(&["sh", "-c", "sleep 3 & echo on"])),
    ]);
    assert_eq!(list(&seen, "app.silent"), ["mute", "sleeps"]);
    let head = "HTTP/1.0 200 OK\r\n\r\n".len();
    let digest = Sha256Digest::of(&vec![b'a'; 262_144 - head]).to_string();
    assert_eq!(find(&seen, "app.endless.sha256"), Some(&Value::Text(digest)));
    assert_eq!(find(&seen, "app.open.answers"), Some(&Value::Flag(true)));
    assert!(find(&seen, "app.floods.sha256").is_some());
    let on = Sha256Digest::of(b"on\n").to_string();
    assert_eq!(find(&seen, "app.detaches.sha256"), Some(&Value::Text(on)));
}

#[test]
fn commands_and_files_are_told_by_how_they_end_and_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it's a file");
    std::fs::write(&file, "data").unwrap();
    let words = |it: &[&str]| Ask::Command(it.iter().map(|it| (*it).to_owned()).collect());
    let path = |it: &Path| Ask::FileHash(it.to_str().unwrap().to_owned());
    let seen = asked(&[
        probe("says", words(&["printf", "%s|", "a b", "$(id)"])),
        probe("fails", words(&["false"])),
        probe("file", path(&file)),
        probe("none", path(&folder.path().join("none"))),
        probe("folder", path(folder.path())),
    ]);
    let digest = |text: &str| Some(Value::Text(Sha256Digest::of(text.as_bytes()).to_string()));
    assert_eq!(find(&seen, "app.says.sha256").cloned(), digest("a b|$(id)|"));
    assert_eq!(find(&seen, "app.fails.status"), Some(&Value::Integer(1)));
    assert_eq!(find(&seen, "app.file.sha256").cloned(), digest("data"));
    assert_eq!(list(&seen, "app.silent"), ["none", "folder"]);
}

#[test]
fn a_latency_is_the_median_of_connections_and_silence_has_none() {
    let port = server(saying(""));
    let latency = |id: &str, port: u16, most_ms: u32| probe(id, Ask::Latency { port, most_ms });
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let probes = [latency("fast", port, 60_000), latency("gone", closed, 60_000)];
    let seen = asked(&probes);
    assert!(matches!(find(&seen, "app.fast.latency_ms"), Some(Value::Integer(0..60_000))));
    assert_eq!(list(&seen, "app.in_time"), ["fast"]);
    assert_eq!(list(&seen, "app.silent"), ["gone"]);
    assert_eq!(observable(&probes), ["app.answers", "app.silent", "app.in_time"]);
}

#[test]
fn guests_without_probes_and_applications_are_made_as_ever() {
    let plain = Additions::of(None, &[]);
    for name in ["facts.sh", "network.sh", "build.sh"] {
        assert_eq!(plain.to(name, "text"), "text");
    }
    let web = Additions::of(Some(Application::Web), &[http("web", 80)]);
    assert!(web.to("facts.sh", "text").ends_with("say_replies\ntext"));
    assert!(web.to("network.sh", "text").starts_with("text\nbound=no\n"));
    assert_eq!(web.to("build.sh", "text"), "text");
}
