//! A service over an empty store with a few addresses of its own, and a client that knows only
//! sockets.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, Route, web};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{AccessCommand, Means, Role};
use domain::event::{AccessEvent, AccessGranted, Event};
use domain::ids::Sha256Digest;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use service::address::{Address, Who};
use service::peers;
use service::problem::Problem;
use service::routes;
use service::server::{Running, Stop, build_from};
use service::service::Service;
use service::settings::{Limits, Network, Settings};
use service::tls::Certificates;
use store::{Append, DiskLog, EventLog as _, Expected, NewKey};
use tokio::runtime::Runtime;
use tokio::sync::oneshot::{Receiver, channel};
use uuid::Uuid;

use crate::opened;

/// Nobody waits longer than this for what is sure to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the large answer: more than any buffer of the system holds.
pub(crate) const LARGE: usize = 24 << 20;

/// A service that runs until this is dropped.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// Where programs of this machine find it.
    pub(crate) near: SocketAddr,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) service: Arc<Service>,
    pub(crate) stop: Stop,
    pub(crate) certificates: Option<Arc<Certificates>>,
    pub(crate) runtime: Runtime,
    pub(crate) ended: Receiver<std::io::Result<()>>,
    pub(crate) log: Arc<DiskLog>,
    _folder: tempfile::TempDir,
}

impl Site {
    /// Starts with these settings.
    pub(crate) fn start(change: impl FnOnce(&mut Settings)) -> Self {
        Self::after(|_, _| {}, change)
    }

    /// The same, when something has happened to the log that the library has not seen yet.
    pub(crate) fn after(
        before: impl FnOnce(&DiskLog, &Path),
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = NewKey { origin: "test.invalid/log".to_owned(), seed: [7; 32] };
        let kept = store::Settings { new_key: Some(key), ..store::Settings::default() };
        let log = Arc::new(DiskLog::open(folder.path(), &kept).unwrap());
        let mut settings = settings();
        change(&mut settings);
        settings.folder = folder.path().join("service");
        let mut service = opened::service(folder.path(), &log, settings);
        service.problem_page = |problem, viewer, path| {
            let role = viewer.role().map_or("nobody", |it| it.word());
            Some(format!("<title>{}: {path} for {role}</title>", problem.kind))
        };
        let service = Arc::new(service);
        let library = Arc::clone(&service.library);
        before(&log, folder.path());
        let runtime = Runtime::new().unwrap();
        let _inside = runtime.enter();
        runtime.spawn(library.follow(service.background.clone()));
        let built = build_from(Arc::clone(&service), addresses).unwrap();
        let Running { address, near, metrics, certificates, stop, server, .. } = built;
        let (tell, ended) = channel();
        runtime.spawn(async move { tell.send(server.await) });
        drop(_inside);
        Self {
            address,
            near,
            metrics,
            service,
            stop,
            certificates,
            runtime,
            ended,
            log,
            _folder: folder,
        }
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// What it answers to these lines of a request, whose first is the request line.
    pub(crate) fn ask(&self, lines: &[&str]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request(lines).as_bytes()).unwrap();
        Answer::read(&mut stream)
    }

    /// A token of this role.
    pub(crate) fn token(&self, role: Role, account: &str) -> String {
        let secret = [u8::try_from(account.len()).unwrap(); 32];
        let seen = self.log.head() + 1;
        let command = AccessCommand::Grant(granted(role, account, &secret));
        self.service.access.record(command, at()).unwrap();
        let mut watch = self.service.library.watch();
        self.runtime.block_on(watch.wait_for(|it| *it >= seen)).unwrap();
        Base64UrlUnpadded::encode_string(&secret)
    }
}

fn granted(role: Role, account: &str, secret: &[u8]) -> AccessGranted {
    AccessGranted {
        grant: format!("g-{account}").parse().unwrap(),
        account: account.parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(secret)),
        expires: None,
        reason: "to test".to_owned(),
        by: "a test".to_owned(),
    }
}

fn at() -> Timestamp {
    "2026-11-23T11:00:00Z".parse().unwrap()
}

/// Records that an account was given a role, beside the service.
pub(crate) fn grant(log: &DiskLog, role: Role, account: &str, secret: &[u8]) {
    let granted = granted(role, account, secret);
    let append = Append {
        stream: domain::access::STREAM.to_owned(),
        expected: Expected::Any,
        command: Uuid::new_v5(&Uuid::NAMESPACE_URL, account.as_bytes()),
        at: at(),
        events: vec![Event::Access(AccessEvent::AccessGranted(granted))],
    };
    log.append(append).unwrap();
}

/// Settings of a service that serves tests.
pub(crate) fn settings() -> Settings {
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        policy: toml::from_str(include_str!("../../../../domain/policy/default.toml")).unwrap(),
        policies: Vec::new(),
        limits: Limits::default(),
        network: Network::default(),
        workers: 2,
        clock: Arc::new(move || now),
        random: Arc::new(|| Some([3; 32])),
        folder: PathBuf::new(),
        oidc: None,
        bounces: None,
    }
}

/// A request of these lines that wants the connection closed behind its answer.
pub(crate) fn request(lines: &[&str]) -> String {
    format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n"))
}

/// An answer, in full.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Reads until the connection is closed. Nothing at all is status 0.
    pub(crate) fn read(from: &mut impl std::io::Read) -> Self {
        let mut bytes = Vec::new();
        // Whoever is cut off sees an error behind what came before it.
        let _ = from.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default();
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// The value of a header field, by its name in small letters.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|it| it.split_once(": "));
        lines.find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    /// The problem in it.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.field("content-type"), Some("application/problem+json"), "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The service's own addresses and some of the tests'.
fn addresses() -> Vec<Address> {
    let own = [
        Address::post("/t/echo", Who::Anyone, || -> Route { web::to(echo) }),
        Address::post("/t/count", Who::Anyone, || -> Route { web::to(count) }),
        Address::post("/t/slow", Who::Anyone, || -> Route { web::to(slow) }),
        Address::get("/t/large", Who::Anyone, || -> Route { web::to(large) }),
        Address::get("/t/endless", Who::Anyone, || -> Route { web::to(endless) }),
        Address::get("/t/never", Who::Anyone, || -> Route { web::to(never) }),
        Address::get("/t/peer", Who::Anyone, || -> Route { web::to(peer) }),
        Address::get("/t/{id}/kept", Who::Known, || -> Route { web::to(kept) }),
        Address::get("/t/number/{id}", Who::Anyone, || -> Route { web::to(number) }),
    ];
    [routes::addresses(), own.to_vec()].concat()
}

async fn echo(body: Bytes) -> Bytes {
    body
}

async fn count(mut body: Payload) -> Result<String, actix_web::Error> {
    let mut bytes = 0;
    while let Some(part) = body.next().await {
        bytes += part?.len();
    }
    Ok(bytes.to_string())
}

async fn slow(body: Bytes) -> String {
    tokio::time::sleep(Duration::from_millis(500)).await;
    format!("done with {}", body.len())
}

async fn large() -> Bytes {
    Bytes::from(vec![b'x'; LARGE])
}

async fn endless(service: web::Data<Service>) -> HttpResponse {
    let ticks = futures_util::stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok::<_, actix_web::Error>(Bytes::from_static(b"data: tick\n\n"))
    });
    let stopping = service.stopping.clone();
    let ticks = ticks.take_until(stopping.cancelled_owned());
    HttpResponse::Ok().content_type("text/event-stream").streaming(ticks)
}

async fn never() -> &'static str {
    std::future::pending().await
}

async fn peer(request: HttpRequest) -> String {
    let leaked = request.headers().contains_key("x-forwarded-for");
    let peer = peers::of(&request).unwrap();
    format!("{} {} {leaked}", peer.address, peer.is_encrypted)
}

async fn kept() -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "private, max-age=5")).body("kept")
}

async fn number(id: web::Path<u32>) -> String {
    id.to_string()
}

/// What is said when a service with these settings does not start; nothing when it does.
pub(crate) fn refused(settings: Settings) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let key = NewKey { origin: "test.invalid/log".to_owned(), seed: [7; 32] };
    let kept = store::Settings { new_key: Some(key), ..store::Settings::default() };
    let log = Arc::new(DiskLog::open(folder.path(), &kept).unwrap());
    let settings = Settings { folder: folder.path().join("service"), ..settings };
    let service = opened::service(folder.path(), &log, settings);
    let runtime = Runtime::new().unwrap();
    let _inside = runtime.enter();
    let built = build_from(Arc::new(service), addresses);
    built.err().map(|it| it.to_string())
}
