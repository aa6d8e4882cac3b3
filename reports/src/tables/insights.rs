//! Tables with what must be told beside them: of which campaigns, judged how, and what a score is.

use std::collections::BTreeSet;

use domain::ids::{CampaignId, PlatformId, Sha256Digest};
use serde::Serialize;

use super::Table;
use crate::notice;
use crate::public::PublicView;
use crate::text::{Colour, paint, printable, wrapped};
use crate::units::count;

/// Tables over many campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Insights {
    /// Version of this form.
    pub schema: u32,
    /// Which campaigns, in the order in which they started.
    pub campaigns: Vec<CampaignId>,
    /// The policies that they were judged by.
    pub policies: Vec<PolicyUsed>,
    /// Platforms that something else plays.
    pub stand_ins: Vec<PlatformId>,
    /// What belongs to every report.
    pub notices: Vec<String>,
    /// The tables.
    pub tables: Vec<Table>,
}

/// A policy that campaigns were judged by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PolicyUsed {
    /// Name and version.
    pub policy: String,
    /// Its digest.
    pub policy_sha256: Sha256Digest,
}

impl Insights {
    /// These tables over these campaigns.
    #[must_use]
    pub fn new(views: &[PublicView], tables: Vec<Table>) -> Self {
        let mut notices: Vec<String> = Vec::new();
        for notice in views.iter().flat_map(notice::all) {
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        let policy = |it: &PublicView| PolicyUsed {
            policy: it.policy.clone(),
            policy_sha256: it.policy_sha256,
        };
        let policies: BTreeSet<_> = views.iter().map(policy).collect();
        let played = views.iter().flat_map(|it| &it.platforms).filter(|it| it.stand_in);
        let stand_ins: BTreeSet<_> = played.map(|it| it.id.clone()).collect();
        Self {
            schema: 1,
            campaigns: views.iter().map(|it| it.campaign.clone()).collect(),
            policies: policies.into_iter().collect(),
            stand_ins: stand_ins.into_iter().collect(),
            notices,
            tables,
        }
    }

    /// For a terminal.
    #[must_use]
    pub fn text(&self, colour: Colour) -> String {
        let mut parts = vec![self.header()];
        parts.extend(self.tables.iter().map(Table::text));
        let notices: Vec<String> = self.notices.iter().map(|it| wrapped(it, 0)).collect();
        parts.push(notices.join("\n"));
        paint(&printable(&parts.join("\n\n")), colour) + "\n"
    }

    fn header(&self) -> String {
        let campaigns: Vec<&str> = self.campaigns.iter().map(CampaignId::as_str).collect();
        let mut lines = vec![wrapped(
            &format!("{}: {}", count(campaigns.len(), "campaign"), campaigns.join(", ")),
            0,
        )];
        let policy = |PolicyUsed { policy, policy_sha256 }: &PolicyUsed| {
            format!("  policy     {policy} (sha256 {:.12}…)", policy_sha256.to_string())
        };
        lines.extend(self.policies.iter().map(policy));
        if !self.stand_ins.is_empty() {
            let ids: Vec<&str> = self.stand_ins.iter().map(PlatformId::as_str).collect();
            lines.push(format!("  stand-ins  {}", ids.join(", ")));
        }
        lines.join("\n")
    }
}
