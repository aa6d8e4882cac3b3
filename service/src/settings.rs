//! How the service is run: where it listens, by what it judges, what it bears.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::policy::Policy;
use jiff::Timestamp;

use crate::access::OidcSettings;

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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            head: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            connections: 2_000,
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("policy", &self.policy.label())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
