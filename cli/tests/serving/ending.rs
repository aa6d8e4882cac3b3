//! Signals: an orderly end, a quick one, and a certificate that is read again.

use std::io::Write as _;

use rustix::process::Signal;

use crate::child::{Serving, portolan};

#[test]
fn the_first_signal_ends_it_in_order_and_the_log_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT] {
        let serving = Serving::start(folder.path(), &[]);
        assert!(serving.ask(&["GET /readyz HTTP/1.1"]).starts_with("HTTP/1.1 200"));
        serving.signal(signal);
        let (status, said) = serving.end();
        assert_eq!(status.code(), Some(0), "{said:?}");
        assert!(said.iter().any(|it| it.contains("stopping")), "{said:?}");
    }
    let verified = portolan(folder.path(), &["log", "verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    let checkpoints = std::fs::read_dir(folder.path().join("store/log/checkpoints")).unwrap();
    assert_eq!(checkpoints.count(), 1);
}

#[test]
fn a_connection_that_asks_for_nothing_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &["--grace", "600"]);
    let mut idle = serving.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    std::io::Read::read_exact(&mut idle, &mut [0; 12]).unwrap();
    let silent = serving.connect();
    serving.signal(Signal::TERM);
    assert_eq!(serving.end().0.code(), Some(0));
    drop(silent);
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(folder.path(), &["--grace", "600"]);
    // A body that never comes to its end keeps its connection, though it was answered.
    let mut endless = serving.connect();
    let head = "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    endless.write_all(head.as_bytes()).unwrap();
    std::io::Read::read_exact(&mut endless, &mut [0; 12]).unwrap();
    serving.signal(Signal::TERM);
    serving.until("stopping");
    serving.signal(Signal::INT);
    let (status, said) = serving.end();
    assert_eq!(status.code(), Some(3), "{said:?}");
    assert!(said.iter().any(|it| it.contains("stopped at once")), "{said:?}");
    let verified = portolan(folder.path(), &["log", "verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn a_hangup_reads_the_certificate_again_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let words = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let mut serving = Serving::start(folder.path(), &words);
    serving.until("others on this machine may read the key");
    serving.signal(Signal::HUP);
    serving.until("the certificate was read again");
    std::fs::write(&key, "").unwrap();
    serving.signal(Signal::HUP);
    let line = serving.until("the certificate in use stays");
    assert!(line.contains("key.pem"), "{line}");
    serving.signal(Signal::TERM);
    assert_eq!(serving.end().0.code(), Some(0));
    // Without a certificate there is nothing to read again, and nothing to end for.
    let serving = Serving::start(folder.path(), &[]);
    serving.signal(Signal::HUP);
    assert!(serving.ask(&["GET /healthz HTTP/1.1"]).ends_with("ok\n"));
    serving.signal(Signal::TERM);
    assert_eq!(serving.end().0.code(), Some(0));
}
