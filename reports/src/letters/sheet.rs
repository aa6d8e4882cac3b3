//! A letter for a spreadsheet: one row a cell, one row a route with a tool of the vendor.

use super::line::Line;
use super::vendor_letter::VendorLetter;
use crate::sheet::sheet;
use crate::withheld;

const HEADER: [&str; 20] = [
    "kind",
    "tool",
    "product",
    "with_another",
    "guest",
    "source",
    "target",
    "standing",
    "score",
    "unstable",
    "limiting_step",
    "limiting_title",
    "reason",
    "turns_green",
    "change",
    "standing_before",
    "campaign",
    "started",
    "policy",
    "policy_sha256",
];

/// The results of a letter as CSV.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn csv(letter: &VendorLetter) -> Result<String, csv::Error> {
    let lines = letter.lines();
    let told = lines.iter().map(|it| row(letter, it));
    sheet(HEADER, told.chain(letter.results.withheld.iter().map(|it| withheld_row(letter, it))))
}

fn row(letter: &VendorLetter, line: &Line) -> [String; 20] {
    let changed = letter.since.as_ref().and_then(|it| it.of(line));
    let limit = line.limit.as_ref();
    let before = changed.and_then(|it| it.before).map(|it| it.word().to_owned());
    let [campaign, started, policy, digest] = origin(letter);
    [
        if line.tool.is_some() { "tool" } else { "cell" }.to_owned(),
        line.tool.as_ref().map(ToString::to_string).unwrap_or_default(),
        line.product.clone(),
        yes_or_no(line.with_another),
        line.cell.guest.to_string(),
        line.cell.source.to_string(),
        line.cell.target.to_string(),
        line.standing.word().to_owned(),
        line.standing.score().map(|it| it.word().to_owned()).unwrap_or_default(),
        yes_or_no(line.unstable),
        limit.map(|it| it.step.to_string()).unwrap_or_default(),
        limit.map(|it| it.title.to_owned()).unwrap_or_default(),
        line.reason.clone(),
        line.remedies.join("; "),
        changed.map(|it| it.became.word().to_owned()).unwrap_or_default(),
        before.unwrap_or_default(),
        campaign,
        started,
        policy,
        digest,
    ]
}

/// A row that says that a cell was planned, and nothing else of it.
fn withheld_row(letter: &VendorLetter, id: &domain::plan::CellId) -> [String; 20] {
    let mut row: [String; 20] = Default::default();
    row[0] = "cell".to_owned();
    (row[4], row[5]) = (id.guest.to_string(), id.source.to_string());
    (row[6], row[7]) = (id.target.to_string(), withheld::WORD.to_owned());
    [row[16], row[17], row[18], row[19]] = origin(letter);
    row
}

fn origin(letter: &VendorLetter) -> [String; 4] {
    let view = &letter.results;
    let digest = view.policy_sha256.to_string();
    [view.campaign.to_string(), view.started.clone(), view.policy.clone(), digest]
}

fn yes_or_no(it: bool) -> String {
    if it { "yes" } else { "no" }.to_owned()
}
