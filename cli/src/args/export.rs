//! The command line of `portolan export`.

use std::path::PathBuf;

use clap::{Args as Group, ValueEnum};
use domain::ids::CampaignId;

use super::Past;

pub(super) const EXPORT: &str = "Nothing that is exported for the public names a conversion tool. The same \
    campaign, judged by the same policy, gives the same bytes.\n\n\
    in-toto and bundle are signed with the key of the log: nobody else may be using the store meanwhile. Anybody \
    checks it with `portolan verify`. The subject of in-toto is the file that --format json writes for the same \
    audience.\n\n\
    bundle is one zip file to give away: report, every format, schemas, the signed state of the log, \
    proofs, digests, and a README that says how to check each. `portolan verify` checks all of it. For \
    operators it holds the events that decide each cell, with their proofs.\n\n\
    schema and schema-explain are the JSON Schemas of our own files: of --format json, and of what \
    `portolan explain --json` prints.\n\n\
    Examples:\n  portolan export --format junit --warnings skipped > junit.xml\n  \
    portolan export --format in-toto --out results.intoto.json\n  \
    portolan export --format oscal --audience operator --out assessment-results.json\n  \
    portolan export --format bundle --out results.zip";

#[derive(Debug, Group)]
pub(crate) struct ExportCampaign {
    /// As what
    #[arg(long)]
    pub(crate) format: ExportFormat,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    /// For whom; only operators see which tools were used
    #[arg(long, default_value = "public")]
    pub(crate) audience: ExportAudience,
    /// What a WARNING becomes in junit, which has no word for it [default: success]
    #[arg(long, value_name = "AS")]
    pub(crate) warnings: Option<Warnings>,
    /// Write the in-toto statement alone, or a bundle, without a signature
    #[arg(long)]
    pub(crate) unsigned: bool,
    #[command(flatten)]
    pub(crate) past: Past,
}

/// Formats of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One row per cell, RFC 4180
    Csv,
    /// The file that `matrix --format json` prints
    Json,
    /// JUnit XML, for CI services
    Junit,
    /// in-toto test result in a signed DSSE envelope
    InToto,
    /// NIST OSCAL assessment results 1.1, JSON
    Oscal,
    /// OpenMetrics 1.0, for monitoring
    Openmetrics,
    /// All of it in one zip file, with signatures and proofs; needs --out
    Bundle,
    /// One row per cell as Parquet, for analysts; in builds with `--features parquet`
    Parquet,
    /// JSON Schema of the json format; needs no store
    Schema,
    /// JSON Schema of `explain --json`; needs no store
    SchemaExplain,
}

/// Readers of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportAudience {
    /// Everyone: names no conversion tool
    Public,
    /// Those who run the lab: everything
    Operator,
}

/// What a WARNING becomes where there is no word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Warnings {
    /// A test that passed; what changed stands in its output
    Success,
    /// A test that was skipped
    Skipped,
    /// A test that failed
    Failure,
}
