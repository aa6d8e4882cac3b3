//! What the service needs to know who is there, beside what was granted.

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ended::{Ended, NotEnded};
use super::first::First;
use super::keys::{Keys, NoKey};
use super::oidc::{Oidc, OidcError};
use super::passwords::{BadPassword, Passwords};
use super::throttle::Throttle;
use crate::settings::Settings;

/// Passwords that are checked at once: each takes a processor and 19 MiB.
const CHECKS: usize = 2;
/// Sign-ins that may wait for that.
const WAITING: usize = 64;

/// What the service needs to know who is there.
#[derive(Debug)]
pub struct Identity {
    /// The keys of cookies and links.
    pub(crate) keys: Keys,
    /// The passwords of local accounts.
    pub(crate) passwords: Passwords,
    /// Sessions that are over before their time.
    pub(crate) ended: Ended,
    /// How often somebody may try.
    pub(crate) throttle: Throttle,
    /// Another's door, if there is one.
    pub(crate) oidc: Option<Oidc>,
    /// The link for the first operator.
    pub(crate) first: First,
    checking: Arc<Semaphore>,
    waiting: Semaphore,
    failed: Counter,
}

/// Why nobody can be known.
#[derive(Debug, thiserror::Error)]
pub enum NoIdentity {
    /// The system gives no thread for work in the background.
    #[error("no threads for work in the background: {0}")]
    Threads(#[from] std::io::Error),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// The settings of another's door are not right.
    #[error(transparent)]
    Oidc(#[from] OidcError),
    /// The passwords cannot be read.
    #[error(transparent)]
    Passwords(#[from] BadPassword),
    /// It is not known which sessions are over.
    #[error(transparent)]
    Sessions(#[from] NotEnded),
}

impl Identity {
    /// Reads what is kept in the folder of the service; makes it at the first start. Sign-ins that fail
    /// are counted there.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn open(settings: &Settings, failed: Counter) -> Result<Self, NoIdentity> {
        Ok(Self {
            keys: Keys::open(&settings.folder, &settings.random)?,
            passwords: Passwords::open(&settings.folder, &settings.random)?,
            ended: Ended::open(&settings.folder)?,
            throttle: Throttle::new(settings.clock.clone()),
            oidc: settings.oidc.clone().map(Oidc::new).transpose()?,
            first: First::default(),
            checking: Arc::new(Semaphore::new(CHECKS)),
            waiting: Semaphore::new(WAITING),
            failed,
        })
    }

    /// What the other door is called at which one can sign in, if there is one.
    pub(crate) fn door_name(&self) -> Option<String> {
        self.oidc.as_ref().map(Oidc::name)
    }

    /// A place to check a password in, as long as it is held; none when too many wait for one. Whoever
    /// checks holds it, not whoever asked: that one may hang up.
    pub(crate) async fn place_to_check(&self) -> Option<OwnedSemaphorePermit> {
        let _waiting = self.waiting.try_acquire().ok()?;
        Arc::clone(&self.checking).acquire_owned().await.ok()
    }

    /// How many sign-ins have failed since the start.
    #[must_use]
    pub fn failed_sign_ins(&self) -> u64 {
        self.failed.get()
    }

    /// Notes that a sign-in failed. Nobody's name is written down: it may be a password.
    pub(crate) fn note_failed(&self, means: &'static str) {
        self.failed.inc();
        tracing::warn!(means, "a sign-in failed");
    }

    /// How many sessions are remembered as ended.
    #[must_use]
    pub fn ended_sessions(&self) -> usize {
        self.ended.count()
    }
}
