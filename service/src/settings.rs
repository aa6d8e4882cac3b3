//! How the service is run: where it listens, by what it judges, what it bears.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::policy::Policy;
use jiff::Timestamp;

use crate::access::OidcSettings;
use crate::bounces::ReadBounce;
use crate::connection::Pace;
use crate::door::LabLimits;
use crate::tls::TlsFiles;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where 256 random bits come from; nothing when the system gives none.
pub type Random = Arc<dyn Fn() -> Option<[u8; 32]> + Send + Sync>;

/// How the service is run.
#[derive(Clone)]
pub struct Settings {
    /// Where it listens; port 0 for any that is free.
    pub listen: SocketAddr,
    /// How others call it, such as `https://portolan.example`; none for the address it listens at.
    pub public_url: Option<String>,
    /// By what it judges, unless a page asks for another.
    pub policy: Policy,
    /// Policies that a page may ask for by name, those that are shipped.
    pub policies: Vec<Policy>,
    /// What it bears.
    pub limits: Limits,
    /// How it stands on the network.
    pub network: Network,
    /// Threads that answer requests.
    pub workers: usize,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where random bits come from.
    pub random: Random,
    /// Where it keeps what is its own: its key, passwords, and where it can be found.
    pub folder: PathBuf,
    /// Another's door at which people may sign in; none for local accounts only.
    pub oidc: Option<OidcSettings>,
    /// How a message that a mail server sent back is read; none where no letters are written.
    pub bounces: Option<ReadBounce>,
}

/// How the service stands on the network. The default is for one machine: no encryption, loopback
/// only, no proxy.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The certificate and its key; none for no encryption.
    pub tls: Option<TlsFiles>,
    /// Whether a proxy in front encrypts, so that this may listen beyond loopback without.
    pub is_behind_proxy: bool,
    /// Proxies whose word about the other end is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where metrics can be read without a token, on loopback; none for nowhere.
    pub metrics: Option<SocketAddr>,
    /// The folder of the log, whose disk must not be full; none when it is not known.
    pub store: Option<PathBuf>,
}

/// What the service bears before it says no.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest body of a request, in bytes; evidence has a limit of its own.
    pub body_bytes: usize,
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How long a connection without a request is kept.
    pub idle: Duration,
    /// How long requests under way may take after the service was told to stop.
    pub grace: Duration,
    /// Connections at once, per thread.
    pub connections: usize,
    /// What labs may send and take.
    pub labs: LabLimits,
    /// Connections at once of one peer.
    pub connections_per_peer: usize,
    /// Requests of one peer in a second, for long; programs on this machine are not counted.
    pub requests_per_second: u32,
    /// Requests of one peer at once, after a while without any.
    pub requests_at_once: u32,
    /// Longest path with its query, in bytes.
    pub target_bytes: usize,
    /// Largest head of a request, in bytes; actix-web reads 128 KiB and 96 fields at most.
    pub head_bytes: usize,
    /// How long a request may take until its answer begins, counted from the last bytes of its body.
    pub request: Duration,
    /// How fast a body must arrive, and an answer be taken.
    pub pace: Pace,
    /// What takes longer is told in the log as a warning.
    pub slow: Duration,
    /// Bytes that must be free on the log's disk for the service to be ready.
    pub free_bytes: u64,
    /// Who may watch campaigns at once.
    pub watchers: usize,
    /// How many of them may be one account's.
    pub watchers_per_account: usize,
    /// How many of them may be one peer's that nobody knows; programs on this machine are not counted.
    pub watchers_per_peer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            head: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            connections: 2_000,
            labs: LabLimits::default(),
            connections_per_peer: 512,
            requests_per_second: 300,
            requests_at_once: 3_000,
            target_bytes: 8 << 10,
            head_bytes: 32 << 10,
            request: Duration::from_mins(5),
            pace: Pace { bytes: 1 << 10, window: Duration::from_secs(30) },
            slow: Duration::from_secs(2),
            free_bytes: 64 << 20,
            watchers: 2_000,
            watchers_per_account: 32,
            watchers_per_peer: 128,
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("policy", &self.policy.label())
            .field("network", &self.network)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
