//! A service that is killed while labs send: what it acknowledged is there, and nothing is there
//! twice.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assert_cmd::cargo::CommandCargoExt as _;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Means, Role, Scope};
use domain::command::{Command, RecordStep};
use domain::event::{AccessEvent, AccessGranted, Event, Outcome, Pins};
use domain::ids::Sha256Digest;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use domain::wire::{Accepted, Submission, SubmissionVersion};
use jiff::Timestamp;
use store::{Append, DiskLog, EventLog as _, Expected, NewKey, Settings};
use tempfile::TempDir;

const LABS: usize = 4;
const SECRET: [u8; 32] = [9; 32];

/// A service in a process of its own; it dies with this.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(store: &Path) -> Self {
        let mut program = Program::cargo_bin("portolan").unwrap();
        program.arg("--store").arg(store).args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = program.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, url) = line.split_once("serving at http://")?;
            Some(url.trim_end_matches('/').to_owned())
        });
        // What it says later must have somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.unwrap() }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_killed_service_loses_no_acknowledged_event_and_doubles_none() {
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store-of-labs");
    grant(&store);
    let batches: Vec<Vec<Submission>> = (0..LABS).map(batches).collect();
    let mut acknowledged = vec![0_usize; LABS];
    for kill_after in [3, 40, 90] {
        let mut serving = Serving::start(&store);
        let answered = Arc::new(AtomicU64::new(0));
        let labs = batches.iter().zip(&acknowledged).map(|(batches, &before)| {
            let (address, batches) = (serving.address.clone(), batches.clone());
            let answered = Arc::clone(&answered);
            std::thread::spawn(move || deliver(&address, &batches, (before, &answered)))
        });
        let labs: Vec<_> = labs.collect();
        // Killed while the others are in the middle of theirs.
        while answered.load(Ordering::SeqCst) < kill_after {
            std::thread::yield_now();
        }
        serving.kill();
        for (lab, own) in labs.into_iter().zip(&mut acknowledged) {
            *own = (*own).max(lab.join().unwrap());
        }
    }
    let total = batches[0].len();
    assert!(acknowledged.iter().any(|it| *it < total), "killed in the middle");
    let serving = Serving::start(&store);
    for (own, batches) in acknowledged.iter().zip(&batches) {
        for (place, batch) in batches.iter().enumerate() {
            let accepted = send(&serving.address, batch).unwrap();
            assert_eq!(accepted.refused, None);
            let known = accepted.recorded.iter().all(|it| it.repeated);
            assert!(known || place >= *own, "an acknowledged event is lost");
        }
    }
    drop(serving);
    let log = DiskLog::open(&store, &Settings::default()).unwrap();
    let all = log.read(0, store::Direction::Forward).map(|it| it.unwrap().event);
    let steps = all.filter(|it| matches!(it, Event::StepFinished(_))).count();
    let planned: usize = batches.iter().flatten().map(|it| it.commands.len()).sum();
    assert_eq!(steps, planned - LABS, "each step once: all commands but the starts");
    drop(log);
    let mut verify = Program::cargo_bin("portolan").unwrap();
    let verified = verify.arg("--store").arg(&store).args(["log", "verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Sends batches in order until the service is gone; how many are known to be recorded.
fn deliver(address: &str, batches: &[Submission], (from, answered): (usize, &AtomicU64)) -> usize {
    // The last one that was acknowledged is sent again: its answer may have been lost.
    for (place, batch) in batches.iter().enumerate().skip(from.saturating_sub(1)) {
        let Some(accepted) = send(address, batch) else { return place };
        assert_eq!(accepted.refused, None);
        answered.fetch_add(1, Ordering::SeqCst);
    }
    batches.len()
}

/// One request; none when the service is gone before its whole answer was there.
fn send(address: &str, batch: &Submission) -> Option<Accepted> {
    let body = serde_json::to_string(batch).unwrap();
    let token = Base64UrlUnpadded::encode_string(&SECRET);
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).ok()
}

/// A campaign of one lab: its start, then all steps of all trials.
fn batches(lab: usize) -> Vec<Submission> {
    let testbed: Testbed = toml::from_str(include_str!("../../lab/testbeds/small.toml")).unwrap();
    let trials = plan(&testbed, &Selection::default(), 10).unwrap();
    let (testbed, pins, plan) = (Box::new(testbed), Pins::new(), trials.clone());
    let mut commands = vec![Command::StartCampaign { testbed, pins, plan }];
    commands.extend(trials.iter().flat_map(|it| Step::ALL.map(|step| record(it, step))));
    let batch = |commands: &[Command]| Submission {
        schema: SubmissionVersion::V1,
        campaign: format!("lab-{lab}").parse().unwrap(),
        expected_version: None,
        lease: None,
        commands: commands.to_vec(),
    };
    commands.chunks(16).map(batch).collect()
}

fn record(trial: &Trial, step: Step) -> Command {
    Command::RecordStep(RecordStep {
        trial: trial.clone(),
        step,
        attempt: 0,
        outcome: Outcome::Completed,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "act".to_owned(),
        duration_ms: 7,
    })
}

/// Makes the store, with a token for the labs in it.
fn grant(store: &Path) {
    let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    let log = DiskLog::open(store, &Settings { new_key, ..Settings::default() }).unwrap();
    let granted = AccessGranted {
        grant: "g-1".parse().unwrap(),
        account: "lab".parse().unwrap(),
        role: Role::Lab,
        scopes: vec![Scope::Record],
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(&SECRET)),
        expires: None,
        reason: "a test".to_owned(),
        by: "ada".to_owned(),
    };
    let events = vec![Event::Access(AccessEvent::AccessGranted(granted))];
    let command = serde_json::from_value(format!("{:032x}", 1).into()).unwrap();
    let (stream, at) = (domain::access::STREAM.to_owned(), Timestamp::UNIX_EPOCH);
    log.append(Append { stream, expected: Expected::Any, command, at, events }).unwrap();
}
