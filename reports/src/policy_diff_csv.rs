//! Two policies over recorded campaigns: one row a cell, for spreadsheets and scripts.

use crate::policy_diff::{CampaignDiff, CellDiff, PolicyDiff};
use crate::sheet::sheet;

/// Columns for anyone.
const COLUMNS: usize = 12;

const HEADER: [&str; COLUMNS] = [
    "campaign",
    "guest",
    "source",
    "target",
    "standing_a",
    "standing_b",
    "change",
    "rules",
    "policy_a",
    "policy_a_sha256",
    "policy_b",
    "policy_b_sha256",
];

/// Every cell; with the routes behind it where the comparison names them.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn cells(diff: &PolicyDiff) -> Result<String, csv::Error> {
    if diff.audience == "public" {
        return sheet(HEADER, diff.cells().map(|(campaign, cell)| row(diff, campaign, cell)));
    }
    let mut header = HEADER.into_iter().chain(["route_a", "route_b", "rules_of_route"]);
    let header: [&str; COLUMNS + 3] = std::array::from_fn(|_| header.next().unwrap_or_default());
    sheet(header, diff.cells().map(|(campaign, cell)| with_routes(diff, campaign, cell)))
}

fn row(diff: &PolicyDiff, campaign: &CampaignDiff, cell: &CellDiff) -> [String; COLUMNS] {
    let rules: Vec<&str> = cell.rules.iter().map(|it| it.rule.as_str()).collect();
    [
        campaign.campaign.to_string(),
        cell.guest.to_string(),
        cell.source.to_string(),
        cell.target.to_string(),
        cell.a.word().to_owned(),
        cell.b.word().to_owned(),
        cell.change.word().to_owned(),
        rules.join(" "),
        diff.a.policy.clone(),
        diff.a.sha256.to_string(),
        diff.b.policy.clone(),
        diff.b.sha256.to_string(),
    ]
}

fn with_routes(
    diff: &PolicyDiff,
    campaign: &CampaignDiff,
    cell: &CellDiff,
) -> [String; COLUMNS + 3] {
    let routes = cell.routes.as_ref();
    let named = [
        routes.and_then(|it| it.a.as_ref()),
        routes.and_then(|it| it.b.as_ref()),
        routes.and_then(|it| it.rules_of.as_ref()),
    ];
    let named = named.map(|it| it.map(ToString::to_string).unwrap_or_default());
    let mut fields = row(diff, campaign, cell).into_iter().chain(named);
    std::array::from_fn(|_| fields.next().unwrap_or_default())
}
