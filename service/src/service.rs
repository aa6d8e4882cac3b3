//! What every handler works with.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use domain::access::{Known, Means, Viewer};
use ingest::{AccessDesk, Desk, LetterDesk};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::access::{Identity, NoIdentity, Secret};
use crate::background::Background;
use crate::cache::Cache;
use crate::door::Door;
use crate::kept::Makers;
use crate::library::Library;
use crate::live::Hub;
use crate::metrics::Metrics;
use crate::routes::{PROBLEM_PAGE, ProblemPage};
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
    /// The single writer of grants, sign-ins and disclosures; what it says about them is the newest.
    pub access: Arc<AccessDesk>,
    /// The single writer of letters, embargoes and publications.
    pub letters: Arc<LetterDesk>,
    /// What is needed to know who is there.
    pub identity: Identity,
    /// The single writer of what is recorded.
    pub desk: Arc<Desk>,
    /// What labs may take, and how fast they may send.
    pub door: Door,
    /// Cancelled when the service has been told to stop: whatever is endless, such as a stream of
    /// events, ends then.
    pub stopping: CancellationToken,
    /// Threads for what labs report, and for folding it into the pages.
    pub background: Background,
    /// What is counted.
    pub metrics: Metrics,
    /// The page for problems.
    pub problem_page: ProblemPage,
    /// Who watches campaigns as they run.
    pub live: Hub,
    /// Where it listens, once it does: the port is the one that it was given.
    pub(crate) listens: OnceLock<SocketAddr>,
    /// Held while a piece of evidence is read.
    pub(crate) fetching: Mutex<()>,
    /// Bounds the making of pages.
    pub(crate) makers: Makers,
    /// Held while the whole log is judged anew.
    pub(crate) judging: Mutex<()>,
}

/// What a service is made of: the read side and the writers of one log.
#[derive(Debug)]
pub struct Parts {
    /// What can be read.
    pub library: Arc<Library>,
    /// The single writer of what is recorded.
    pub desk: Arc<Desk>,
    /// The single writer of grants, sign-ins and disclosures.
    pub access: Arc<AccessDesk>,
    /// The single writer of letters, embargoes and publications.
    pub letters: Arc<LetterDesk>,
    /// What labs may take.
    pub door: Door,
}

impl Service {
    /// A service of these parts. What the service keeps for itself is made when it is not there.
    ///
    /// # Errors
    /// When that cannot be read or made.
    pub fn open(settings: Settings, parts: Parts) -> Result<Self, NoIdentity> {
        let Parts { library, desk, access, letters, door } = parts;
        let metrics = Metrics::new(&library);
        let identity = Identity::open(&settings, metrics.sign_ins_failed.clone())?;
        Ok(Self {
            live: Hub::new(&settings.limits),
            settings,
            library,
            cache: Cache::default(),
            access,
            letters,
            identity,
            desk,
            door,
            background: Background::open()?,
            stopping: CancellationToken::new(),
            metrics,
            problem_page: PROBLEM_PAGE,
            listens: OnceLock::new(),
            fetching: Mutex::default(),
            makers: Makers::default(),
            judging: Mutex::default(),
        })
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// Whoever shows this token; nobody when it is the secret of something else.
    #[must_use]
    pub fn viewer_by_token(&self, token: &Secret) -> Viewer {
        let now = self.now();
        match self.access.look(|access| access.by_secret(token.digest(), now)) {
            Viewer::Known(known @ Known { means: Means::Token, .. }) => Viewer::Known(known),
            Viewer::Known(_) | Viewer::Public => Viewer::Public,
        }
    }

    /// A path of this service as others call it; the path alone when nobody said how they do.
    #[must_use]
    pub fn public(&self, path: &str) -> String {
        let url = self.settings.public_url.as_deref().unwrap_or_default();
        format!("{}{path}", url.trim_end_matches('/'))
    }

    /// Whether others reach it by TLS, here or at a proxy in front of it.
    #[must_use]
    pub fn is_public_by_tls(&self) -> bool {
        let is_called_so = |it: &str| it.starts_with("https://");
        self.settings.network.tls.is_some()
            || self.settings.public_url.as_deref().is_some_and(is_called_so)
    }
}
