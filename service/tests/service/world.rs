//! A running service over a store of its own, in which four campaigns have ended and one runs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{AccessCommand, Means, Role};
use domain::event::{
    AccessGranted, AccessRevoked, BaselineSet, CampaignStarted, EmbargoSet, Event, StepFinished,
    TrialsPlanned,
};
use domain::ids::{CampaignId, Sha256Digest};
use domain::letter::LetterCommand;
use domain::plan::{Selection, Trial, plan};
use domain::policy::Policy;
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response};
use service::server::{self, Running};
use service::service::Service;
use service::settings::{Limits, Network, Settings};
use store::{Append, DiskLog, EventLog as _, Expected, NewKey};
use tempfile::TempDir;

use crate::fixture::{pins, policy, testbed, walk_to};
use crate::opened;
use crate::tale::fate;
use crate::years::four_years;

/// The campaign that runs.
pub(crate) const RUNNING: &str = "c-2017";

/// A running service.
pub(crate) struct World {
    /// Where it is: `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// What handlers work with.
    pub(crate) service: Arc<Service>,
    /// The log itself.
    pub(crate) log: Arc<DiskLog>,
    /// Who asks.
    pub(crate) client: Client,
    clock: Arc<Clock>,
    _folder: TempDir,
}

/// A clock that tests move.
#[derive(Debug, Default)]
struct Clock {
    seconds: AtomicI64,
    millis: AtomicI64,
    /// Milliseconds that pass whenever somebody looks at it.
    pace: AtomicI64,
}

impl Clock {
    fn now(&self) -> Timestamp {
        let millis = self.millis.fetch_add(self.pace.load(Ordering::SeqCst), Ordering::SeqCst);
        let seconds = self.seconds.load(Ordering::SeqCst);
        Timestamp::from_millisecond(seconds * 1_000 + millis).unwrap()
    }
}

impl World {
    /// Four campaigns, a baseline, and a campaign that has come half of its way.
    pub(crate) async fn start() -> Self {
        Self::start_with(Limits::default()).await
    }

    /// The same in a service that bears no more than this.
    pub(crate) async fn start_with(limits: Limits) -> Self {
        Self::with(told(), limits, Network::default()).await
    }

    /// The same behind a proxy on this machine, whose word about the other end is believed.
    pub(crate) async fn start_behind_proxy(limits: Limits) -> Self {
        let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        Self::with(told(), limits, Network { trusted_proxies, ..Network::default() }).await
    }

    /// A service over these events, recorded one a second.
    pub(crate) async fn of(events: Vec<Event>) -> Self {
        Self::with(events, Limits::default(), Network::default()).await
    }

    async fn with(events: Vec<Event>, limits: Limits, network: Network) -> Self {
        let folder = TempDir::new().unwrap();
        let new_key = Some(NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
        let opened = store::Settings { new_key, ..store::Settings::default() };
        let log = Arc::new(DiskLog::open(&folder.path().join("store"), &opened).unwrap());
        let clock = Arc::new(Clock::default());
        let recorded = events.len() as i64;
        let first = start().as_second();
        let appends = (first..).zip(events).map(|(second, event)| {
            let number = u64::try_from(second - first).unwrap();
            decision(number, event, second)
        });
        log.append_all(appends.collect()).into_iter().for_each(|it| drop(it.unwrap()));
        log.checkpoint().unwrap();
        clock.seconds.store(first + recorded, Ordering::SeqCst);
        let settings = settings(folder.path(), limits, Arc::clone(&clock));
        let settings = Settings { network, ..settings };
        let service = Arc::new(opened::service(folder.path(), &log, settings));
        tokio::spawn(Arc::clone(&service.library).follow(service.background.clone()));
        let Running { address, server, .. } = server::build(Arc::clone(&service)).unwrap();
        tokio::spawn(server);
        let (url, client) = (format!("http://{address}"), Client::new());
        Self { url, service, log, client, clock, _folder: folder }
    }

    /// Records one more event, a second later, and waits until it is shown.
    pub(crate) async fn append(&self, event: Event) -> u64 {
        let at = self.clock.seconds.fetch_add(1, Ordering::SeqCst);
        self.log.append(decision(self.log.head(), event, at)).unwrap();
        let head = self.log.head();
        let mut seen = self.service.library.watch();
        seen.wait_for(|it| *it >= head).await.unwrap();
        head - 1
    }

    /// Lets so many milliseconds pass whenever somebody looks at the clock: work takes a while.
    pub(crate) fn pace(&self, millis: i64) {
        self.clock.pace.store(millis, Ordering::SeqCst);
    }

    /// A token of somebody in this role, with all it may do.
    pub(crate) async fn grant(&self, role: Role) -> String {
        let number = self.log.head();
        let secret = Sha256Digest::of(&number.to_be_bytes()).to_bytes();
        let granted = AccessGranted {
            grant: format!("g-{number}").parse().unwrap(),
            account: format!("a-{number}").parse().unwrap(),
            scopes: role.scopes().to_vec(),
            role,
            means: Means::Token,
            secret_sha256: Some(Sha256Digest::of(&secret)),
            expires: None,
            reason: "a test".to_owned(),
            by: "ada".to_owned(),
        };
        let at = Timestamp::from_second(self.clock.seconds.fetch_add(1, Ordering::SeqCst)).unwrap();
        self.service.access.record(AccessCommand::Grant(granted), at).unwrap();
        let mut seen = self.service.library.watch();
        seen.wait_for(|it| *it > number).await.unwrap();
        Base64UrlUnpadded::encode_string(&secret)
    }

    /// Takes back what somebody in this role was given.
    pub(crate) fn revoke(&self, role: &Role) {
        let grant = self.service.access.look(|it| {
            let mut grants = it.grants().map(|it| it.granted.what.clone());
            grants.find(|it| it.role == *role).unwrap().grant
        });
        let revoked = AccessRevoked { grant, reason: "a test".to_owned(), by: "ada".to_owned() };
        self.service.access.record(AccessCommand::Revoke(revoked), self.service.now()).unwrap();
    }

    /// Keeps a campaign from the public.
    pub(crate) fn embargo(&self, campaign: &str) {
        let embargo = EmbargoSet {
            campaign: campaign.parse().unwrap(),
            until: "2027-03-31T00:00:00Z".parse().unwrap(),
            reason: "vendors read it first".to_owned(),
            by: "ada".to_owned(),
        };
        let command = LetterCommand::Embargo(embargo);
        let noted = self.service.letters.record(&[], vec![command], self.service.now());
        assert!(noted.into_iter().all(|it| it.unwrap().is_some()));
    }

    /// A request for this path.
    pub(crate) fn ask(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    /// The answer to anybody who asks for this path.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.ask(path).send().await.unwrap()
    }

    /// The text at this path, as whoever shows this token sees it.
    pub(crate) async fn text(&self, path: &str, token: Option<&str>) -> String {
        let mut request = self.ask(path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status}: {text}");
        text
    }
}

/// Everything that has happened there.
pub(crate) fn told() -> Vec<Event> {
    let mut events: Vec<Event> = four_years().recorded().into_iter().map(|it| it.event).collect();
    events.push(baseline());
    events.extend(half());
    events
}

/// The next steps of the campaign that runs.
pub(crate) fn next_steps() -> Vec<StepFinished> {
    let trials = trials();
    let rest = trials.iter().skip(trials.len() / 2);
    rest.flat_map(|it| walk_to(&fate(it), it, &running(), &pins())).collect()
}

/// The campaign that runs.
pub(crate) fn running() -> CampaignId {
    RUNNING.parse().unwrap()
}

fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

fn half() -> Vec<Event> {
    let (campaign, testbed, trials, pins) = (running(), testbed(), trials(), pins());
    let walked = trials.iter().take(trials.len() / 2);
    let walked = walked.flat_map(|it| walk_to(&fate(it), it, &campaign, &pins));
    let walked: Vec<Event> = walked.map(Event::StepFinished).collect();
    let started = CampaignStarted { campaign: campaign.clone(), testbed, pins: pins.clone() };
    let planned = TrialsPlanned { campaign: campaign.clone(), trials: trials.clone() };
    let begun = [Event::CampaignStarted(started), Event::TrialsPlanned(planned)];
    begun.into_iter().chain(walked).collect()
}

fn baseline() -> Event {
    Event::BaselineSet(BaselineSet {
        name: "spring".parse().unwrap(),
        campaign: "c-2013".parse().unwrap(),
        versions: pins(),
        revision: 1,
        follows: None,
        reason: "the first that was complete".to_owned(),
        by: "ada".to_owned(),
    })
}

fn decision(number: u64, event: Event, second: i64) -> Append {
    let stream = match (&event, event.campaign()) {
        (Event::Access(_), _) => domain::access::STREAM.to_owned(),
        (Event::Letter(_), _) => domain::letter::STREAM.to_owned(),
        (Event::StepWithdrawn(_), _) | (_, None) => domain::declare::STREAM.to_owned(),
        (_, Some(id)) => format!("campaign/{id}"),
    };
    let command = serde_json::from_value(format!("{number:032x}").into()).unwrap();
    let at = Timestamp::from_second(second).unwrap();
    Append { stream, expected: Expected::Any, command, at, events: vec![event] }
}

fn settings(folder: &Path, limits: Limits, clock: Arc<Clock>) -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: Some("https://portolan.example".to_owned()),
        policy: policy(),
        policies: vec![policy(), harsh()],
        limits,
        workers: 2,
        clock: Arc::new(move || clock.now()),
        random: Arc::new(|| Some([7; 32])),
        network: Network::default(),
        folder: folder.join("service"),
        oidc: None,
        bounces: None,
    }
}

/// Another policy than the usual one.
pub(crate) fn harsh() -> Policy {
    let (name, version) = ("harsh".to_owned(), "1".to_owned());
    let mut policy = Policy { name, version, ..policy() };
    policy.rules.iter_mut().for_each(|it| it.otherwise = domain::score::Score::Failure);
    policy
}

fn start() -> Timestamp {
    "2026-11-23T08:30:00Z".parse().unwrap()
}
