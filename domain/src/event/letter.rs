//! What was written to whom, what became of it, and when results became public.
//!
//! No event holds a mail address, a key or a credential: a recipient is known by the name of its
//! contact, which stands in the settings of whoever sends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, CampaignId, ContactId, GrantId, LetterId, Sha256Digest, VendorId};
use crate::plan::CellId;

/// Something that happened about letters and publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum LetterEvent {
    /// The results of a campaign are kept from the public until a date.
    EmbargoSet(EmbargoSet),
    /// A letter was written; it is owed from now on.
    LetterPrepared(LetterPrepared),
    /// An operator looked at a letter as it would be sent.
    LetterPreviewed(LetterPreviewed),
    /// A letter was handed over.
    LetterSent(LetterSent),
    /// A letter could not be handed over.
    LetterFailed(LetterFailed),
    /// Another system told what became of a letter that was sent.
    LetterReported(LetterReported),
    /// Its recipient confirmed to have it.
    LetterAcknowledged(LetterAcknowledged),
    /// An operator replied to what a vendor disputes.
    DisputeSettled(DisputeSettled),
    /// The results of a campaign became public.
    CampaignPublished(CampaignPublished),
}

impl LetterEvent {
    /// Its name, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            LetterEvent::EmbargoSet(_) => "EmbargoSet",
            LetterEvent::LetterPrepared(_) => "LetterPrepared",
            LetterEvent::LetterPreviewed(_) => "LetterPreviewed",
            LetterEvent::LetterSent(_) => "LetterSent",
            LetterEvent::LetterFailed(_) => "LetterFailed",
            LetterEvent::LetterReported(_) => "LetterReported",
            LetterEvent::LetterAcknowledged(_) => "LetterAcknowledged",
            LetterEvent::DisputeSettled(_) => "DisputeSettled",
            LetterEvent::CampaignPublished(_) => "CampaignPublished",
        }
    }
}

/// Results are kept from the public. A later one of the same campaign replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbargoSet {
    /// Of which campaign; it may be one that has not begun.
    pub campaign: CampaignId,
    /// Until when. What happens then is not automatic: somebody publishes.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

/// What a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum About {
    /// The results of one vendor in one campaign.
    Results {
        /// Which campaign.
        campaign: CampaignId,
        /// Which vendor.
        vendor: VendorId,
    },
    /// What changed for a team, between two positions of the log.
    Digest {
        /// The first position that it tells of.
        from: u64,
        /// The first position after it.
        to: u64,
    },
}

/// A letter was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterPrepared {
    /// Which letter.
    pub letter: LetterId,
    /// What it is about.
    pub about: About,
    /// To whom, by the name in the settings.
    pub contact: ContactId,
    /// Whether it holds the results, or only says where they can be read.
    pub form: LetterForm,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// The log as it was: the position of the last event that it tells of.
    pub known_at: u64,
    /// The letter to the same contact about the same thing before it, if there is one. Of a digest:
    /// the digest to the same team before it, whether it was sent or not.
    pub follows: Option<LetterId>,
    /// Digest of the view it tells, in the form for programs.
    pub content_sha256: Sha256Digest,
    /// Size of that view.
    pub content_bytes: u64,
    /// Who had it written.
    pub by: String,
}

/// What is in a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterForm {
    /// The results, encrypted to the key of the contact.
    Encrypted,
    /// The results, readable for whoever carries the mail.
    Plain,
    /// Only where they can be read.
    Link,
}

/// An operator looked at a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterPreviewed {
    /// Which letter.
    pub letter: LetterId,
    /// Who.
    pub by: String,
}

/// How a letter left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// As a file in a folder.
    Folder,
    /// By SMTP (RFC 5321).
    Smtp,
    /// By an HTTP request to a program.
    Webhook,
}

/// A letter was handed over: whoever took it is responsible for it from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterSent {
    /// Which letter.
    pub letter: LetterId,
    /// Which attempt, 1 for the first.
    pub attempt: u32,
    /// Its Message-ID (RFC 5322) without angle brackets, or the `id` of a CloudEvent; the same for
    /// each attempt.
    pub message_id: String,
    /// How.
    pub carrier: Carrier,
    /// What the other side answered, without addresses.
    pub reply: String,
}

/// A letter could not be handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFailed {
    /// Which letter.
    pub letter: LetterId,
    /// Which attempt, 1 for the first.
    pub attempt: u32,
    /// Trying again does not help.
    pub permanent: bool,
    /// Why, without addresses.
    pub reason: String,
}

/// What another system says of a letter that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It reached its mailbox.
    Delivered,
    /// It is on its way still.
    Delayed,
    /// It will not arrive.
    Bounced,
}

/// Another system told what became of a letter (RFC 3464). Nobody vouches for who said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterReported {
    /// Which letter.
    pub letter: LetterId,
    /// What became of it.
    pub fate: Fate,
    /// The status code, such as `5.1.1`; empty when none was told.
    pub status: String,
    /// In the other system's words, without addresses.
    pub words: String,
}

/// The recipient of a letter confirmed to have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterAcknowledged {
    /// Which letter.
    pub letter: LetterId,
    /// Who.
    pub account: AccountId,
    /// By which grant.
    pub grant: GrantId,
}

/// An operator replied to what a vendor disputes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeSettled {
    /// Position of the vendor's answer.
    pub answer: u64,
    /// The reply; the vendor reads it.
    pub text: String,
    /// Who replied.
    pub by: String,
}

/// The results of a campaign became public. Once public, always public: a later one corrects, and
/// takes nothing back from whoever has read the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPublished {
    /// Which campaign.
    pub campaign: CampaignId,
    /// The log as it was when somebody decided.
    pub known_at: u64,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// A cell carried by fewer conversion tools than this tells the result of one of them.
    pub fewest_tools: u32,
    /// Cells that are not told, because they would.
    pub withheld: Vec<CellId>,
    /// Why before the date of the embargo, or with an open dispute; empty when neither is so.
    pub reason: String,
    /// Who decided.
    pub by: String,
}
