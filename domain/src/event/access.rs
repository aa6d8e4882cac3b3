//! Who was given access, who used it, what they were shown, and what vendors answered.
//!
//! No event holds a secret: a token or a link is known by the SHA-256 of its 256 random bits, from
//! which nobody can find it; a password's hash is not in the log at all.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Means, Role, Scope};
use crate::ids::{AccountId, CampaignId, GrantId, Sha256Digest, VendorId};
use crate::plan::CellId;

/// Something that happened about access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum AccessEvent {
    /// An account was given a role.
    AccessGranted(AccessGranted),
    /// A grant was taken back before its date.
    AccessRevoked(AccessRevoked),
    /// Someone signed in.
    SignedIn(SignedIn),
    /// Someone was shown, for the first time, bytes that not everybody may see.
    Disclosed(Disclosed),
    /// A vendor answered to its results.
    Answered(Answered),
}

impl AccessEvent {
    /// Its name, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            AccessEvent::AccessGranted(_) => "AccessGranted",
            AccessEvent::AccessRevoked(_) => "AccessRevoked",
            AccessEvent::SignedIn(_) => "SignedIn",
            AccessEvent::Disclosed(_) => "Disclosed",
            AccessEvent::Answered(_) => "Answered",
        }
    }
}

/// An account was given a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessGranted {
    /// Which grant.
    pub grant: GrantId,
    /// To whom.
    pub account: AccountId,
    /// What the account may be.
    pub role: Role,
    /// What it may do as that; what is not listed is not allowed.
    pub scopes: Vec<Scope>,
    /// How it proves who it is.
    pub means: Means,
    /// Digest of the token or of the link's secret; none for a password or another's sign-in.
    pub secret_sha256: Option<Sha256Digest>,
    /// From when on it is worth nothing; none for one that lasts until it is revoked.
    pub expires: Option<Timestamp>,
    /// What for.
    pub reason: String,
    /// Who gave it.
    pub by: String,
}

/// A grant was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRevoked {
    /// Which one.
    pub grant: GrantId,
    /// Why.
    pub reason: String,
    /// Who took it back.
    pub by: String,
}

/// Someone signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// Who.
    pub account: AccountId,
    /// By which grant.
    pub grant: GrantId,
    /// How.
    pub means: Means,
}

/// Someone was shown what not everybody may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosed {
    /// To whom.
    pub account: AccountId,
    /// By which grant.
    pub grant: GrantId,
    /// As what.
    pub role: Role,
    /// The address of what was shown, without any secret.
    pub what: String,
    /// The campaign it is about, if it is about one.
    pub campaign: Option<CampaignId>,
    /// Digest of the bytes that were shown.
    pub sha256: Sha256Digest,
    /// How many there were.
    pub bytes: u64,
}

/// A vendor answered to its results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Which vendor.
    pub vendor: VendorId,
    /// To the results of which campaign.
    pub campaign: CampaignId,
    /// The one result it is about; none for the campaign as a whole.
    #[serde(default)]
    pub cell: Option<CellId>,
    /// It says that a result is wrong: an operator has to reply before publication.
    #[serde(default)]
    pub disputes: bool,
    /// The vendor allows it to stand beside the published result.
    #[serde(default)]
    pub may_be_public: bool,
    /// In the vendor's words.
    pub text: String,
    /// Who wrote it.
    pub account: AccountId,
    /// By which grant.
    pub grant: GrantId,
}
