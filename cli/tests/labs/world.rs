//! A service in a process of its own, over a store of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Means, Role, Scope};
use domain::event::{AccessEvent, AccessGranted, Event, Recorded};
use domain::ids::Sha256Digest;
use runner::remote::{Door, Token, Way};
use store::{Append, Direction, DiskLog, EventLog, Expected, NewKey, Settings, Snapshot};
use uuid::Uuid;

use crate::called::Called;

/// A store, and the service that owns it while it runs.
pub(crate) struct World {
    folder: tempfile::TempDir,
    served: Option<Child>,
    address: String,
}

impl World {
    /// A store with a lab's and an operator's token, and its service.
    pub(crate) fn start() -> Self {
        Self::start_as(&[])
    }

    /// The same, called with more words.
    pub(crate) fn start_as(words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        grant(&folder.path().join("store"));
        let mut world = Self { folder, served: None, address: String::new() };
        world.serve(words);
        world
    }

    /// Starts the service, at whatever port is free.
    pub(crate) fn serve(&mut self, words: &[&str]) {
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        self.address = loop {
            let mut line = String::new();
            assert!(told.read_line(&mut line).unwrap() > 0, "the service ended: {said}");
            if let Some((_, at)) = line.split_once("serving at ").map(|(before, at)| {
                (before, at.trim_start_matches("https://").trim_start_matches("http://"))
            }) {
                break at.trim().trim_end_matches('/').to_owned();
            }
            said.push_str(&line);
        };
        // It must not wait for somebody who reads what it tells.
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
        self.served = Some(child);
    }

    /// Ends the service at once, in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.served.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Where the service listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// A folder beside the store, for a lab.
    pub(crate) fn elsewhere(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, working in the store.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_in(&self.store(), words)
    }

    /// The program, working in another store.
    pub(crate) fn command_in(&self, store: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
        command.args(words).stdin(Stdio::null());
        command.env_remove("PORTOLAN_TOKEN").env("PORTOLAN_STORE", store);
        command
    }

    pub(crate) fn call(&self, words: &[&str]) -> Called {
        self.command(words).output().unwrap().into()
    }

    /// Tells the store how its running service is found.
    pub(crate) fn announce(&self) {
        let folder = self.store().join("service");
        std::fs::create_dir_all(&folder).unwrap();
        let pid = self.served.as_ref().unwrap().id();
        let running =
            serde_json::json!({"url": self.url(), "token": token("operator"), "pid": pid});
        std::fs::write(folder.join("running.json"), running.to_string()).unwrap();
    }

    /// Every event so far, read beside the service.
    pub(crate) fn events(&self) -> Vec<Recorded> {
        let snapshot = Snapshot::take(&self.store()).unwrap();
        snapshot.read(0, Direction::Forward).map(Result::unwrap).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The token of a role.
pub(crate) fn token(role: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256Digest::of(role.as_bytes()).to_bytes())
}

/// The door at an address, as a lab or as an operator.
pub(crate) fn door(address: &str, role: &str) -> Door {
    let token = Token::read(&token(role).into()).unwrap();
    let server = &format!("http://{address}");
    Door::new(Way { server, token, authorities: None, in_plain_text: false }).unwrap()
}

/// Makes a store in which a lab and an operator have tokens.
fn grant(store: &Path) {
    let key = NewKey { origin: "portolan.invalid/labs".to_owned(), seed: [7; 32] };
    let settings = Settings { new_key: Some(key), ..Settings::default() };
    let log: Arc<dyn EventLog> = Arc::new(DiskLog::open(store, &settings).unwrap());
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    for (role, is) in [("lab", Role::Lab), ("operator", Role::Operator)] {
        let secret = Base64UrlUnpadded::decode_vec(&token(role)).unwrap();
        let granted = AccessGranted {
            grant: format!("g-{role}").parse().unwrap(),
            account: role.parse().unwrap(),
            role: is,
            scopes: vec![Scope::Read, Scope::Record, Scope::Control],
            means: Means::Token,
            secret_sha256: Some(Sha256Digest::of(&secret)),
            expires: None,
            reason: "a test".to_owned(),
            by: "tester".to_owned(),
        };
        let append = Append {
            stream: "access".to_owned(),
            expected: Expected::Any,
            command: Uuid::new_v5(&Uuid::NAMESPACE_URL, role.as_bytes()),
            at,
            events: vec![Event::Access(AccessEvent::AccessGranted(granted))],
        };
        log.append_all(vec![append]).into_iter().for_each(|it| drop(it.unwrap()));
    }
}
