//! Where grants are kept: in the store that nobody owns, or with the service that owns it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use domain::ids::{AccountId, GrantId};
use ingest::{AccessDesk, AccessError};
use jiff::Timestamp;
use reports::granted::{GrantEntry, grants};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use service::access::{
    Ended, Granting, Keys, Passwords, RunningService, Wanted, change_password, give, revoke,
    running,
};
use service::settings::Random;
use store::{DiskLog, EventLog, StoreError};

use super::calling::call;
use crate::args::Args;
use crate::exit::Exit;
use crate::{clock, opening};

/// Where grants are kept.
pub(super) enum Place {
    /// In the store: this process owns it.
    Store { desk: Box<AccessDesk>, folder: PathBuf },
    /// With the service that runs over it.
    Service(RunningService),
}

/// What was given; the secret is shown this once.
pub(super) struct Shown {
    pub(super) grant: String,
    pub(super) expires: Option<Timestamp>,
    pub(super) secret: Option<SecretString>,
}

/// The same as the service tells it.
#[derive(Deserialize)]
struct Told {
    grant: String,
    expires: Option<Timestamp>,
    token: Option<SecretText>,
    link: Option<SecretText>,
}

/// A secret on its way from JSON.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

const GRANTS: &str = "/api/v1/access/grants";

impl Place {
    /// The service when one owns the store, the store otherwise; it is made when it is not there.
    pub(super) fn make(args: &Args) -> Result<Self, Exit> {
        match opening::open(args) {
            Err(Exit::Usage(error)) if is_in_use(&error) => Self::service(args, error),
            opened => Self::store(args, opened?.0),
        }
    }

    /// The same, but the store has to be there.
    pub(super) fn find(args: &Args) -> Result<Self, Exit> {
        match opening::own(args) {
            Err(error @ StoreError::InUse { .. }) => Self::service(args, error.into()),
            opened => Self::store(args, opened?),
        }
    }

    fn store(args: &Args, log: DiskLog) -> Result<Self, Exit> {
        let desk = AccessDesk::open(Arc::new(log) as Arc<dyn EventLog>)?;
        Ok(Self::Store { desk: Box::new(desk), folder: args.store.join("service") })
    }

    /// The service that runs over the store; whoever owns it otherwise is told.
    fn service(args: &Args, in_use: anyhow::Error) -> Result<Self, Exit> {
        let found = running(&args.store.join("service"))?;
        found.map(Self::Service).ok_or(Exit::Usage(in_use))
    }

    /// Where the service can be called; empty when none runs.
    pub(super) fn url(&self) -> &str {
        match self {
            Self::Store { .. } => "",
            Self::Service(service) => &service.url,
        }
    }

    /// Gives somebody a role.
    pub(super) fn give(&self, granting: Granting, by: &str) -> Result<Shown, Exit> {
        match self {
            Self::Store { desk, folder } => {
                let random = random();
                let keys = Keys::open(folder, &random);
                let keys = keys.map_err(|error| Exit::Usage(error.into()))?;
                let wanted = wanted(granting, by)?;
                let given = give(desk, (&keys, &random), wanted, clock::now());
                let given = given.map_err(|error| Exit::Usage(error.into()))?;
                let (grant, expires) = (given.grant.to_string(), given.expires);
                Ok(Shown { grant, expires, secret: given.secret })
            }
            Self::Service(service) => {
                let body = serde_json::to_value(granting).context("a grant").map_err(Exit::Lab)?;
                let told = call(service, "POST", GRANTS, Some(body))?;
                let told: Told = parsed(&told)?;
                let secret = told.token.or(told.link).map(|it| it.0);
                Ok(Shown { grant: told.grant, expires: told.expires, secret })
            }
        }
    }

    /// Takes a grant back.
    pub(super) fn revoke(&self, grant: &GrantId, reason: &str, by: &str) -> Result<(), Exit> {
        match self {
            Self::Store { desk, .. } => {
                revoke(desk, grant, (reason, by), clock::now())?;
                Ok(())
            }
            Self::Service(service) => {
                let path = format!("{GRANTS}/{grant}/revoke");
                call(service, "POST", &path, Some(json!({ "reason": reason }))).map(drop)
            }
        }
    }

    /// Every grant, the oldest first.
    pub(super) fn list(&self) -> Result<Vec<GrantEntry>, Exit> {
        match self {
            Self::Store { desk, .. } => Ok(desk.look(|it| grants(it, clock::now()))),
            Self::Service(service) => parsed(&call(service, "GET", GRANTS, None)?),
        }
    }

    /// Sets the password of an account.
    pub(super) fn set_password(
        &self,
        account: &AccountId,
        password: &SecretString,
    ) -> Result<(), Exit> {
        match self {
            Self::Store { folder, .. } => {
                let random = random();
                let passwords = Passwords::open(folder, &random);
                let passwords = passwords.map_err(|error| Exit::Usage(error.into()))?;
                let ended = Ended::open(folder).map_err(|error| Exit::Usage(error.into()))?;
                let how = (&random, clock::now());
                let set = change_password((&passwords, &ended), account, password, how);
                set.map_err(|error| Exit::Usage(error.into()))
            }
            Self::Service(service) => {
                let body = json!({ "account": account, "password": password.expose_secret() });
                call(service, "POST", "/api/v1/access/passwords", Some(body)).map(drop)
            }
        }
    }
}

impl From<AccessError> for Exit {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotGranted(refusal) => Self::Usage(refusal.into()),
            AccessError::Store(error) => error.into(),
        }
    }
}

fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<StoreError>(), Some(StoreError::InUse { .. }))
}

fn random() -> Random {
    Arc::new(|| clock::seed().ok())
}

fn wanted(granting: Granting, by: &str) -> Result<Wanted, Exit> {
    Ok(Wanted {
        account: granting.account.parse().map_err(Exit::usage)?,
        role: granting.role.parse().map_err(Exit::usage)?,
        scopes: granting.scopes,
        means: granting.means,
        expires: granting.expires,
        reason: granting.reason,
        by: by.to_owned(),
    })
}

fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Exit> {
    serde_json::from_str(text)
        .context("the service answered with something else")
        .map_err(Exit::Lab)
}
