//! The service as programs of the same machine find it: an address and a token of its own in one file,
//! for the owner of the store alone, as long as the service runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::access::{AccessCommand, Means, Role};
use domain::event::AccessGranted;
use domain::ids::{AccountId, GrantId};
use ingest::AccessDesk;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::{StoreError, private_folder, put_bytes};

use super::grants::{self, LOCAL, NotGiven};
use super::{Secret, files, revoke};
use crate::service::Service;

/// How long the machine's own token is good.
const GRANTED: SignedDuration = SignedDuration::from_hours(12);
/// With less than so much of it left there is another.
const RENEWED: SignedDuration = SignedDuration::from_hours(6);
/// How often that is looked at.
const LOOKED_AT: Duration = Duration::from_secs(60);
/// Largest file that is read, in bytes.
const LARGEST: u64 = 64 << 10;

/// A service that runs on this machine over a store.
#[derive(Debug, Clone)]
pub struct RunningService {
    /// Where it can be called.
    pub url: String,
    /// The token that makes one an operator there.
    pub token: SecretString,
    /// Its process.
    pub pid: u32,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Kept {
    url: String,
    token: String,
    pid: u32,
}

/// What others on this machine find, until it is withdrawn or dropped.
#[derive(Debug)]
pub struct Here {
    service: Arc<Service>,
    url: String,
    path: PathBuf,
}

/// Why the service cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum NotHere {
    /// It got no token.
    #[error(transparent)]
    Token(#[from] NotGiven),
    /// The file cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is not what it should be.
    #[error("{} cannot be read: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl Here {
    /// Makes the service known as callable at this address, with a new token; what an earlier one
    /// left behind is taken back. It blocks until that is safe on disk.
    ///
    /// # Errors
    /// When there is no token, or the file cannot be written.
    pub fn announce(service: Arc<Service>, url: &str) -> Result<Self, NotHere> {
        let path = file(&service.settings.folder);
        let here = Self { service, url: url.to_owned(), path };
        let before = here.own();
        here.renew()?;
        here.take_back(&before, "left behind by a service that did not end in order");
        Ok(here)
    }

    /// Renews the token whenever its end comes near; never returns.
    pub async fn keep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOKED_AT).await;
            if self.ends().is_some_and(|end| end.duration_since(self.service.now()) >= RENEWED) {
                continue;
            }
            let here = Arc::clone(&self);
            let renewed = tokio::task::spawn_blocking(move || here.renew()).await;
            if let Ok(Err(error)) = renewed {
                tracing::error!(%error, "the machine's own token could not be renewed");
            }
        }
    }

    /// Takes every token of the machine back, and removes the file. It blocks.
    pub fn withdraw(&self) {
        let _ = fs::remove_file(&self.path);
        self.take_back(&self.own(), "the service has ended");
    }

    /// A new token. The one before stays good until its end: somebody may be using it.
    fn renew(&self) -> Result<(), NotHere> {
        let (service, now) = (&self.service, self.service.now());
        let random = &service.settings.random;
        let secret = Secret::new(random).ok_or(NotGiven::NotRandom)?;
        let grant = grants::new_id(random).ok_or(NotGiven::NotRandom)?;
        let granted = granted(&service.access, grant, &secret, now);
        granted.map_err(NotGiven::Access)?;
        let token = secret.letters().expose_secret().to_owned();
        let kept = Kept { url: self.url.clone(), token, pid: std::process::id() };
        let bytes = serde_json::to_vec(&kept).map_err(|error| bad(&self.path, &error))?;
        private_folder(&service.settings.folder)?;
        Ok(put_bytes(&self.path, &bytes)?)
    }

    /// The machine's grants in force.
    fn own(&self) -> Vec<GrantId> {
        let now = self.service.now();
        self.service.access.look(|it| {
            let all = it.grants().filter(|it| it.is_in_force(now)).map(|it| &it.granted.what);
            all.filter(|it| it.account.as_str() == LOCAL).map(|it| it.grant.clone()).collect()
        })
    }

    /// Until when the newest is good.
    fn ends(&self) -> Option<Timestamp> {
        self.service.access.look(|it| {
            let all = it.grants().filter(|it| it.revoked.is_none()).map(|it| &it.granted.what);
            all.filter(|it| it.account.as_str() == LOCAL).filter_map(|it| it.expires).max()
        })
    }

    fn take_back(&self, grants: &[GrantId], reason: &str) {
        for grant in grants {
            let taken = revoke(&self.service.access, grant, (reason, LOCAL), self.service.now());
            if let Err(error) = taken {
                tracing::error!(%error, "a token of the machine could not be taken back");
            }
        }
    }
}

fn granted(
    desk: &AccessDesk,
    grant: GrantId,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), ingest::AccessError> {
    let Ok(account) = LOCAL.parse::<AccountId>() else { unreachable!("`{LOCAL}` is a name") };
    let granted = AccessGranted {
        grant,
        account,
        role: Role::Operator,
        scopes: Role::Operator.scopes().to_vec(),
        means: Means::Token,
        secret_sha256: Some(secret.digest()),
        expires: now.checked_add(GRANTED).ok(),
        reason: "programs of this machine".to_owned(),
        by: LOCAL.to_owned(),
    };
    desk.record(AccessCommand::Grant(granted), now).map(drop)
}

/// The service that says it runs over the store with this folder of the service; none when there is
/// none. One that was killed still says so: whoever calls it finds out.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn running(folder: &Path) -> Result<Option<RunningService>, NotHere> {
    let path = file(folder);
    let Some(bytes) = files::read(&path, LARGEST)? else { return Ok(None) };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| {
        // Without its words: they may hold the token.
        bad(&path, &format!("at column {}", error.column()))
    })?;
    Ok(Some(RunningService { url: kept.url, token: kept.token.into(), pid: kept.pid }))
}

fn file(folder: &Path) -> PathBuf {
    folder.join("running.json")
}

fn bad(path: &Path, why: &dyn std::fmt::Display) -> NotHere {
    NotHere::File { path: path.to_owned(), why: why.to_string() }
}
