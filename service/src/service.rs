//! What every handler works with.

use std::sync::{Arc, Mutex};

use domain::access::Viewer;
use domain::ids::Sha256Digest;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::library::Library;
use crate::live::Hub;
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
    /// Cancelled when the service has been told to stop: whatever is endless, such as a stream of
    /// events, ends then.
    pub stopping: CancellationToken,
    /// Who watches campaigns as they run.
    pub live: Hub,
    /// Held while a piece of evidence is read.
    pub(crate) fetching: Mutex<()>,
    /// Held while the whole log is judged anew.
    pub(crate) judging: Mutex<()>,
}

impl Service {
    /// A service over this library.
    #[must_use]
    pub fn new(settings: Settings, library: Arc<Library>) -> Self {
        Self {
            live: Hub::new(settings.limits.watchers),
            settings,
            library,
            cache: Cache::default(),
            stopping: CancellationToken::new(),
            fetching: Mutex::default(),
            judging: Mutex::default(),
        }
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
