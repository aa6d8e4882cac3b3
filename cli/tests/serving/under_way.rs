//! What is under way when the service is told to stop: it is answered, and what was acknowledged is
//! in the log.

use std::io::{Read as _, Write as _};
use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Means, Role};
use domain::command::Command;
use domain::event::{AccessEvent, AccessGranted, Event, Pins};
use domain::ids::Sha256Digest;
use domain::plan::{Selection, plan};
use domain::testbed::Testbed;
use domain::wire::{Submission, SubmissionVersion};
use rustix::process::Signal;
use store::{Append, Direction, DiskLog, EventLog as _, Expected, NewKey, Settings};

use crate::child::Serving;

const SECRET: [u8; 32] = [5; 32];

fn log(folder: &Path) -> DiskLog {
    let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    DiskLog::open(&folder.join("store"), &Settings { new_key, ..Settings::default() }).unwrap()
}

/// A store in which a lab has a token.
fn granted(folder: &Path) {
    let granted = AccessGranted {
        grant: "g-1".parse().unwrap(),
        account: "lab-1".parse().unwrap(),
        scopes: Role::Lab.scopes().to_vec(),
        role: Role::Lab,
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(&SECRET)),
        expires: None,
        reason: "to test".to_owned(),
        by: "a test".to_owned(),
    };
    let append = Append {
        stream: domain::access::STREAM.to_owned(),
        expected: Expected::NoStream,
        command: uuid::Uuid::nil(),
        at: "2026-11-23T06:00:00Z".parse().unwrap(),
        events: vec![Event::Access(AccessEvent::AccessGranted(granted))],
    };
    log(folder).append(append).unwrap();
}

/// A campaign that begins, as a request in two halves.
fn request(campaign: &str) -> (String, String) {
    let testbed = include_str!("../../../lab/testbeds/small.toml");
    let testbed: Testbed = toml::from_str(testbed).unwrap();
    let plan = plan(&testbed, &Selection::default(), 1).unwrap();
    let start = Command::StartCampaign { testbed: testbed.into(), pins: Pins::default(), plan };
    let submission = Submission {
        schema: SubmissionVersion::V1,
        campaign: campaign.parse().unwrap(),
        expected_version: Some(0),
        lease: None,
        commands: vec![start],
    };
    let body = serde_json::to_string(&submission).unwrap();
    let token = Base64UrlUnpadded::encode_string(&SECRET);
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (first, rest) = body.split_at(body.len() / 2);
    (format!("{head}{first}"), rest.to_owned())
}

#[test]
fn a_slow_batch_is_answered_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    granted(folder.path());
    let mut serving = Serving::start(folder.path(), &["--grace", "60"]);
    let half_sent: Vec<_> = ["c-1", "c-2", "c-3"]
        .map(|campaign| {
            let (mut stream, (first, rest)) = (serving.connect(), request(campaign));
            stream.write_all(first.as_bytes()).unwrap();
            (stream, rest)
        })
        .into();
    // Behind those three on their way: a whole one, so that they have been taken in.
    assert!(serving.ask(&["GET /readyz HTTP/1.1"]).starts_with("HTTP/1.1 200"));
    std::thread::sleep(std::time::Duration::from_millis(300));
    serving.signal(Signal::TERM);
    serving.until("stopping");
    for (mut stream, rest) in half_sent {
        stream.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let (status, said) = serving.end();
    assert_eq!(status.code(), Some(0), "{said:?}");
    let log = log(folder.path());
    for campaign in ["c-1", "c-2", "c-3"] {
        let stream = format!("campaign/{campaign}");
        let recorded = log.read_stream(&stream, 0, Direction::Forward);
        assert!(recorded.map(Result::unwrap).count() > 0, "{campaign}");
    }
    assert_eq!(log.checkpoints().unwrap().len(), 1);
}

#[test]
fn the_first_operators_link_opens_on_this_machine_whatever_others_call_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--public-url", "https://portolan.example"];
    let mut serving = Serving::start(folder.path(), &words);
    let link = serving.until("/first/");
    let found = folder.path().join("store/service/running.json");
    assert!(found.exists(), "who reads the link finds the service");
    let path = link.trim().strip_prefix(&format!("http://{}", serving.address)).unwrap();
    let answer = serving.ask(&[&format!("GET {path} HTTP/1.1")]);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
