//! The command line of labs that are far from their service.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::{Args as Group, Subcommand};
use domain::ids::{CampaignId, PlatformId};
use secrecy::SecretString;

use super::running::{Cache, Part};

/// What `agent --help` ends with.
pub(super) const AGENT: &str = "Examples:\n  \
     portolan agent --server https://portolan.example --token-file token --platforms kvm-like,xen-like\n  \
     portolan agent --server http://127.0.0.1:8080 --token-file token --platforms kvm-like --once";

/// What `offer --help` ends with.
pub(super) const OFFER: &str = "Example: portolan offer default --server https://portolan.example \
     --token-file token --wait\n\nThe trials are walked by whoever runs `portolan agent`.";

/// What `spool --help` ends with.
pub(super) const SPOOL: &str = "Examples:\n  portolan spool list\n  \
     portolan spool deliver --token-file token";

/// The secret by which a service knows us.
#[derive(Debug, Clone, Group)]
pub(crate) struct Credential {
    /// Token that an operator of the service gave; others may see it in the list of processes
    #[arg(long, env = "PORTOLAN_TOKEN", hide_env_values = true, value_parser = secret)]
    pub(crate) token: Option<SecretString>,
    /// File with that token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// File with certificates (PEM) of an authority to trust beside the usual ones
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Let the token go over a network without TLS
    #[arg(long)]
    pub(crate) plain_text: bool,
}

/// A service to record at.
#[derive(Debug, Clone, Group)]
pub(crate) struct Remote {
    /// Record at the service at this address instead of the store
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    #[command(flatten)]
    pub(crate) credential: Credential,
    #[command(flatten)]
    pub(crate) spooling: Spooling,
}

/// How much waits on this machine while a service is away, and for how long.
#[derive(Debug, Clone, Copy, Group)]
pub(crate) struct Spooling {
    /// Most that is kept on this machine while the service is away, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024, hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    pub(crate) spool_limit: u64,
    /// How long to wait at the end until everything is delivered, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) deliver_within: u64,
}

#[derive(Debug, Group)]
pub(crate) struct Agent {
    /// Address of the service
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    #[command(flatten)]
    pub(crate) credential: Credential,
    /// Platforms that this machine can play, separated by commas
    #[arg(long, value_name = "PLATFORM", required = true, value_delimiter = ',')]
    pub(crate) platforms: Vec<PlatformId>,
    /// What this lab is called at the service [default: this machine's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Take work once, and end when it is done or when there is none
    #[arg(long)]
    pub(crate) once: bool,
    /// Most trials to take at once
    #[arg(long, value_name = "N", default_value_t = 64)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) most: u32,
    /// Processors and memory in MiB that VMs may use at once, such as 4,8192 [default: as the
    /// testbed says]
    #[arg(long, value_name = "CPUS,MIB", value_parser = slots)]
    pub(crate) slots: Option<(u32, u32)>,
    #[command(flatten)]
    pub(crate) spooling: Spooling,
    #[command(flatten)]
    pub(crate) cache: Cache,
}

#[derive(Debug, Group)]
pub(crate) struct Offer {
    /// Testbed file, or `default`, `small`, `live`, `apps` or `libvirt` for the embedded ones
    #[arg(required_unless_present = "plan")]
    pub(crate) testbed: Option<String>,
    #[command(flatten)]
    pub(crate) part: Part,
    /// Offer the trials of a plan file, as `portolan plan --out` writes it
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["testbed", "guest", "source", "target", "migration", "mode", "repeat"])]
    pub(crate) plan: Option<PathBuf>,
    /// Address of the service [default: the one that serves this store]
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    #[command(flatten)]
    pub(crate) credential: Credential,
    /// Follow the campaign until it ends
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Spool {
    /// What waits on this machine, and for which service
    List,
    /// Deliver what waits, each to its service
    Deliver {
        /// Only what waits for the service at this address
        #[arg(long, value_name = "URL")]
        server: Option<String>,
        #[command(flatten)]
        credential: Credential,
        #[command(flatten)]
        spooling: Spooling,
    },
    /// Drop what waits of a campaign: it is not recorded anywhere
    Drop {
        /// Which campaign
        campaign: CampaignId,
    },
}

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}

fn slots(text: &str) -> Result<(u32, u32), String> {
    let usual = |it: &u32| (1..=1 << 20).contains(it);
    let read = |it: &str| it.trim().parse().ok().filter(usual);
    let found = text.split_once(',').and_then(|(cpus, mib)| Some((read(cpus)?, read(mib)?)));
    found.ok_or_else(|| "write it as CPUS,MIB, such as 4,8192".to_owned())
}
