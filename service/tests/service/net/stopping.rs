//! An orderly end: nothing new is accepted, what is under way is finished, what is endless ends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use domain::access::Role;

use super::fixture::{Answer, PATIENCE, Site, grant};

#[test]
fn what_is_under_way_is_finished_and_the_rest_is_let_go() {
    let mut site = Site::start(|it| it.limits.grace = PATIENCE);
    let mut idle = site.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    idle.read_exact(&mut [0; 12]).unwrap();
    let mut endless = site.connect();
    endless.write_all(b"GET /t/endless HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    endless.read_exact(&mut [0; 12]).unwrap();
    // Its body is still on its way when the end comes.
    let mut slow = site.connect();
    let head = "POST /t/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello";
    slow.write_all(head.as_bytes()).unwrap();
    while site.service.metrics.under_way.get() < 2 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let stop = site.stop.clone();
    let stopped = site.runtime.spawn(async move { stop.gracefully().await });
    site.runtime.block_on(site.service.stopping.cancelled());
    std::thread::sleep(Duration::from_millis(200));
    slow.write_all(b"world").unwrap();
    let answer = Answer::read(&mut slow);
    assert_eq!((answer.status, answer.body.as_str()), (200, "done with 10"));
    let mut rest = Vec::new();
    endless.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream ends as it should");
    idle.read_to_end(&mut rest).unwrap();
    site.runtime.block_on(stopped).unwrap();
    let ended = (&mut site.ended, tokio::time::Duration::from_secs(30));
    site.runtime
        .block_on(async { tokio::time::timeout(ended.1, ended.0).await.unwrap() })
        .unwrap()
        .unwrap();
    assert!(TcpStream::connect(site.address).is_err());
}

#[test]
fn a_request_that_does_not_end_ends_with_the_grace() {
    let mut site = Site::start(|it| it.limits.grace = Duration::from_secs(1));
    let mut never = site.connect();
    never.write_all(b"GET /t/never HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    while site.service.metrics.under_way.get() < 1 {
        std::thread::sleep(Duration::from_millis(10));
    }
    site.runtime.block_on(site.stop.gracefully());
    site.runtime.block_on(&mut site.ended).unwrap().unwrap();
    assert_eq!(Answer::read(&mut never).status, 0);
}

#[test]
fn it_is_ready_until_it_stops_and_alive_all_along() {
    let site = Site::start(|_| {});
    let ask = |path: &str| site.ask(&[&format!("GET {path} HTTP/1.1"), "Host: localhost"]);
    assert_eq!((ask("/healthz").status, ask("/readyz").status), (200, 200));
    site.service.stopping.cancel();
    let answer = ask("/readyz");
    assert_eq!((answer.status, answer.problem().kind.as_str()), (503, "not-ready"));
    assert_eq!(ask("/healthz").status, 200);
}

#[test]
fn it_is_not_ready_when_the_disk_is_full() {
    let site = Site::start(|it| {
        it.network.store = Some("/".into());
        it.limits.free_bytes = u64::MAX;
    });
    let answer = site.ask(&["GET /readyz HTTP/1.1", "Host: localhost"]);
    assert_eq!(answer.status, 503);
    assert!(answer.problem().detail.contains("disk"));
}

#[test]
fn it_is_not_ready_when_the_log_can_no_longer_be_followed() {
    let damage = |log: &store::DiskLog, folder: &std::path::Path| {
        grant(log, Role::Lab, "lab-1", b"secret");
        let segments = std::fs::read_dir(folder.join("log/segments")).unwrap();
        for segment in segments.map(|it| it.unwrap().path()) {
            let mut bytes = std::fs::read(&segment).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle..].fill(0xff);
            // In place: the log has the file open.
            std::fs::File::options().write(true).open(&segment).unwrap().write_all(&bytes).unwrap();
        }
    };
    let site = Site::after(damage, |_| {});
    let failed = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        site.service.library.has_failed()
    });
    assert!(failed);
    let answer = site.ask(&["GET /readyz HTTP/1.1", "Host: localhost"]);
    assert_eq!(answer.status, 503);
    assert!(answer.problem().detail.contains("followed"), "{answer:?}");
    assert_eq!(site.ask(&["GET /healthz HTTP/1.1", "Host: localhost"]).status, 200);
}
