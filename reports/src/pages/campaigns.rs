//! Every campaign, the newest first.

use askama::Template;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::CampaignLine;
use super::frame::Frame;
use crate::chronicle::CampaignRecord;

/// Every campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Campaigns {
    /// The newest first.
    pub campaigns: Vec<CampaignLine>,
}

#[derive(Template)]
#[template(path = "pages/campaigns.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Campaigns,
}

impl Campaigns {
    /// Every campaign.
    #[must_use]
    pub fn new(records: &[CampaignRecord]) -> Self {
        Self { campaigns: CampaignLine::newest_first(records) }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        "Campaigns".to_owned()
    }
}
