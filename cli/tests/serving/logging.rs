//! The log of a running service: a line for each request, for people and for programs.

use rustix::process::Signal;

use crate::child::Serving;

const SECRETS: [&str; 4] = ["hunter2", "c2VjcmV0LXRva2Vu", "cookie-monster", "127.0.0.1:"];

#[test]
fn json_lines_tell_each_request_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &["--log-format", "json"]);
    serving.ask(&["GET /healthz?token=hunter2 HTTP/1.1", "Cookie: id=cookie-monster"]);
    serving.ask(&["GET /metrics HTTP/1.1", "Authorization: Bearer c2VjcmV0LXRva2Vu"]);
    serving.signal(Signal::TERM);
    let (_, said) = serving.end();
    let logged: Vec<_> = said.iter().filter(|it| it.starts_with('{')).collect();
    let told: Vec<serde_json::Value> =
        logged.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    let healthy = told.iter().find(|it| it["route"] == "/healthz").unwrap();
    assert_eq!((&healthy["status"], &healthy["method"]), (&200.into(), &"GET".into()));
    assert!(told.iter().any(|it| it["status"] == 401), "{told:?}");
    for line in logged {
        assert!(SECRETS.iter().all(|it| !line.contains(it)), "{line}");
    }
}

#[test]
fn text_is_plain_where_nobody_has_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    serving.ask(&["GET /nowhere/hunter2 HTTP/1.1"]);
    serving.signal(Signal::TERM);
    let (_, said) = serving.end();
    let line = said.iter().find(|it| it.contains("status=404")).unwrap();
    assert!(!line.contains('\u{1b}') && !line.contains("hunter2"), "{line}");
}
