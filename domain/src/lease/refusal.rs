//! Why something is not offered, leased or admitted.

use crate::ids::CampaignId;
use crate::plan::Trial;

/// Why a campaign is not offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOffered {
    /// Too many are.
    #[error("{0} campaigns are offered already, as many as may be: stop one, or wait for its end")]
    TooMany(usize),
}

/// Why nothing is leased, although there may be work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLeased {
    /// Too many leases are in force.
    #[error("{0} leases are in force already, as many as may be: try again later")]
    TooMany(usize),
    /// Somebody has this lease.
    #[error("a lease of this name is in force already")]
    There,
    /// The campaign was walked with another version.
    #[error(
        "campaign `{campaign}` is pinned to {subject} {pinned:?}, and this lab has {found:?}: \
         take part with the same version"
    )]
    OtherVersions {
        /// Which campaign.
        campaign: CampaignId,
        /// Whose version.
        subject: String,
        /// The version pinned.
        pinned: String,
        /// The version the lab has.
        found: String,
    },
}

/// Why a batch, a heartbeat or a return is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The lease is not in force for whoever sends it.
    #[error(
        "this lease is not in force: what was recorded under it stays, its trials may be another \
         lab's by now. Ask for work again"
    )]
    Lost,
    /// There is none, and one is needed.
    #[error("campaign `{0}` is offered: its trials are recorded under a lease only")]
    NoLease(CampaignId),
    /// The lease does not have this trial.
    #[error("the lease does not have the trial {0}")]
    Trial(Trial),
    /// Something else than a step.
    #[error("under a lease only steps are recorded: the service starts and ends the campaign")]
    NotAStep,
}
