//! `portolan access`, on a store that nobody owns and on one that a service owns.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{portolan, refused};

const PASSWORD: &str = "correct horse battery";

fn json(store: &Path, words: &[&str]) -> Value {
    let called = portolan(store, &[words, &["--json"]].concat());
    assert_eq!(called.code, 0, "{words:?}: {}", called.err);
    serde_json::from_str(&called.out).unwrap()
}

fn grant<'a>(account: &'a str, role: &'a str, means: &'a str) -> [&'a str; 9] {
    ["access", "grant", account, "--role", role, "--means", means, "--reason", "a test"]
}

fn serve<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["serve", "--listen", "127.0.0.1:0"], words].concat()
}

/// A service over a store, until it is told to stop.
struct Serving(Child);

impl Serving {
    fn start(store: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("PORTOLAN_STORE", store)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(told.next().unwrap().unwrap().starts_with("serving at http://127.0.0.1:"));
        // What else it says is read too: nobody waits for a reader.
        std::thread::spawn(move || told.for_each(drop));
        while !store.join("service/running.json").exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Self(child)
    }

    fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn grants_are_given_listed_and_taken_back_whether_or_not_a_service_runs() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let before = json(&store, &grant("lab-1", "lab", "token"));
    assert_eq!(before["token"].as_str().unwrap().len(), 43);

    let serving = Serving::start(&store);
    let during = json(&store, &grant("lab-2", "lab", "token"));
    let link = json(&store, &["access", "link", "citrix", "--reason", "a test"]);
    assert!(link["link"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{link}");
    let id = before["grant"].as_str().unwrap();
    let words = ["access", "revoke", id, "--reason", "a test"];
    assert_eq!(portolan(&store, &words).code, 0);
    refused(&store, &["access", "revoke", "g-none", "--reason", "x"], 2, "there is no grant");
    let of = |list: &Value, account: &str| {
        let all = list.as_array().unwrap().iter();
        all.filter(|it| it["account"] == account).map(|it| it["in_force"] == true).collect()
    };
    let list = json(&store, &["access", "list"]);
    let found: [Vec<bool>; 3] = ["lab-1", "lab-2", "local"].map(|it| of(&list, it));
    assert_eq!(found, [vec![false], vec![true], vec![true]]);
    serving.stop();

    let list = json(&store, &["access", "list"]);
    assert_eq!(of(&list, "local"), vec![false], "it was taken back when the service ended");
    assert!(!store.join("service/running.json").exists());
    let text = portolan(&store, &["access", "list"]).out;
    let token = during["token"].as_str().unwrap();
    assert!(text.contains("lab-2") && !text.contains(token) && !list.to_string().contains(token));
}

#[test]
fn a_password_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let words = ["access", "password", "anna", "--from", file.to_str().unwrap()];
    let called = portolan(&store, &words);
    assert_eq!((called.code, called.out.as_str()), (0, "password set: anna\n"), "{}", called.err);
    let mut child = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .args(["access", "password", "bert"])
        .env("PORTOLAN_STORE", &store)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
    let kept = std::fs::read_to_string(store.join("service/passwords.json")).unwrap();
    assert!(kept.contains("anna") && kept.contains("bert") && !kept.contains(PASSWORD));
    let ended = std::fs::read_to_string(store.join("service/sessions.json")).unwrap();
    assert!(ended.contains("anna") && ended.contains("bert"), "who is signed in is not any more");
    for bad in ["", "short", &"x".repeat(2000)] {
        std::fs::write(&file, bad).unwrap();
        refused(&store, &words, 2, "a password has 12 characters or more");
    }
    std::fs::write(&file, [0xff; 20]).unwrap();
    refused(&store, &words, 2, "cannot read the password");
}

#[test]
fn what_cannot_be_granted_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    refused(&store, &["access", "list"], 2, "there is no store");
    refused(&store, &["access", "revoke", "g-1", "--reason", "x"], 2, "there is no store");
    refused(&store, &grant("x", "root", "token"), 2, "is no role");
    refused(&store, &grant("x", "vendor:", "token"), 2, "is no role");
    refused(&store, &grant("A B", "lab", "token"), 2, "is not an identifier");
    refused(&store, &grant("local", "lab", "token"), 2, "the machine's own");
    let late = [&grant("x", "lab", "token")[..], &["--until", "2020-01-01"]].concat();
    refused(&store, &late, 2, "has passed");
    let more = [&grant("x", "auditor", "token")[..], &["--scope", "control"]].concat();
    refused(&store, &more, 2, "has no scope control");
    let unknown = [&grant("x", "auditor", "token")[..], &["--scope", "all"]].concat();
    refused(&store, &unknown, 2, "there is no scope all");
    let role = ["--oidc-role", "a=auditor", "--oidc-client", "x"];
    let issuer = ["--oidc-issuer", "http://login.example"];
    refused(&store, &serve(&[&issuer[..], &role].concat()), 2, "an issuer is an https:// address");
    refused(&store, &serve(&issuer), 2, "--oidc-client");
    refused(&store, &serve(&["--oidc-role", "auditor"]), 2, "VALUE=ROLE");
}
