//! The command line of policies and gates.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand, ValueEnum};
use domain::ids::CampaignId;

use super::{Audience, Past};

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// List the policies that are shipped
    #[command(after_help = "Example: portolan policy list")]
    List,
    /// Print a policy, to start one of your own from
    #[command(after_help = SHOW)]
    Show(ShowPolicy),
    /// Check a policy file, and say what differs from what it builds on
    #[command(after_help = "Exit codes: 0 it can be used, 2 it cannot.\n\n\
                            Example: portolan policy check mine.toml")]
    Check {
        /// The file, or the name of a shipped policy
        #[arg(value_name = "FILE")]
        asked: PathBuf,
    },
    /// Judge recorded campaigns by two policies at once, and show the cells that would change
    #[command(after_help = DIFF)]
    Diff(DiffPolicies),
}

const SHOW: &str = "Examples:\n  portolan policy show > mine.toml\n  \
    portolan policy show gold --resolved";

#[derive(Debug, Group)]
pub(crate) struct ShowPolicy {
    /// The name of a shipped policy, or a file [default: default]
    #[arg(value_name = "NAME|FILE")]
    pub(crate) asked: Option<PathBuf>,
    /// Print every rule it comes to, rather than what its file says
    #[arg(long)]
    pub(crate) resolved: bool,
}

const DIFF: &str = "Nothing is run and nothing is recorded: scores follow from the observations in the \
    log. For each cell that would change, the rules are those that keep the route which gives its \
    higher score from scoring the same under the other policy.\n\n\
    Examples:\n  portolan policy diff default mine.toml\n  \
    portolan policy diff bronze platinum --all --format csv\n  \
    portolan policy diff silver gold --rules";

#[derive(Debug, Group)]
pub(crate) struct DiffPolicies {
    /// The first policy: the name of a shipped one, or a file
    #[arg(value_name = "A")]
    pub(crate) first: PathBuf,
    /// The second policy
    #[arg(value_name = "B")]
    pub(crate) second: PathBuf,
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    /// Every campaign of the log
    #[arg(long, conflicts_with = "campaign")]
    pub(crate) all: bool,
    /// Only the rules that differ; needs no log
    #[arg(long, conflicts_with_all = ["campaign", "all"])]
    pub(crate) rules: bool,
    /// As what [default: text, or json with --json]
    #[arg(long)]
    pub(crate) format: Option<PolicyDiffFormat>,
    /// For whom; only operators and auditors see which routes were used
    #[arg(long, default_value = "public")]
    pub(crate) audience: Audience,
    #[command(flatten)]
    pub(crate) past: Past,
}

/// Forms of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyDiffFormat {
    /// The cells that would change, and the rules that differ
    Text,
    /// One row per cell
    Csv,
    /// For programs
    Json,
}

pub(super) const GATES: &str = "Gates are part of a policy: what should hold for a campaign as a whole. \
    The policies bronze, silver, gold and platinum have some; the default policy has none.\n\n\
    Exit codes: 0 no gate is a FAILURE, 1 one is, 2 usage, or a policy without gates.\n\n\
    Example: portolan gate --policy gold";

#[derive(Debug, Group)]
pub(crate) struct Gates {
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    #[command(flatten)]
    pub(crate) past: Past,
}
