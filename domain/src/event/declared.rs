//! What people declare about history: baselines, upgrades, waivers, withdrawals. Each is a fact of
//! its own; none changes what was recorded before it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Pins;
use crate::ids::{BaselineName, CampaignId, GuestId, PlatformId, RouteId, Sha256Digest, WaiverId};
use crate::plan::Trial;
use crate::step::Step;
use crate::told::ToldTrial;

/// A campaign was named as the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineSet {
    /// What the reference is called.
    pub name: BaselineName,
    /// The campaign it stands for from now on.
    pub campaign: CampaignId,
    /// The versions in force at the campaign's end, of everything in its testbed.
    pub versions: Pins,
    /// Which setting of this name it is, 1 for the first.
    pub revision: u32,
    /// The baseline it continues under a new name, if it does.
    pub follows: Option<BaselineName>,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

/// A component was upgraded, or is about to be: evidence of the version before is stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpgradeDeclared {
    /// Whose version, as in [`Pins`].
    pub subject: String,
    /// The version before, as it was pinned.
    pub from: String,
    /// The version from now on.
    pub to: String,
    /// Who says so.
    pub by: String,
}

/// One rule was waived for a reason, until a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckWaived {
    /// Which waiver.
    pub waiver: WaiverId,
    /// The id of the rule that costs nothing meanwhile.
    pub rule: String,
    /// Where it applies.
    pub scope: WaiverScope,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// From when on it waives nothing any more.
    pub expires: Timestamp,
}

/// Where a waiver applies. What is not named applies everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverScope {
    /// Only this guest.
    pub guest: Option<GuestId>,
    /// Only this source.
    pub source: Option<PlatformId>,
    /// Only this target.
    pub target: Option<PlatformId>,
    /// Only this route.
    pub route: Option<RouteId>,
}

/// A waiver was ended before its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverEnded {
    /// Which waiver.
    pub waiver: WaiverId,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

/// A recorded step was found to say nothing about the product: the lab had broken unseen.
///
/// A withdrawal takes a score away and never gives one; a new trial does that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepWithdrawn {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Which trial.
    pub trial: Trial,
    /// Which step.
    pub step: Step,
    /// Position of the event that recorded it.
    pub position: u64,
    /// What had broken.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

/// Results were taken over from another system; a large file comes in several such events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialsTold {
    /// In which campaign.
    pub campaign: CampaignId,
    /// The form they came in.
    pub origin: String,
    /// The name of the file.
    pub file: String,
    /// Digest of the file's bytes.
    pub file_sha256: Sha256Digest,
    /// The results.
    pub trials: Vec<ToldTrial>,
}
