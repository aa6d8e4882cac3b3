//! What is recorded about access while the service runs.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web;
use domain::access::{AccessCommand, Known, NotGranted, Role};
use domain::event::{Disclosed, Recorded};
use domain::ids::{CampaignId, Sha256Digest};
use ingest::AccessError;

use crate::problem::Problem;
use crate::service::Service;

impl Service {
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
        match known.role {
            Role::Operator | Role::Lab => return Ok(()),
            Role::Auditor | Role::Vendor { .. } => {}
        }
        let sha256 = Sha256Digest::of(bytes);
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
            bytes: bytes.len() as u64,
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

impl From<NotGranted> for Problem {
    fn from(refusal: NotGranted) -> Self {
        let words = refusal.to_string();
        match refusal {
            NotGranted::None(_) => Self::not_found(words),
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
