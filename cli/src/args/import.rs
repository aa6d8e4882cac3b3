//! The command line of an import from another system.

use std::path::PathBuf;

use clap::{Args as Group, ValueEnum};
use domain::ids::{CampaignId, GuestId, PlatformId};
use ingest::history::{self, Defaults, Mapping};
use jiff::Timestamp;

pub(super) const IMPORT: &str = "Reads CSV (one row a trial, or what `portolan matrix --format csv` \
    writes), JUnit XML, and the result.json of the QUIC Interop Runner. All of a file is imported or \
    nothing: every row that cannot be read is told. What is said here fills what the file leaves out. \
    docs/import.md lists columns and properties.\n\n\
    The campaigns are called as in the file, behind `imported-`.\n\n\
    Examples:\n  portolan import history.csv --dry-run\n  \
    portolan import results.xml --map '\\[(?P<guest>.+)-(?P<source>.+)-to-(?P<target>.+)\\]'\n  \
    portolan import round.csv --campaign spring --at 2013-04-02 --guest lean";

#[derive(Debug, Group)]
pub(crate) struct ImportCampaigns {
    /// The file; `-` for standard input
    pub(crate) file: PathBuf,
    /// Its format [default: seen from its content]
    #[arg(long)]
    pub(crate) format: Option<Foreign>,
    /// Show what would be imported, and record nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The campaign of rows that name none [default: the file's name and the day]
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,
    /// When rows without a time were tried: a day, or a time such as 2013-06-01T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = history::instant)]
    at: Option<Timestamp>,
    /// The guest of rows that name none
    #[arg(long, value_name = "GUEST")]
    guest: Option<GuestId>,
    /// The source of rows that name none
    #[arg(long, value_name = "PLATFORM")]
    source: Option<PlatformId>,
    /// The target of rows that name none
    #[arg(long, value_name = "PLATFORM")]
    target: Option<PlatformId>,
    /// How to read `classname.name` of JUnit test cases: a regular expression with named groups
    #[arg(long, value_name = "REGEX")]
    map: Option<Mapping>,
}

impl ImportCampaigns {
    /// What the call says about the whole file.
    pub(crate) fn defaults(&self) -> Defaults {
        Defaults {
            campaign: self.campaign.clone(),
            at: self.at,
            guest: self.guest.clone(),
            source: self.source.clone(),
            target: self.target.clone(),
            map: self.map.clone(),
        }
    }
}

/// Formats of other systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Foreign {
    /// A header and rows
    Csv,
    /// JUnit XML
    Junit,
    /// The result.json of the QUIC Interop Runner
    Qir,
}

impl From<Foreign> for history::Format {
    fn from(format: Foreign) -> Self {
        match format {
            Foreign::Csv => Self::Csv,
            Foreign::Junit => Self::Junit,
            Foreign::Qir => Self::Qir,
        }
    }
}
