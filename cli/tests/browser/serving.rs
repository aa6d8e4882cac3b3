//! A real `portolan serve`, and `portolan access` beside it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A service that is ended with this.
pub(crate) struct Serving {
    child: Child,
    store: PathBuf,
    /// Where it is.
    pub(crate) url: String,
    /// The link for the first operator.
    pub(crate) first: String,
}

impl Serving {
    /// Starts, and waits until it can be spoken to.
    pub(crate) fn start(store: &Path) -> Self {
        let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/tests/shown/policy.toml");
        let words = ["serve", "--listen", "127.0.0.1:0", "--policy", policy];
        let mut child = portolan(store, &words).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, said) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // What it says later is read too: nobody waits for a reader.
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|it| drop(sender.send(it)))
        });
        let url = link_in(&said, "serving at http");
        let first = link_in(&said, "/first/");
        // Other commands find it by this file.
        while !store.join("service/running.json").exists() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, store: store.to_owned(), url: url.trim_end_matches('/').to_owned(), first }
    }

    /// Gives an account a role, with a password.
    pub(crate) fn person(&self, account: &str, role: &str) {
        self.grant(account, role, "password");
        let file = self.store.with_extension("password");
        std::fs::write(&file, PASSWORD).unwrap();
        self.say(&["access", "password", account, "--from", file.to_str().unwrap()]);
    }

    /// Gives an account a role, and says what stands in the answer.
    pub(crate) fn grant(&self, account: &str, role: &str, means: &str) -> Value {
        let words = ["access", "grant", account, "--role", role, "--means", means];
        self.say(&[&words[..], &["--reason", "the autumn campaign"]].concat())
    }

    /// Runs a command beside the service.
    pub(crate) fn say(&self, words: &[&str]) -> Value {
        let words = [words, &["--json"]].concat();
        let said = portolan(&self.store, &words).output().unwrap();
        assert!(said.status.success(), "{words:?}: {}", String::from_utf8_lossy(&said.stderr));
        serde_json::from_slice(&said.stdout).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn portolan(store: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command.args(words).env("PORTOLAN_STORE", store);
    command.env_remove("PORTOLAN_LOG").env_remove("PORTOLAN_EVIDENCE");
    command
}

/// The address in the next line with these words.
fn link_in(said: &Receiver<String>, words: &str) -> String {
    loop {
        let line = said.recv().unwrap();
        if line.contains(words) {
            let found = line.split_whitespace().find(|it| it.starts_with("http://"));
            return found.unwrap().to_owned();
        }
    }
}
