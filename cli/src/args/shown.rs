//! The command line of what is shown of a campaign: matrices, reports, derivations.

use std::path::PathBuf;

use clap::{Args as Group, ValueEnum};
use domain::ids::{CampaignId, GuestId, PlatformId, VendorId};

use super::Past;

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
    /// For a vendor: leave out a cell that fewer makers of conversion tools carry, as letters do
    #[arg(long, default_value_t = 2, value_name = "K")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) fewest_tools: u32,
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
