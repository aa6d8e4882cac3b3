//! What every handler works with.

use std::sync::Arc;

use domain::access::Viewer;
use domain::ids::Sha256Digest;
use ingest::Desk;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::door::Door;
use crate::library::Library;
use crate::metrics::Metrics;
use crate::settings::Settings;

/// The service: the read side, and how it is run.
#[derive(Debug)]
pub struct Service {
    /// How it is run.
    pub settings: Settings,
    /// What can be read.
    pub library: Arc<Library>,
    /// Pages that were made before.
    pub cache: Cache,
    /// The single writer of what is recorded.
    pub desk: Arc<Desk>,
    /// What labs may take, and how fast they may send.
    pub door: Door,
    /// Cancelled when the service has been told to stop: whatever is endless, such as a stream of
    /// events, ends then.
    pub stopping: CancellationToken,
    /// What is counted.
    pub metrics: Metrics,
}

impl Service {
    /// A service over this library, with the desk of the same log.
    #[must_use]
    pub fn new(settings: Settings, library: Arc<Library>, desk: Arc<Desk>, door: Door) -> Self {
        let metrics = Metrics::new(&library);
        let (cache, stopping) = (Cache::default(), CancellationToken::new());
        Self { settings, library, cache, desk, door, stopping, metrics }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// Whoever shows this secret.
    #[must_use]
    pub fn viewer_by_secret(&self, secret: &[u8]) -> Viewer {
        let digest = Sha256Digest::of(secret);
        self.library.access(|access| access.by_secret(digest, self.now()))
    }
}
