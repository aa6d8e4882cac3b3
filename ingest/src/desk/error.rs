//! Why the desk did not record something.

use domain::decide::Refusal;
use domain::declare::NotDeclared;
use domain::ids::CampaignId;
use store::StoreError;

/// Why a command was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// It is out of order.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A declaration that is not fit to be recorded.
    #[error(transparent)]
    NotDeclared(#[from] NotDeclared),
    /// The campaign is not where the caller believes it to be.
    #[error(
        "campaign `{campaign}` is at version {actual}, and this was made for version {expected}: \
         read it again and decide anew"
    )]
    Conflict {
        /// Which campaign.
        campaign: CampaignId,
        /// How many events the caller believes it to have.
        expected: u64,
        /// How many it has.
        actual: u64,
    },
    /// There is nothing to withdraw at this position.
    #[error(
        "no step with a score was recorded at position {0}: portolan explain names the position of each"
    )]
    NoStep(u64),
    /// The step at this position was withdrawn before.
    #[error("the step recorded at position {0} has been withdrawn already")]
    Withdrawn(u64),
    /// The log could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
