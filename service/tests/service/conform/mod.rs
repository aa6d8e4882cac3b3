//! The service is held to what it promises of every address at once.

mod answers;
mod embargo;
mod roles;
mod rules;
mod sameness;
mod used;

use domain::event::CampaignPublished;
use domain::ids::Sha256Digest;
use domain::plan::CellId;

/// A campaign that was published, these cells withheld.
fn publication(campaign: &str, withheld: Vec<CellId>) -> CampaignPublished {
    CampaignPublished {
        campaign: campaign.parse().unwrap(),
        known_at: 9,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        fewest_tools: 2,
        withheld,
        reason: "all vendors agreed".to_owned(),
        by: "ada".to_owned(),
    }
}
