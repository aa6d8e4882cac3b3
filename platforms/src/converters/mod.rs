//! Converters: what each takes and gives, and every chain of at most two that leads from one platform to another.

mod search;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use domain::ids::ConverterId;
use domain::testbed::ConverterStatus;
use serde::{Deserialize, Serialize};

use crate::platform::Answered;
use crate::words::Finding;

pub use search::{Chain, Gap, LONGEST_CHAIN, chains};

/// What travels: a disk in some format, and whether the machine around it is described.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cargo {
    /// `raw`, `qcow2`, `vmdk`, `vhd`, `xva`, …
    pub format: String,
    /// What describes the machine: `ovf`, `xml`, …; nothing for a bare disk.
    pub metadata: Option<String>,
}

impl Cargo {
    /// A disk without a description.
    #[must_use]
    pub fn bare(format: &str) -> Self {
        Self { format: format.to_owned(), metadata: None }
    }

    /// A disk with a description.
    #[must_use]
    pub fn described(format: &str, metadata: &str) -> Self {
        Self { format: format.to_owned(), metadata: Some(metadata.to_owned()) }
    }
}

/// What a converter says of itself: enough to search by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConverterFacts {
    /// Its name in testbeds.
    pub id: ConverterId,
    /// The version that was found.
    pub version: String,
    /// Whether it is still made. One that is not is never on a new route.
    #[serde(default)]
    pub status: ConverterStatus,
    /// What it takes.
    pub accepts: BTreeSet<Cargo>,
    /// What it gives.
    pub produces: BTreeSet<Cargo>,
}

/// What a conversion will need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Space beside the source, in bytes.
    pub space_bytes: u64,
    /// Time, when it can be told.
    pub time: Option<Duration>,
}

/// A conversion tool.
pub trait Converter: Send + Sync {
    /// Which version is there, and what it takes and gives. `Unsupported` when it is not there.
    fn probe(&self) -> impl Future<Output = Answered<ConverterFacts>> + Send;
    /// What converting this file will need.
    fn estimate(&self, from: &Path, to: &Cargo) -> impl Future<Output = Answered<Estimate>> + Send;
    /// Converts a file. The source is never changed; the target is whole or not there.
    fn run(
        &self,
        from: (&Path, &Cargo),
        to: (&Path, &Cargo),
    ) -> impl Future<Output = Answered<()>> + Send;
    /// What is wrong with a target, as the tool itself sees it; nothing when all is well.
    fn verify(
        &self,
        file: &Path,
        cargo: &Cargo,
    ) -> impl Future<Output = Answered<Vec<Finding>>> + Send;
}
