//! A service over a store of its own, with a made-up campaign and a clock that tests move.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::access::{Means, Role};
use domain::event::Recorded;
use domain::ids::{AccountId, GrantId, Sha256Digest};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use service::access::{Given, Wanted};
use service::bounces::NotBounced;
use service::server;
use service::service::Service;
use service::settings::{Limits, Network, Settings};
use store::{Append, DiskLog, EventLog, Expected, NewKey};
use tempfile::TempDir;

use crate::{fixture, opened};

/// A running service.
pub(crate) struct World {
    /// Where it can be called, without a slash at the end.
    pub(crate) url: String,
    /// The service itself.
    pub(crate) service: Arc<Service>,
    log: Arc<DiskLog>,
    folder: TempDir,
    clock: Arc<Mutex<Timestamp>>,
}

impl World {
    /// Starts one over a new store, on any free port of loopback.
    pub(crate) async fn start() -> Self {
        Self::start_as(|_| {}).await
    }

    /// Starts one whose settings are changed before.
    pub(crate) async fn start_as(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Mutex::new("2026-12-01T08:00:00Z".parse().unwrap()));
        let mut settings = settings(folder.path(), &clock);
        change(&mut settings);
        let log = store(folder.path());
        let service = Arc::new(opened::service(folder.path(), &log, settings));
        tokio::spawn(Arc::clone(&service.library).follow(service.background.clone()));
        let running = server::build(Arc::clone(&service)).unwrap();
        let url = format!("http://{}", running.address);
        tokio::spawn(running.server);
        Self { url, service, log, folder, clock }
    }

    /// Another service over the same log and files, as after a start.
    pub(crate) async fn start_again(&mut self) {
        let settings = settings(self.folder.path(), &self.clock);
        let service = Arc::new(opened::service(self.folder.path(), &self.log, settings));
        tokio::spawn(Arc::clone(&service.library).follow(service.background.clone()));
        let running = server::build(Arc::clone(&service)).unwrap();
        self.url = format!("http://{}", running.address);
        tokio::spawn(running.server);
        self.service = service;
    }

    /// The folder of the store.
    pub(crate) fn store(&self) -> &Path {
        self.folder.path()
    }

    /// Moves the clock on.
    pub(crate) fn pass(&self, time: SignedDuration) {
        *self.clock.lock().unwrap() += time;
    }

    /// Gives this role to an account of the same name; what is shown to prove it.
    pub(crate) fn grant(&self, role: &str) -> String {
        let role: Role = role.parse().unwrap();
        let account = role.word().to_owned();
        let given = self.give(&account, role, Means::Token);
        given.secret.unwrap().expose_secret().to_owned()
    }

    /// Gives an account a role.
    pub(crate) fn give(&self, account: &str, role: Role, means: Means) -> Given {
        let wanted = Wanted {
            account: account.parse::<AccountId>().unwrap(),
            role,
            scopes: None,
            means,
            expires: None,
            reason: "a test".to_owned(),
            by: "tester".to_owned(),
        };
        self.service.give(wanted).unwrap()
    }

    /// Takes a grant back.
    pub(crate) fn revoke(&self, grant: &GrantId) {
        let (desk, now) = (&self.service.access, self.service.now());
        service::access::revoke(desk, grant, ("a test", "tester"), now).unwrap();
    }

    /// Everything that was recorded so far.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.service.library.log().read(0, store::Direction::Forward).map(Result::unwrap).collect()
    }
}

fn settings(folder: &Path, clock: &Arc<Mutex<Timestamp>>) -> Settings {
    let (clock, drawn) = (Arc::clone(clock), AtomicU64::new(0));
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        policy: fixture::policy(),
        policies: Vec::new(),
        limits: Limits::default(),
        network: Network::default(),
        workers: 1,
        clock: Arc::new(move || *clock.lock().unwrap()),
        // Not random at all, but never the same twice.
        random: Arc::new(move || {
            let number = drawn.fetch_add(1, Ordering::Relaxed);
            Some(Sha256Digest::of(&number.to_be_bytes()).to_bytes())
        }),
        folder: folder.join("service"),
        oidc: None,
        // What mail says is told by the command line: here everything is something else.
        bounces: Some(Arc::new(|_, _| Err(NotBounced::Message("no report".to_owned())))),
    }
}

/// A store with the campaign that the tests of the reports tell.
fn store(folder: &Path) -> Arc<DiskLog> {
    let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    let log = DiskLog::open(folder, &store::Settings { new_key, ..Default::default() }).unwrap();
    let appends = fixture::events().into_iter().map(|it| Append {
        stream: format!("campaign/{}", it.stream),
        expected: Expected::Any,
        command: it.command,
        at: it.at,
        events: vec![it.event],
    });
    for appended in log.append_all(appends.collect()) {
        appended.unwrap();
    }
    Arc::new(log)
}
