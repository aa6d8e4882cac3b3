//! The command line: names that people and scripts rely on.

mod declared;
mod diff;
mod export;
mod import;
pub(crate) mod insights;
mod log;
mod past;
mod policy;

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId, VendorId};

pub(crate) use declared::{Baseline, BaselineSet, Upgrade, Waiver, WaiverAdd, Withdraw};
pub(crate) use past::Past;

pub(crate) use diff::{Diff, DiffFormat, DiffGate};
pub(crate) use export::{ExportAudience, ExportCampaign, ExportFormat, Warnings};
pub(crate) use import::ImportCampaigns;
pub(crate) use insights::Insights;
pub(crate) use log::{
    Checkpoint, Export, Import, Keygen, Log, Prove, Show, Tiles, Trust, Verify, VerifyFile,
};
pub(crate) use policy::{DiffPolicies, Gates, Policy, PolicyDiffFormat, ShowPolicy};

/// Charts how well virtual machines travel between hypervisors.
///
/// Moves real VMs along every route, scores what arrives, and keeps every step outcome.
#[derive(Debug, Parser)]
#[command(name = "portolan", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Folder of the log and its evidence
    #[arg(
        long,
        global = true,
        env = "PORTOLAN_STORE",
        hide_env_values = true,
        default_value = "portolan-data"
    )]
    pub(crate) store: PathBuf,
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print no progress
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// Policy that turns observations into scores: one of `policy list`, or a file [default: default]
    #[arg(long, global = true, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Memory for the log's index, in MiB
    #[arg(
        long,
        global = true,
        env = "PORTOLAN_LOG_MEMORY",
        value_name = "MIB",
        default_value_t = 64
    )]
    #[arg(hide_env_values = true, hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(8..=65536))]
    pub(crate) log_memory: u32,
    /// Where evidence is kept: s3://BUCKET/PREFIX [default: the folder `evidence` of the store]
    #[arg(long, global = true, env = "PORTOLAN_EVIDENCE", hide_env_values = true)]
    #[arg(value_name = "URL", hide_short_help = true)]
    pub(crate) evidence: Option<String>,
    /// What to log on standard error, in the syntax of tracing's EnvFilter
    #[arg(long, global = true, env = "PORTOLAN_LOG", default_value = "warn", hide = true)]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 a score that --fail-on forbids, or a gate that is shut, \
                          2 usage or bad input, 3 lab error, or something checked that is not \
                          right.\n\n\
                          Example: portolan run default && portolan matrix";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The embedded lab
    #[command(subcommand)]
    Lab(Lab),
    /// Show every trial and every command that would run; nothing is touched
    #[command(after_help = "Examples:\n  portolan plan small\n  \
                            portolan plan --stale --out stale.json && portolan run --plan stale.json")]
    Plan(Plan),
    /// Walk every trial of a testbed and print the matrices
    #[command(after_help = "Examples:\n  portolan run default --repeat 3 --fail-on failure\n  \
                            portolan run --resume")]
    Run(Run),
    /// Print the matrices of a campaign
    #[command(after_help = "Example: portolan matrix --guest server --format csv")]
    Matrix(Matrix),
    /// Write a report: one self-contained HTML file
    #[command(after_help = "Examples:\n  portolan report --audience public --out report.html\n  \
                            portolan report --audience vendor:qemu --out qemu.html")]
    Report(Report),
    /// Print the matrices of a campaign in a format of others, or sign them
    #[command(after_help = export::EXPORT)]
    Export(ExportCampaign),
    /// Say what changed since a baseline, cell by cell, since when, and what goes with it
    #[command(after_help = diff::DIFF)]
    Diff(Diff),
    /// Say why a cell has its colour, and what would turn it green
    #[command(after_help = "Example: portolan explain kvm-like xen-like lean")]
    Explain(Explain),
    /// Every projection of the log with its digest, rebuilt from the events
    #[command(after_help = "Example: portolan projections --known-at 812")]
    Projections {
        #[command(flatten)]
        past: Past,
    },
    /// Reference campaigns, by name
    #[command(subcommand)]
    Baseline(Baseline),
    /// Declare an upgrade, so that evidence of the version before turns stale
    #[command(after_help = declared::UPGRADE)]
    Upgrade(Upgrade),
    /// Rules that cost nothing until a date, for a reason, with an owner
    #[command(subcommand)]
    Waiver(Waiver),
    /// Declare that a recorded step says nothing about the product, since the lab had broken unseen
    #[command(after_help = declared::WITHDRAW)]
    Withdraw(Withdraw),
    /// Import campaigns from another system's file
    #[command(after_help = import::IMPORT)]
    Import(ImportCampaigns),
    /// Answer questions over many campaigns: what fails, where it is hard, how tools compare
    #[command(after_help = insights::INSIGHTS)]
    Insights(Insights),
    /// The log
    #[command(subcommand)]
    Log(Log),
    /// Check a file that a log has given out: an export, a proof or a signed statement
    #[command(after_help = log::VERIFY_FILE)]
    Verify(VerifyFile),
    /// Policies: those that are shipped, your own, and what would change between them
    #[command(subcommand)]
    Policy(Policy),
    /// Judge a campaign by the gates of a policy
    #[command(after_help = policy::GATES)]
    Gate(Gates),
    /// Write a shell completion script
    #[command(after_help = "Example: portolan completions bash > portolan.bash")]
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Lab {
    /// Build and cache the guests of a testbed
    #[command(after_help = "Example: portolan lab build default")]
    Build {
        /// Testbed file, or `default` or `small` for the embedded ones
        #[arg(default_value = "default")]
        testbed: String,
        #[command(flatten)]
        cache: Cache,
    },
}

/// Where built images are kept.
#[derive(Debug, Group)]
pub(crate) struct Cache {
    /// Folder of built guest images and downloaded packages [default: ~/.cache/portolan]
    #[arg(long, env = "PORTOLAN_CACHE", hide_env_values = true, value_name = "DIR")]
    cache: Option<PathBuf>,
    #[arg(long, env = "XDG_CACHE_HOME", hide = true)]
    xdg_cache_home: Option<PathBuf>,
    #[arg(long, env = "HOME", hide = true)]
    home: Option<PathBuf>,
}

impl Cache {
    /// The cache folder: named, or the user's, or one beside where the program was started.
    pub(crate) fn folder(&self) -> PathBuf {
        let user = self.xdg_cache_home.clone();
        let user = user.or_else(|| self.home.as_ref().map(|home| home.join(".cache")));
        let user = user.map(|folder| folder.join("portolan"));
        let folder = self.cache.clone().or(user);
        let folder = folder.unwrap_or_else(|| PathBuf::from("portolan-cache"));
        // Tools are started elsewhere: a relative path would mean another folder to them.
        std::path::absolute(&folder).unwrap_or(folder)
    }
}

/// Which part of a testbed.
#[derive(Debug, Group)]
pub(crate) struct Part {
    /// Only this guest; may be repeated
    #[arg(long, value_name = "GUEST")]
    pub(crate) guest: Vec<GuestId>,
    /// Only this source platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) source: Vec<PlatformId>,
    /// Only this target platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) target: Vec<PlatformId>,
    /// Repetitions of every trial
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) repeat: u32,
}

#[derive(Debug, Group)]
pub(crate) struct Plan {
    /// Testbed file, or `default` or `small` for the embedded ones; with --stale [default: the one
    /// recorded with the baseline]
    #[arg(required_unless_present = "stale")]
    pub(crate) testbed: Option<String>,
    #[command(flatten)]
    pub(crate) part: Part,
    /// Plan the smallest set of trials that brings a baseline up to date after upgrades
    #[arg(long, conflicts_with_all = ["guest", "source", "target", "repeat"])]
    pub(crate) stale: bool,
    /// Which baseline [default: the one set last]
    #[arg(long, value_name = "NAME", requires = "stale")]
    pub(crate) baseline: Option<BaselineName>,
    /// Write the plan to this file, for `portolan run --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub(crate) struct Run {
    /// Testbed file, or `default` or `small` for the embedded ones
    #[arg(required_unless_present_any = ["resume", "plan"])]
    pub(crate) testbed: Option<String>,
    #[command(flatten)]
    pub(crate) part: Part,
    /// Take up the last campaign that did not end; its testbed is the recorded one
    #[arg(long, conflicts_with_all = ["testbed", "guest", "source", "target", "repeat", "plan"])]
    pub(crate) resume: bool,
    /// Walk the trials of a plan file, as `portolan plan --out` writes it
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["testbed", "guest", "source", "target", "repeat"])]
    pub(crate) plan: Option<PathBuf>,
    /// Exit with 1 when a cell scores this or lower
    #[arg(long, value_name = "SCORE")]
    pub(crate) fail_on: Option<Gate>,
    /// Walk trials one after the other and share nothing, to compare with
    #[arg(long)]
    pub(crate) sequential: bool,
    #[command(flatten)]
    pub(crate) cache: Cache,
}

/// The score that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gate {
    /// WARNING or FAILURE
    Warning,
    /// FAILURE
    Failure,
}

#[derive(Debug, Group)]
pub(crate) struct Matrix {
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    /// Only this guest
    #[arg(long, value_name = "GUEST")]
    pub(crate) guest: Option<GuestId>,
    /// As what [default: text, or json with --json]
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// For whom; only operators and auditors see which tools were used
    #[arg(long, default_value = "operator")]
    pub(crate) audience: Audience,
    #[command(flatten)]
    pub(crate) past: Past,
}

/// Forms of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for a terminal; they name no tool
    Text,
    /// One row per cell
    Csv,
    /// One row per step
    CsvSteps,
    /// For programs
    Json,
    /// One self-contained page
    Html,
}

/// Forms of a derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For a terminal
    Text,
    /// For programs
    Json,
    /// One self-contained page
    Html,
}

#[derive(Debug, Group)]
pub(crate) struct Report {
    /// For whom: public, auditor, operator, or vendor:ID for what one vendor may see
    #[arg(long, default_value = "public", value_name = "AUDIENCE")]
    pub(crate) audience: Reader,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    #[command(flatten)]
    pub(crate) past: Past,
}

/// Readers of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Audience {
    /// Everyone: names no conversion tool
    Public,
    /// Those who check: everything, with event positions and digests
    Auditor,
    /// Those who run the lab: everything
    Operator,
}

/// Readers of a report, each vendor among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reader {
    /// One of the audiences that read everything of their kind.
    All(Audience),
    /// One vendor: its own results, and no competitor's.
    Vendor(VendorId),
}

impl std::str::FromStr for Reader {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("vendor:") {
            Some(id) => id.parse().map(Self::Vendor).map_err(|error| format!("vendor:ID: {error}")),
            None => Audience::from_str(text, false)
                .map(Self::All)
                .map_err(|_| "it is one of: public, auditor, operator, vendor:ID".to_owned()),
        }
    }
}

#[derive(Debug, Group)]
pub(crate) struct Explain {
    /// Source platform
    pub(crate) source: PlatformId,
    /// Target platform
    pub(crate) target: PlatformId,
    /// Guest
    pub(crate) guest: GuestId,
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    /// As what [default: text, or json with --json]
    #[arg(long)]
    pub(crate) format: Option<Form>,
    #[command(flatten)]
    pub(crate) past: Past,
}
