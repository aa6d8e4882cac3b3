//! How the places of the service are spelled. Identifiers need no escaping: they are made of letters,
//! digits, `-`, `_` and `.`, and begin with a letter or a digit.

use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId, Sha256Digest, VendorId};
use domain::plan::CellId;
use form_urlencoded::Serializer;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::viewpoint::Viewpoint;

/// From where in time and by what rules a page is seen: what its links carry on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AskedFrom)]
pub struct Asked {
    /// What was known at this position of the log; none for all of it.
    pub known_at: Option<u64>,
    /// How things stood at this instant; none for the latest.
    #[schema(value_type = Option<String>)]
    pub as_of: Option<Timestamp>,
    /// By another policy than the usual one.
    pub policy: Option<String>,
}

impl Asked {
    /// What is asked by a viewpoint, under the usual policy.
    #[must_use]
    pub fn from_viewpoint(viewpoint: &Viewpoint) -> Self {
        Self { known_at: viewpoint.known_at, as_of: viewpoint.as_of, policy: None }
    }

    /// Names and values, as a question spells them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let known_at = self.known_at.map(|it| ("known_at", it.to_string()));
        let as_of = self.as_of.map(|it| ("as_of", it.to_string()));
        let policy = self.policy.clone().map(|it| ("policy", it));
        [known_at, as_of, policy].into_iter().flatten().collect()
    }
}

/// A path with its question: without any there is no `?`.
#[must_use]
pub fn asking(path: &str, pairs: &[(&str, String)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let question = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{question}")
}

/// A campaign.
#[must_use]
pub fn campaign(id: &CampaignId) -> String {
    format!("/campaigns/{id}")
}

/// The matrices of a campaign, of one guest or of all.
#[must_use]
pub fn matrix(id: &CampaignId, guest: Option<&GuestId>, asked: &Asked) -> String {
    let mut pairs: Vec<_> = guest.iter().map(|it| ("guest", it.to_string())).collect();
    pairs.extend(asked.pairs());
    asking(&format!("/campaigns/{id}/matrix"), &pairs)
}

/// A cell.
#[must_use]
pub fn cell(campaign: &CampaignId, cell: &CellId, asked: &Asked) -> String {
    let CellId { guest, source, target } = cell;
    asking(&format!("/campaigns/{campaign}/cells/{source}/{target}/{guest}"), &asked.pairs())
}

/// The same, out of its parts.
#[must_use]
pub fn cell_of(
    campaign: &CampaignId,
    source: &PlatformId,
    target: &PlatformId,
    guest: &GuestId,
) -> String {
    let (guest, source, target) = (guest.clone(), source.clone(), target.clone());
    cell(campaign, &CellId { guest, source, target }, &Asked::default())
}

/// A campaign as it runs.
#[must_use]
pub fn live(id: &CampaignId) -> String {
    format!("/campaigns/{id}/live")
}

/// What a campaign can be downloaded as: `report`, `csv`, `json` or `bundle`.
#[must_use]
pub fn download(id: &CampaignId, form: &str) -> String {
    format!("/campaigns/{id}/{form}")
}

/// What changed since a baseline, in a campaign or in the latest.
#[must_use]
pub fn diff(baseline: &BaselineName, campaign: Option<&CampaignId>) -> String {
    let mut pairs = vec![("baseline", baseline.to_string())];
    pairs.extend(campaign.map(|it| ("campaign", it.to_string())));
    asking("/diff", &pairs)
}

/// How things stood at an instant.
#[must_use]
pub fn history(at: Timestamp) -> String {
    asking("/history", &[("at", at.to_string())])
}

/// An event of the log.
#[must_use]
pub fn event(position: u64) -> String {
    format!("/audit/events/{position}")
}

/// Something kept as proof.
#[must_use]
pub fn evidence(sha256: &Sha256Digest) -> String {
    format!("/evidence/{sha256}")
}

/// A vendor's own results.
#[must_use]
pub fn vendor(id: &VendorId) -> String {
    format!("/vendors/{id}")
}

/// The proof that an event is in the log, as a file.
#[must_use]
pub fn proof(position: u64) -> String {
    format!("/api/v1/log/events/{position}/proof")
}

/// The proof that the first `size` events were not altered since they were signed, as a file.
#[must_use]
pub fn consistency(size: u64) -> String {
    asking("/api/v1/log/consistency", &[("from", size.to_string())])
}
