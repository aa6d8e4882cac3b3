//! `serve --is-ready`: what a container's health check is told.

use crate::child::{Serving, portolan};

#[test]
fn it_is_told_whether_the_service_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(folder.path(), &["--metrics-listen", "127.0.0.1:0"]);
    let line = serving.until("metrics at ");
    let metrics = line.trim_end_matches("/metrics").rsplit('/').next().unwrap().to_owned();
    let probe = || portolan(folder.path(), &["serve", "--is-ready", &metrics]).output().unwrap();
    let ready = probe();
    assert_eq!(ready.status.code(), Some(0), "{ready:?}");
    drop(serving);
    let gone = probe();
    assert_eq!(gone.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("nobody answers"));
}
