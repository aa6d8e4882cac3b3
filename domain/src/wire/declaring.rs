//! What an operator declares over the wire: the same as at the command line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{BaselineName, CampaignId, GuestId, PlatformId, RouteId, WaiverId};

/// Something an operator declares. Who declares it is whoever sends it.
///
/// ```json
/// {"withdraw": {"position": 812, "reason": "the switch was off"}}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DeclarationRequest {
    /// Name a campaign that has ended as the reference.
    Baseline {
        /// What the reference is called.
        name: BaselineName,
        /// The campaign.
        campaign: CampaignId,
        /// The baseline it continues, if it does.
        #[serde(default)]
        follows: Option<BaselineName>,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// A component was upgraded, or is about to be.
    Upgrade {
        /// Whose version, in full: `platform:kvm-like`.
        subject: String,
        /// The version that the log knows, in full.
        from: String,
        /// The version from now on, in full.
        to: String,
    },
    /// Waive one rule until a date.
    Waiver {
        /// Which waiver.
        waiver: WaiverId,
        /// The rule.
        rule: String,
        /// Only for this guest.
        #[serde(default)]
        guest: Option<GuestId>,
        /// Only from this platform.
        #[serde(default)]
        source: Option<PlatformId>,
        /// Only to this platform.
        #[serde(default)]
        target: Option<PlatformId>,
        /// Only by this route.
        #[serde(default)]
        route: Option<RouteId>,
        /// Why.
        reason: String,
        /// Until when.
        expires: Timestamp,
    },
    /// End a waiver before its date.
    EndWaiver {
        /// Which one.
        waiver: WaiverId,
        /// Why.
        reason: String,
    },
    /// Withdraw a recorded step: the lab had broken unseen.
    Withdraw {
        /// Position of the step in the log.
        position: u64,
        /// What had broken.
        reason: String,
    },
}

/// What became of a declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclarationAnswer {
    /// Position of the event that records it; none when it stood already and nothing was recorded.
    pub position: Option<u64>,
}
