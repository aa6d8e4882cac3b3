//! Conversion tools by name. For operators and auditors only.

use domain::ids::ConverterId;
use domain::testbed::ConverterStatus;
use serde::Serialize;

use crate::history::CampaignHistory;

/// A conversion tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its identifier.
    pub id: ConverterId,
    /// Product name.
    pub product: String,
    /// The version found at the start, empty when none was found.
    pub version: String,
    /// No longer made.
    pub retired: bool,
}

impl Tool {
    /// The tool with this identifier, with its pinned version.
    #[must_use]
    pub fn of(campaign: &CampaignHistory, id: &ConverterId) -> Self {
        let declared = campaign.testbed.converters.iter().find(|it| it.id == *id);
        let version = campaign.pins.get(&format!("converter:{id}"));
        Self {
            id: id.clone(),
            product: declared.map(|it| it.product.clone()).unwrap_or_default(),
            version: version.cloned().unwrap_or_default(),
            retired: declared.is_some_and(|it| it.status == ConverterStatus::Retired),
        }
    }

    /// Every tool of a campaign, in testbed order.
    #[must_use]
    pub fn all(campaign: &CampaignHistory) -> Vec<Self> {
        campaign.testbed.converters.iter().map(|it| Self::of(campaign, &it.id)).collect()
    }
}
