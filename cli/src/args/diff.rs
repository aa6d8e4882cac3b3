//! The command line of comparisons.

use clap::{Args as Group, ValueEnum};
use domain::ids::{BaselineName, CampaignId, GuestId};

use super::{Audience, Past};

pub(super) const DIFF: &str = "Every cell that one of the two campaigns planned has exactly one class of \
    change, and the counts sum to the cells; docs/changes.md says which. A change says since when it is \
    so, and which smallest set of versions goes with it. A regression stays open until the cell is again \
    as good as in the baseline, whatever was not run meanwhile.\n\n\
    Exit codes: 1 when --fail-on stops it, else 0.\n\n\
    Examples:\n  portolan diff --baseline spring\n  \
    portolan diff --baseline spring --fail-on regression\n  \
    portolan diff --from c-20261101-080000-1f2e --format html > changes.html";

#[derive(Debug, Group)]
pub(crate) struct Diff {
    /// Compare with the campaign that this baseline stands for
    #[arg(long, value_name = "NAME", required_unless_present = "from", conflicts_with = "from")]
    pub(crate) baseline: Option<BaselineName>,
    /// Compare with this campaign
    #[arg(long, value_name = "CAMPAIGN")]
    pub(crate) from: Option<CampaignId>,
    /// The campaign to compare [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    /// Only this guest
    #[arg(long, value_name = "GUEST")]
    pub(crate) guest: Option<GuestId>,
    /// As what [default: text, or json with --json]
    #[arg(long)]
    pub(crate) format: Option<DiffFormat>,
    /// For whom; only operators see which tools and routes were used
    #[arg(long, default_value = "operator")]
    pub(crate) audience: Audience,
    /// Exit with 1 when something changed for the worse, or at all
    #[arg(long, value_name = "WHAT", default_value = "none")]
    pub(crate) fail_on: DiffGate,
    /// Show cells that did not change as well; sheets and JSON always have them
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) past: Past,
}

/// Forms of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Tables for a terminal
    Text,
    /// One row per cell, changed or not
    Csv,
    /// For programs
    Json,
    /// One self-contained page
    Html,
}

/// What makes a comparison fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffGate {
    /// A cell regressed, fails earlier, became unstable, or has an open regression
    Regression,
    /// Any change
    Change,
    /// Nothing
    None,
}
