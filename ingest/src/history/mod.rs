//! Campaigns that other systems have written down: their files, put into our words.
//!
//! All of a file is taken or nothing: one row that cannot be read rejects it, and every such row is
//! told. Read in this order: the words that files use, a row of any of them, the roster that rows
//! are gathered in, then one module for each format.

mod rejected;
mod words;

mod fields;
mod mapping;
mod row;

mod draft;
mod names;
mod roster;
mod testbed;

mod lines;

mod csv;
mod csv_steps;
mod junit;
mod qir;
mod xml;

use domain::event::Pins;
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::testbed::Testbed;
use domain::told::ToldTrial;
use jiff::Timestamp;

use roster::Roster;

pub use mapping::{Mapping, MappingProblem};
pub use rejected::{MOST_ROWS_TOLD, Rejected, RejectedRow};
pub use words::instant;

/// Largest file read, in bytes: 64 MiB.
pub const LARGEST: usize = 64 << 20;

/// A campaign as another system told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignCampaign {
    /// What it is called here: the file's name for it behind `imported-`.
    pub campaign: CampaignId,
    /// The kind of file it comes from; see [`Format::origin`].
    pub origin: String,
    /// What the file says about platforms, guests and routes; what it does not say is `unknown`.
    pub testbed: Testbed,
    /// The versions that the file names.
    pub pins: Pins,
    /// Every trial, in the order of the file.
    pub trials: Vec<ToldTrial>,
}

/// What the call says about the whole file. It fills what the file leaves out.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The campaign of rows that name none.
    pub campaign: Option<CampaignId>,
    /// When rows without a time were tried.
    pub at: Option<Timestamp>,
    /// The guest of rows that name none.
    pub guest: Option<GuestId>,
    /// The source of rows that name none.
    pub source: Option<PlatformId>,
    /// The target of rows that name none.
    pub target: Option<PlatformId>,
    /// How the names of JUnit test cases are to be read.
    pub map: Option<Mapping>,
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One row a trial; or what Portolan itself writes: one row a cell, or one a step.
    Csv,
    /// Test suites with test cases.
    Junit,
    /// The `result.json` of the QUIC Interop Runner, and of runners that write the same.
    Qir,
}

impl Format {
    /// The format of a file, by its first character, else by the end of its name.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        let name = name.to_ascii_lowercase();
        match text.trim_start().chars().next() {
            Some('<') => Self::Junit,
            Some('{') => Self::Qir,
            _ if name.ends_with(".xml") => Self::Junit,
            _ if name.ends_with(".json") => Self::Qir,
            _ => Self::Csv,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn origin(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Junit => "JUnit XML",
            Self::Qir => "QUIC interop result JSON",
        }
    }
}

/// Reads a file of another system; `name` is the file's name, without its folder.
///
/// The same bytes, name and defaults always give the same campaigns.
///
/// # Errors
/// Every row that cannot be read, with its line and the reason; then nothing is to be imported.
pub fn read(
    format: Option<Format>,
    name: &str,
    bytes: &[u8],
    defaults: &Defaults,
) -> Result<Vec<ForeignCampaign>, Rejected> {
    if bytes.len() > LARGEST {
        let words = format!("the file is larger than {} MiB: split it", LARGEST >> 20);
        return Err(Rejected::whole(words));
    }
    let text = text(bytes)?;
    let format = format.unwrap_or_else(|| Format::of(name, text));
    let mut roster = Roster::new(format.origin(), name, defaults);
    match format {
        Format::Csv => csv::take(text, &mut roster),
        Format::Junit => junit::take(text, &mut roster),
        Format::Qir => qir::take(text, &mut roster),
    }
    roster.finish()
}

/// The file as text, without the mark that some systems put before it.
fn text(bytes: &[u8]) -> Result<&str, Rejected> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| not_utf8(bytes))
}

/// Every line that is not UTF-8.
fn not_utf8(bytes: &[u8]) -> Rejected {
    let (mut rejections, mut line, mut told) = (rejected::Rejections::default(), 1, 0);
    for chunk in bytes.utf8_chunks() {
        line += lines::ends_in(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() && line != told {
            rejections.add(line, "is not UTF-8 text: save the file as UTF-8");
            told = line;
        }
    }
    rejections.into_rejected()
}
