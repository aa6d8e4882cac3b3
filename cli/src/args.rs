//! The command line: names that people and scripts rely on.

mod access;
mod checking;
mod converters;
mod declared;
mod diff;
mod drivers;
mod export;
mod import;
pub(crate) mod insights;
mod letters;
mod log;
mod operating;
mod ovf;
mod past;
mod policy;
mod remote;
mod running;
mod serving;
mod shown;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use access::{Access, GrantAccess, LinkAccess, PasswordAccess, Terms};
pub(crate) use checking::Check;
pub(crate) use declared::{Baseline, BaselineSet, Upgrade, Waiver, WaiverAdd, Withdraw};
pub(crate) use past::Past;

pub(crate) use converters::{ConverterTest, Converters};
pub(crate) use diff::{Diff, DiffFormat, DiffGate};
pub(crate) use drivers::{DriverTest, Drivers};
pub(crate) use export::{ExportAudience, ExportCampaign, ExportFormat, Warnings};
pub(crate) use import::ImportCampaigns;
pub(crate) use insights::Insights;
pub(crate) use letters::{
    Bounces, Digest, Embargo, Letters, Preview, Publish, Reply, Resend, Send, Writing,
};
pub(crate) use log::{
    Checkpoint, Export, Import, Keygen, Log, Prove, Show, Tiles, Trust, Verify, VerifyFile,
};
pub(crate) use operating::Ops;
pub(crate) use ovf::{Ovf, OvfCheck, OvfWrite};
pub(crate) use policy::{DiffPolicies, Gates, Policy, PolicyDiffFormat, ShowPolicy};
pub(crate) use remote::{Agent, Credential, Offer, Remote, Spool, Spooling};
pub(crate) use running::{Cache, Gate, Part, Plan, Run};
pub(crate) use serving::{LogFormat, Oidc, Serve};
pub(crate) use shown::{Audience, Explain, Form, Format, Matrix, Reader, Report};

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
    #[arg(long, global = true, env = "PORTOLAN_LOG", hide = true)]
    pub(crate) log: Option<String>,
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
                            portolan plan --stale --out stale.json && portolan run --plan stale.json\n  \
                            portolan plan default --routes")]
    Plan(Plan),
    /// Say whether moves are possible, without touching anything: steps 1, 4 and 5
    #[command(after_help = checking::CHECK)]
    Check(Check),
    /// List, start, pause, snapshot and stop a machine at every platform alike, and score that; it is not recorded
    #[command(after_help = operating::OPS)]
    Ops(Ops),
    /// Walk every trial of a testbed and print the matrices
    #[command(after_help = "Examples:\n  portolan run default --repeat 3 --fail-on failure\n  \
                            portolan run --resume\n  \
                            portolan run small --server https://portolan.example --token-file token")]
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
    /// Serve pages and the door for labs over HTTP; this process owns the store
    #[command(after_help = serving::SERVE)]
    Serve(Serve),
    /// Who may see and do what: grants, tokens, links to vendors, passwords
    #[command(subcommand)]
    Access(Access),
    /// Private letters to vendors about their own results, and the embargo
    #[command(subcommand)]
    Letters(Letters),
    /// Make the results of a campaign public, without what would tell how one tool did
    #[command(after_help = letters::PUBLISH)]
    Publish(Publish),
    /// Take trials from a service and walk them on this machine
    #[command(after_help = remote::AGENT)]
    Agent(Agent),
    /// Start a campaign at a service whose trials agents walk
    #[command(after_help = remote::OFFER)]
    Offer(Offer),
    /// What waits on this machine until its service is reached again
    #[command(subcommand, after_help = remote::SPOOL)]
    Spool(Spool),
    /// The log
    #[command(subcommand)]
    Log(Log),
    /// Check a file that a log has given out: an export, a proof or a signed statement
    #[command(after_help = log::VERIFY_FILE)]
    Verify(VerifyFile),
    /// Policies: those that are shipped, your own, and what would change between them
    #[command(subcommand)]
    Policy(Policy),
    /// Drivers of real platforms: those that are shipped, and whether one does what it must
    #[command(subcommand)]
    Drivers(Drivers),
    /// Conversion tools: which are here, what they make of what, and a test
    #[command(subcommand)]
    Converters(Converters),
    /// OVF packages: check and write them
    #[command(subcommand)]
    Ovf(Ovf),
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
