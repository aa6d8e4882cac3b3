//! Hostile and broken requests: a clear problem each, and nothing recorded.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::door::LabLimits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::world::*;

const JSON: &str = "application/json";

/// The door's addresses that take a body of JSON, and who may send there.
const DOORS: [(&str, &str); 4] = [
    ("lab-1", "/api/v1/events"),
    ("lab-1", "/api/v1/leases"),
    ("operator", "/api/v1/campaigns"),
    ("operator", "/api/v1/declarations"),
];

async fn send(world: &World, door: (&str, &str), kind: &str, body: Vec<u8>) -> (u16, String) {
    let request = world.ask(door.0, Method::POST, door.1).header("content-type", kind);
    let (status, kind, _) = problem(request.body(body).send().await.unwrap()).await;
    (status, kind)
}

fn sample() -> Json {
    serde_json::to_value(batch("c-1", [vec![start()], walk(&trials()[0])].concat())).unwrap()
}

#[tokio::test]
async fn what_is_no_request_of_this_form_is_told_so_at_every_door() {
    let world = World::start().await;
    let deep = [vec![b'['; 30_000], vec![b']'; 30_000]].concat();
    let bodies: [&[u8]; 10] = [
        b"",
        b"{",
        b"null",
        b"[1,2",
        b"\xff\xfe\x00",
        b"{\"a\":\"\xc3\x28\"}",
        b"1e999999",
        b"{\"schema\":123456789012345678901234567890}",
        b"{} {}",
        &deep,
    ];
    for door in DOORS {
        for body in bodies {
            let told = send(&world, door, JSON, body.to_vec()).await;
            assert_eq!(told, (422, "invalid".to_owned()), "{door:?} {:?}", body.get(..20));
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
            let told = send(&world, door, kind, b"{}".to_vec()).await;
            assert_eq!(told, (415, "unsupported".to_owned()), "{door:?} {kind}");
        }
    }
    assert!(world.events("c-1").is_empty());
}

#[tokio::test]
async fn a_batch_that_is_spoilt_anywhere_is_refused_whole() {
    let world = World::start().await;
    let spoilt: [&dyn Fn(&mut Json); 10] = [
        &|it| it["more"] = json!(1),
        &|it| it["schema"] = json!("portolan.submission/2"),
        &|it| it["campaign"] = json!("../c-1"),
        &|it| it["commands"] = json!([]),
        &|it| it["commands"][1]["record-step"]["more"] = json!(1),
        &|it| it["commands"][1]["record-step"]["trial"]["repetition"] = json!(-1),
        &|it| it["commands"][7]["record-step"]["duration_ms"] = json!(1e300),
        &|it| it["commands"][7]["record-step"]["attempt"] = json!(4_294_967_296_u64),
        &|it| it["commands"][7] = json!({"take-over": {}}),
        &|it| it["commands"] = json!(vec![it["commands"][1].clone(); 1025]),
    ];
    for (place, spoil) in spoilt.iter().enumerate() {
        let mut sample = sample();
        spoil(&mut sample);
        let told = send(&world, DOORS[0], JSON, sample.to_string().into_bytes()).await;
        assert_eq!(told, (422, "invalid".to_owned()), "{place}");
        assert!(world.events("c-1").is_empty(), "{place}");
    }
    let whole = sample().to_string().into_bytes();
    for cut in [1, whole.len() / 3, whole.len() - 1] {
        let told = send(&world, DOORS[0], JSON, whole[..cut].to_vec()).await;
        assert_eq!(told.0, 422, "{cut}");
    }
    assert!(world.events("c-1").is_empty());
}

#[tokio::test]
async fn a_compressed_body_is_bounded_by_what_comes_out() {
    let limits = LabLimits { batch_bytes: 1 << 20, ..LabLimits::default() };
    let world = World::with(limits).await;
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let send = async |body: Vec<u8>, encoding: &str| {
        let request = world.ask("lab-1", Method::POST, "/api/v1/events");
        let request = request.header("content-type", JSON).header("content-encoding", encoding);
        request.body(body).send().await.unwrap()
    };
    let whole = gzip(sample().to_string().as_bytes());
    let bomb = gzip(&vec![b' '; 100 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(problem(send(bomb, "gzip").await).await.1, "too-large");
    let (cut, junk) = (whole[..whole.len() - 9].to_vec(), b"no gzip".to_vec());
    assert_eq!(problem(send(cut, "gzip").await).await.1, "invalid");
    assert_eq!(problem(send(junk, "gzip").await).await.1, "invalid");
    for encoding in ["br", "deflate", "gzip, gzip"] {
        assert_eq!(problem(send(whole.clone(), encoding).await).await.0, 415, "{encoding}");
    }
    assert!(world.events("c-1").is_empty());
    assert_eq!(send(whole, "gzip").await.status(), 200);
    assert_eq!(world.events("c-1").len(), 9);
    let large = vec![b' '; (1 << 20) + 1];
    assert_eq!(problem(send(large, "identity").await).await.1, "too-large");
}

/// Writes these bytes and gives the answer, as far as one comes.
async fn raw(world: &World, bytes: &[u8], close: bool) -> String {
    let mut stream = TcpStream::connect(world.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    if close {
        stream.shutdown().await.unwrap();
    }
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // Kept alive or closed: what is said first is enough.
    let _ = tokio::time::timeout(Duration::from_secs(5), read).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_body_that_never_comes_whole_records_nothing() {
    let limits = LabLimits { body: Duration::from_millis(300), ..LabLimits::default() };
    let world = World::with(limits).await;
    let body = sample().to_string();
    let head = |length: usize| {
        let host = world.url.trim_start_matches("http://");
        let token = token("lab-1");
        format!(
            "POST /api/v1/events HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             content-type: {JSON}\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    // Cut in the middle, and a sender that goes silent.
    let cut = format!("{}{}", head(body.len()), &body[..body.len() / 2]);
    let told = raw(&world, cut.as_bytes(), true).await;
    assert!(!told.starts_with("HTTP/1.1 200"), "{told}");
    let told = raw(&world, cut.as_bytes(), false).await;
    assert!(told.starts_with("HTTP/1.1 408"), "{told}");
    // More is announced than may come: told before it comes.
    let told = raw(&world, head(1 << 30).as_bytes(), false).await;
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");
    let chunked = head(0).replace("content-length: 0", "transfer-encoding: chunked") + "5\r\n{\"a";
    let told = raw(&world, chunked.as_bytes(), true).await;
    assert!(!told.starts_with("HTTP/1.1 200"), "{told}");
    assert!(world.events("c-1").is_empty());
    world.record(&serde_json::from_value(sample()).unwrap()).await;
}

#[tokio::test]
async fn nobody_gets_in_without_the_right_token() {
    let world = World::start().await;
    let lab = [
        (Method::POST, "/api/v1/events"),
        (Method::PUT, "/api/v1/evidence/x"),
        (Method::GET, "/api/v1/evidence/x"),
        (Method::GET, "/api/v1/campaigns/c-1/state"),
        (Method::POST, "/api/v1/leases"),
        (Method::POST, "/api/v1/leases/x/heartbeat"),
        (Method::DELETE, "/api/v1/leases/x"),
    ];
    let control = [
        (Method::POST, "/api/v1/campaigns"),
        (Method::POST, "/api/v1/campaigns/c-1/stop"),
        (Method::POST, "/api/v1/campaigns/c-1/resume"),
        (Method::POST, "/api/v1/declarations"),
    ];
    for (method, path) in lab.iter().chain(&control) {
        let nobody = reqwest::Client::new().request(method.clone(), format!("{}{path}", world.url));
        assert_eq!(problem(nobody.send().await.unwrap()).await.0, 401, "{path}");
        let auditor = world.ask("auditor", method.clone(), path).send().await.unwrap();
        assert_eq!(problem(auditor).await.0, 403, "{path}");
    }
    for (method, path) in control {
        let answer = world.ask("lab-1", method, path).send().await.unwrap();
        assert_eq!(problem(answer).await.0, 403, "{path}");
    }
}
