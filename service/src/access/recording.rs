//! What is recorded about access while the service runs.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use domain::access::{AccessCommand, Known, Means, NotGranted, Role, Viewer};
use domain::event::{Disclosed, Recorded};
use domain::ids::{AccountId, CampaignId, Sha256Digest};
use ingest::AccessError;
use secrecy::SecretString;

use super::{BadPassword, Given, NotGiven, Wanted, change_password, give};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer;

impl Service {
    /// Gives somebody a role; it blocks until that is safe on disk.
    ///
    /// # Errors
    /// Why not.
    pub fn give(&self, wanted: Wanted) -> Result<Given, NotGiven> {
        let given_by = (&self.identity.keys, &self.settings.random);
        give(&self.access, given_by, wanted, self.now())
    }

    /// The same on behalf of somebody, who gives no more than they have.
    ///
    /// # Errors
    /// Why not.
    pub fn give_for(&self, giver: &Known, wanted: Wanted) -> Result<Given, NotGiven> {
        let scopes = wanted.scopes.as_deref().unwrap_or(wanted.role.scopes());
        giver.may_give(&wanted.role, scopes).map_err(AccessError::from)?;
        self.give(wanted)
    }

    /// Sets the password of an account, and ends its sessions; it blocks while the password is hashed.
    ///
    /// # Errors
    /// When it is no fit password, or cannot be kept.
    pub fn set_password(
        &self,
        account: &AccountId,
        password: &SecretString,
    ) -> Result<(), BadPassword> {
        let files = (&self.identity.passwords, &self.identity.ended);
        change_password(files, account, password, (&self.settings.random, self.now()))
    }

    /// Whether somebody may set the password of an account: whoever knows it has what was given to it.
    ///
    /// # Errors
    /// When the account has more than they have.
    pub fn may_set_password(&self, giver: &Known, account: &AccountId) -> Result<(), NotGranted> {
        let now = self.now();
        self.access.look(|it| {
            let all = it.grants().filter(|it| it.is_in_force(now)).map(|it| &it.granted.what);
            let mut its = all.filter(|it| it.account == *account && it.means == Means::Password);
            its.try_for_each(|it| giver.may_give(&it.role, &it.scopes))
        })
    }

    /// Records something about access, safe on disk when it is done. None when it stands already.
    ///
    /// # Errors
    /// The refusal, or that the log did not take it.
    pub async fn record_access(&self, command: AccessCommand) -> Result<Option<Recorded>, Problem> {
        let (desk, now) = (Arc::clone(&self.access), self.now());
        let recorded = web::block(move || desk.record(command, now)).await;
        Ok(recorded.map_err(|error| Problem::internal(&error))??)
    }

    /// Records that an auditor or a vendor is shown these bytes: once for each grant and bytes, and
    /// before they are sent. What operators and labs read is their own and is not recorded. `what` is
    /// the address of what is shown, without any secret.
    ///
    /// # Errors
    /// When it cannot be recorded: then nothing may be shown.
    pub async fn disclose(
        &self,
        known: &Known,
        what: &str,
        campaign: Option<CampaignId>,
        bytes: &[u8],
    ) -> Result<(), Problem> {
        let content = (Sha256Digest::of(bytes), bytes.len() as u64);
        self.disclose_content(known, (what, campaign), content).await
    }

    /// The same for what this request is answered with, to whoever has sent it.
    ///
    /// # Errors
    /// As [`Service::disclose`].
    pub(crate) async fn note_shown(
        &self,
        request: &HttpRequest,
        content: (Sha256Digest, u64),
    ) -> Result<(), Problem> {
        let Viewer::Known(known) = viewer::of(request) else { return Ok(()) };
        let what = request.uri().path_and_query().map_or("/", |it| it.as_str());
        let campaign = request.match_info().get("id").and_then(|it| it.parse().ok());
        self.disclose_content(&known, (what, campaign), content).await
    }

    async fn disclose_content(
        &self,
        known: &Known,
        (what, campaign): (&str, Option<CampaignId>),
        (sha256, bytes): (Sha256Digest, u64),
    ) -> Result<(), Problem> {
        match known.role {
            Role::Operator | Role::Lab => return Ok(()),
            Role::Auditor | Role::Vendor { .. } => {}
        }
        if self.access.look(|it| it.has_seen(&known.grant, sha256)) {
            return Ok(());
        }
        let disclosed = Disclosed {
            account: known.account.clone(),
            grant: known.grant.clone(),
            role: known.role.clone(),
            what: what.to_owned(),
            campaign,
            sha256,
            bytes,
        };
        self.record_access(AccessCommand::NoteDisclosure(disclosed)).await.map(drop)
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotGranted(refusal) => refusal.into(),
            AccessError::Store(error) => Self::internal(&error),
        }
    }
}

impl From<NotGiven> for Problem {
    fn from(error: NotGiven) -> Self {
        let words = error.to_string();
        match error {
            NotGiven::Access(error) => error.into(),
            NotGiven::NotRandom => Self::internal(&words),
            NotGiven::LinkRole(_) | NotGiven::Oidc | NotGiven::Local => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words)
            }
        }
    }
}

impl From<BadPassword> for Problem {
    fn from(error: BadPassword) -> Self {
        let words = error.to_string();
        match error {
            BadPassword::Length => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words),
            BadPassword::Hash(_)
            | BadPassword::File { .. }
            | BadPassword::Store(_)
            | BadPassword::Sessions(_)
            | BadPassword::NotRandom => Self::internal(&words),
        }
    }
}

impl From<NotGranted> for Problem {
    fn from(refusal: NotGranted) -> Self {
        let words = refusal.to_string();
        match refusal {
            NotGranted::None(_) => Self::not_found(words),
            NotGranted::Exceeds { .. } => Self::not_allowed(words),
            NotGranted::There(_) => Self::conflict("grant-there", words),
            NotGranted::NotInForce(_) => Self::conflict("not-in-force", words),
            NotGranted::Words(_)
            | NotGranted::Past(_)
            | NotGranted::Scope { .. }
            | NotGranted::Secret
            | NotGranted::Answer => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words),
        }
    }
}
