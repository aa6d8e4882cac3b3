//! The command line of analyses over many campaigns.

use clap::{Args as Group, ValueEnum};
use domain::ids::CampaignId;

use super::{Audience, Past};

pub(super) const INSIGHTS: &str = "Without --campaign all campaigns of the store are taken, judged by \
    one policy. A public audience sees what names no tool: converter and duration are for operators.\n\n\
    Examples:\n  portolan insights --by target\n  \
    portolan insights --by converter --format csv > converters.csv\n  \
    portolan insights --campaign 2026-11-23.default --audience public";

#[derive(Debug, Group)]
pub(crate) struct Insights {
    /// Only this question [default: every one that the audience may read]
    #[arg(long, value_name = "WHAT")]
    pub(crate) by: Option<By>,
    /// Only this campaign; may be repeated [default: all]
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub(crate) campaign: Vec<CampaignId>,
    /// As what; csv needs --by [default: text, or json with --json]
    #[arg(long)]
    pub(crate) format: Option<Form>,
    /// For whom; only operators and auditors see which tools were used
    #[arg(long, default_value = "operator")]
    pub(crate) audience: Audience,
    #[command(flatten)]
    pub(crate) past: Past,
}

/// What is asked of many campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// How well each guest travels, campaign by campaign
    Guest,
    /// What makes it fail, by target
    Cause,
    /// What changes on the way
    Topic,
    /// Which platform is the hardest to arrive at
    Target,
    /// Which platform is the hardest to leave
    Source,
    /// Whether repetitions agree
    Consistency,
    /// How routes and their tools compare
    Converter,
    /// How long each step takes
    Duration,
}

/// Forms of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For a terminal
    Text,
    /// For a spreadsheet: shares as fractions, durations in milliseconds
    Csv,
    /// For programs
    Json,
}
