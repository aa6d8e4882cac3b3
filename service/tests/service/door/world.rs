//! A service with labs and operators who hold tokens, and a clock that tests move.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Means, Role};
use domain::command::{Command, RecordStep};
use domain::event::{AccessEvent, AccessGranted, Event, Outcome, Pins};
use domain::ids::{CampaignId, Sha256Digest};
use domain::plan::{Selection, Trial, plan};
use domain::policy::Policy;
use domain::step::Step;
use domain::testbed::Testbed;
use domain::wire::{Accepted, Leased, OfferRequest, Submission, SubmissionVersion};
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value as Json, json};
use service::door::{self, LabLimits};
use service::server::{self, Running};
use service::service::Service;
use service::settings::{Limits, Network, Settings};
use store::{Append, DiskLog, Expected, NewKey};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::opened;

/// Who has a token: two labs, an operator, and an auditor who may only read.
pub(crate) const ACCOUNTS: [&str; 4] = ["lab-1", "lab-2", "operator", "auditor"];

/// A running service.
pub(crate) struct World {
    /// Where it is: `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// What handlers work with.
    pub(crate) service: Arc<Service>,
    client: Client,
    seconds: Arc<AtomicI64>,
    limits: LabLimits,
    tasks: Vec<JoinHandle<()>>,
    running: server::Stop,
    folder: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(LabLimits::default()).await
    }

    pub(crate) async fn with(limits: LabLimits) -> Self {
        let folder = TempDir::new().unwrap();
        let log = log(&folder);
        for account in ACCOUNTS {
            grant(&log, account);
        }
        let seconds = Arc::new(AtomicI64::new(1_800_000_000));
        Self::serve(folder, Arc::new(log), (seconds, limits)).await
    }

    async fn serve(
        folder: TempDir,
        log: Arc<DiskLog>,
        (seconds, limits): (Arc<AtomicI64>, LabLimits),
    ) -> Self {
        let settings = settings(folder.path(), limits, Arc::clone(&seconds));
        let service = opened::service(folder.path(), &log, settings);
        let service = Arc::new(service);
        let follow = Arc::clone(&service.library).follow(service.background.clone());
        let Running { address, stop, server, .. } = server::build(Arc::clone(&service)).unwrap();
        let tasks = vec![
            tokio::spawn(async move { drop(follow.await) }),
            tokio::spawn(async move { drop(server.await) }),
            tokio::spawn(door::tend(Arc::clone(&service))),
        ];
        let (url, client) = (format!("http://{address}"), Client::new());
        Self { url, service, client, seconds, limits, tasks, running: stop, folder }
    }

    /// The same store after the service was stopped and started anew.
    pub(crate) async fn again(self) -> Self {
        let Self { service, seconds, limits, tasks, running, folder, .. } = self;
        running.gracefully().await;
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
        drop((service, running));
        let open = || DiskLog::open(&folder.path().join("store"), &store::Settings::default());
        let mut log = open();
        for _ in 0..1000 {
            // A thread that still reads lets go in a moment.
            if !matches!(log, Err(store::StoreError::InUse { .. })) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            log = open();
        }
        let log = log.unwrap();
        Self::serve(folder, Arc::new(log), (seconds, limits)).await
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A request of somebody.
    pub(crate) fn ask(&self, who: &str, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(token(who))
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Json) -> Response {
        let request = self.ask(who, Method::POST, path).header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    /// Sends a batch as the first lab.
    pub(crate) async fn send(&self, submission: &Submission) -> Response {
        self.post("lab-1", "/api/v1/events", &serde_json::to_value(submission).unwrap()).await
    }

    /// What became of a batch that is taken.
    pub(crate) async fn record(&self, submission: &Submission) -> Accepted {
        let answer = self.send(submission).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn state(&self, campaign: &str) -> Json {
        let path = format!("/api/v1/campaigns/{campaign}/state");
        let answer = self.ask("lab-1", Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Offers a campaign of one route: a trial for each pair of platforms.
    pub(crate) async fn offer(&self, campaign: &str) -> Response {
        self.post("operator", "/api/v1/campaigns", &offer(campaign)).await
    }

    /// Takes work that must be there.
    pub(crate) async fn lease(&self, who: &str, most: u32) -> Leased {
        let answer = self.post(who, "/api/v1/leases", &wanted(most)).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Every event of a campaign, by name.
    pub(crate) fn events(&self, campaign: &str) -> Vec<&'static str> {
        let stream = format!("campaign/{campaign}");
        let all = self.service.desk.log().read_stream(&stream, 0, store::Direction::Forward);
        all.map(|it| it.unwrap().event.name()).collect()
    }
}

/// The problem in an answer: its class and its words.
pub(crate) async fn problem(answer: Response) -> (u16, String, Json) {
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{text}");
    let json: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(json["status"], status);
    assert!(json["detail"].as_str().unwrap().len() < 1000, "{text}");
    (status, json["type"].as_str().unwrap().to_owned(), json)
}

pub(crate) fn id(name: &str) -> CampaignId {
    name.parse().unwrap()
}

pub(crate) fn testbed() -> Testbed {
    let small = include_str!("../../../../lab/testbeds/small.toml");
    toml::from_str::<Testbed>(small).unwrap().validate().unwrap()
}

pub(crate) fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

pub(crate) fn offer(campaign: &str) -> Json {
    let (testbed, plan) = (testbed(), trials());
    serde_json::to_value(OfferRequest { campaign: id(campaign), testbed, plan }).unwrap()
}

/// A request for work of a lab that reaches everything.
pub(crate) fn wanted(most: u32) -> Json {
    let platforms: Vec<String> = testbed().platforms.iter().map(|it| it.id.to_string()).collect();
    json!({"lab": "north", "platforms": platforms, "pins": {}, "most": most})
}

pub(crate) fn start() -> Command {
    Command::StartCampaign { testbed: Box::new(testbed()), pins: Pins::new(), plan: trials() }
}

pub(crate) fn step(trial: &Trial, step: Step) -> Command {
    ended(trial, (step, 0), Outcome::Completed)
}

pub(crate) fn ended(trial: &Trial, (step, attempt): (Step, u32), outcome: Outcome) -> Command {
    Command::RecordStep(RecordStep {
        trial: trial.clone(),
        step,
        attempt,
        outcome,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "act".to_owned(),
        duration_ms: 7,
    })
}

/// All seven steps of a trial.
pub(crate) fn walk(trial: &Trial) -> Vec<Command> {
    Step::ALL.into_iter().map(|it| step(trial, it)).collect()
}

pub(crate) fn batch(campaign: &str, commands: Vec<Command>) -> Submission {
    let (schema, campaign) = (SubmissionVersion::V1, id(campaign));
    Submission { schema, campaign, expected_version: None, lease: None, commands }
}

/// The same under a lease.
pub(crate) fn leased(lease: &Leased, commands: Vec<Command>) -> Submission {
    let id = Some(lease.lease.as_str().to_owned());
    Submission { lease: id, ..batch(lease.campaign.as_str(), commands) }
}

fn log(folder: &TempDir) -> DiskLog {
    let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    let settings = store::Settings { new_key, ..store::Settings::default() };
    DiskLog::open(&folder.path().join("store"), &settings).unwrap()
}

fn secret(account: &str) -> [u8; 32] {
    Sha256Digest::of(account.as_bytes()).to_bytes()
}

pub(crate) fn token(account: &str) -> String {
    Base64UrlUnpadded::encode_string(&secret(account))
}

fn grant(log: &DiskLog, account: &str) {
    let role = match account {
        "operator" => Role::Operator,
        "auditor" => Role::Auditor,
        _ => Role::Lab,
    };
    let granted = AccessGranted {
        grant: format!("g-{account}").parse().unwrap(),
        account: account.parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(&secret(account))),
        expires: None,
        reason: "a test".to_owned(),
        by: "ada".to_owned(),
    };
    let events = vec![Event::Access(AccessEvent::AccessGranted(granted))];
    let number = store::EventLog::head(log);
    let command = serde_json::from_value(format!("{number:032x}").into()).unwrap();
    let (stream, at) = (domain::access::STREAM.to_owned(), Timestamp::UNIX_EPOCH);
    let append = Append { stream, expected: Expected::Any, command, at, events };
    store::EventLog::append(log, append).unwrap();
}

fn policy() -> Policy {
    let text = include_str!("../../../../reports/tests/shown/policy.toml");
    toml::from_str::<Policy>(text).unwrap().validate().unwrap()
}

fn settings(folder: &Path, labs: LabLimits, seconds: Arc<AtomicI64>) -> Settings {
    let drawn = AtomicU64::new(0);
    let random = move || {
        let number = drawn.fetch_add(1, Ordering::SeqCst);
        Some(Sha256Digest::of(&number.to_be_bytes()).to_bytes())
    };
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        policy: policy(),
        policies: Vec::new(),
        limits: Limits { labs, ..Limits::default() },
        network: Network::default(),
        workers: 2,
        clock: Arc::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap()),
        random: Arc::new(random),
        folder: folder.join("service"),
        oidc: None,
        bounces: None,
    }
}
