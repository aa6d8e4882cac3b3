//! Teams that are told what changed: by mail, or by a request to a program of theirs.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use super::resolving::{bytes, secret_of};
use super::{Environment, PATIENCE, Why, secret};
use crate::head::Address;
use crate::openpgp::Certificate;
use crate::webhook::Webhook;

/// A team that is told what changed.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// What it is called; the only name that the log knows.
    pub id: String,
    /// What it is told of; never empty.
    pub watch: BTreeSet<Topic>,
    /// A regression is told after so many campaigns one after the other: 1 to 100.
    pub after: u32,
    /// Silence is told after so many days without a result: 1 to 3650.
    pub silent_days: u32,
    /// How much of the log it may see.
    pub audience: Sight,
    /// Where it is told.
    pub way: Reach,
}

/// What a team is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// What became worse, and has lasted.
    Regressions,
    /// What was told as worse, and is as good as before. Goes with regressions only.
    Fixes,
    /// What rests on versions that are no longer there.
    Stale,
    /// That there are no results.
    Silence,
}

/// How much of the log a team may see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sight {
    /// What everybody may: nothing under an embargo, nothing withheld.
    #[default]
    Public,
    /// Everything.
    Operator,
}

/// Where a team is told.
#[derive(Clone)]
pub enum Reach {
    /// By mail.
    Mail {
        /// Where to write.
        address: Address,
        /// What to encrypt to.
        certificate: Option<Box<Certificate>>,
    },
    /// By a request to a program.
    Webhook(Webhook),
}

/// A subscription as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSubscription {
    pub(super) id: String,
    watch: Option<BTreeSet<Topic>>,
    after: Option<u32>,
    silent_days: Option<u32>,
    #[serde(default)]
    audience: Sight,
    address: Option<Address>,
    openpgp: Option<PathBuf>,
    url: Option<String>,
    secret_file: Option<PathBuf>,
    secret_env: Option<String>,
    ca_file: Option<PathBuf>,
}

/// What a team is told of unless it says otherwise.
const ALL: [Topic; 4] = [Topic::Regressions, Topic::Fixes, Topic::Stale, Topic::Silence];

impl WrittenSubscription {
    pub(super) fn resolve(
        self,
        beside: &Path,
        environment: Environment<'_>,
        plain_results: bool,
    ) -> Result<Subscription, Why> {
        if !plain_results {
            self.is_guarded()?;
        }
        let way = self.way(beside, environment)?;
        let Self { id, watch, after, silent_days, audience, .. } = self;
        let watch = watch.unwrap_or_else(|| ALL.into());
        if watch.is_empty() {
            return Err(form("watch names nothing: leave it out to be told of all"));
        }
        if watch.contains(&Topic::Fixes) && !watch.contains(&Topic::Regressions) {
            return Err(form(
                "watch names fixes without regressions: a fix is told of what was told as worse",
            ));
        }
        let after = within(after.unwrap_or(2), 100, "after is a number of campaigns, 1 to 100")?;
        let silent_days = silent_days.unwrap_or(14);
        let silent_days = within(silent_days, 3650, "silent_days is a number of days, 1 to 3650")?;
        Ok(Subscription { id, watch, after, silent_days, audience, way })
    }

    /// What operators may see is never in a plain mail, where the settings want no results in one.
    fn is_guarded(&self) -> Result<(), Why> {
        match (self.audience, &self.address, &self.openpgp) {
            (Sight::Operator, Some(_), None) => Err(Why::Form(format!(
                "subscription `{}` asks for what operators may see in a plain mail, and \
                 `plain_results = false` forbids that: give it a key (`openpgp = \"…\"`), or say \
                 `audience = \"public\"`",
                self.id
            ))),
            (Sight::Operator | Sight::Public, _, _) => Ok(()),
        }
    }

    fn way(&self, beside: &Path, environment: Environment<'_>) -> Result<Reach, Why> {
        let of_webhook = [&self.secret_file, &self.ca_file].iter().any(|it| it.is_some())
            || self.secret_env.is_some();
        match (&self.address, &self.url) {
            (Some(address), None) if !of_webhook => {
                let certificate = self.openpgp.as_ref().map(|it| self.certificate(beside, it));
                let (address, certificate) =
                    (address.clone(), certificate.transpose()?.map(Box::new));
                Ok(Reach::Mail { address, certificate })
            }
            (None, Some(url)) if self.openpgp.is_none() => {
                let secret = self.secret(beside, environment)?;
                let authorities = self.ca_file.as_ref().map(|it| bytes(beside, it)).transpose()?;
                let webhook = Webhook::new(url, &secret, authorities.as_deref(), PATIENCE);
                let webhook = webhook.map_err(|why| Why::Webhook(self.id.clone(), why))?;
                Ok(Reach::Webhook(webhook))
            }
            _ => Err(form(
                "a subscription has an address (and openpgp), or a url and a secret (and ca_file): \
                 one of the two",
            )),
        }
    }

    fn certificate(&self, beside: &Path, path: &Path) -> Result<Certificate, Why> {
        let read = Certificate::read(&bytes(beside, path)?);
        read.map_err(|why| Why::Key { what: "subscription", id: self.id.clone(), why })
    }

    fn secret(&self, beside: &Path, environment: Environment<'_>) -> Result<SecretString, Why> {
        match (&self.secret_file, &self.secret_env) {
            (Some(file), None) => secret_of(beside, file),
            (None, Some(name)) => {
                let found = environment(name).map(|it| secret(&it));
                found.ok_or_else(|| Why::Environment(name.clone()))
            }
            _ => Err(form("a url needs a secret_file or a secret_env, one of the two")),
        }
    }
}

fn within(number: u32, most: u32, why: &str) -> Result<u32, Why> {
    if (1..=most).contains(&number) { Ok(number) } else { Err(form(why)) }
}

fn form(why: &str) -> Why {
    Why::Form(why.to_owned())
}

impl fmt::Debug for Reach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail { certificate, .. } => {
                let mut shown = out.debug_struct("Mail");
                shown.field("encrypted", &certificate.is_some()).finish_non_exhaustive()
            }
            Self::Webhook(it) => it.fmt(out),
        }
    }
}
