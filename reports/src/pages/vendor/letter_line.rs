//! What a vendor was told by letter: its own letters, those that have left, and how far each is.

use domain::event::{About, LetterForm};
use domain::ids::Sha256Digest;
use domain::letter::{Letter, LetterRegistry};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::pages::disclosures;
use crate::vendor::VendorView;

/// A letter that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LetterLine {
    /// Which.
    pub letter: String,
    /// When it was sent.
    #[schema(value_type = String)]
    pub sent: Timestamp,
    /// How far it is: `sent`, `delivered`, `bounced` or `acknowledged`.
    pub state: &'static str,
    /// Whether it holds the results: `encrypted`, `plain`, or `link`.
    #[schema(value_type = String)]
    pub form: LetterForm,
    /// Name and version of the policy.
    pub policy: String,
    /// The last event that it tells of: its position in the log.
    pub known_at: u64,
    /// Digest of what it tells, in the form for programs.
    #[schema(value_type = String)]
    pub content_sha256: Sha256Digest,
    /// How many bytes that are.
    pub content_bytes: u64,
    /// When the vendor confirmed to have it; none when it has not.
    #[schema(value_type = Option<String>)]
    pub acknowledged: Option<Timestamp>,
}

impl LetterLine {
    /// Letters to this vendor about these results, the oldest first.
    pub(super) fn all(results: &VendorView, letters: &LetterRegistry) -> Vec<Self> {
        let (campaign, vendor) = (results.campaign.clone(), results.vendor.clone());
        let about = About::Results { campaign, vendor };
        let own = letters.letters().filter(|it| it.prepared.what.about == about);
        let mut lines: Vec<Self> = own.filter_map(Self::new).collect();
        lines.sort_by_key(|it| it.sent);
        lines
    }

    /// None of one that has not left.
    fn new(letter: &Letter) -> Option<Self> {
        let (what, sent) = (&letter.prepared.what, letter.sent.as_ref()?);
        Some(Self {
            letter: what.letter.to_string(),
            sent: sent.at,
            state: letter.stage().word(),
            form: what.form,
            policy: what.policy.clone(),
            known_at: what.known_at,
            content_sha256: what.content_sha256,
            content_bytes: what.content_bytes,
            acknowledged: letter.acknowledged.as_ref().map(|it| it.at),
        })
    }

    /// What is in it, in words.
    #[must_use]
    pub fn form(&self) -> &'static str {
        disclosures::form(self.form)
    }
}
