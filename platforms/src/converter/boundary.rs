//! The boundary that every converter stands behind.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use super::{Card, Form, Verified};
use crate::clock::Pending;
use crate::words::Fault;

/// What every call gives.
pub type Answered<T> = Result<T, Fault>;

/// A conversion tool.
///
/// Dropping a future ends whatever it had started and removes whatever it had written.
pub trait Converter: Send + Sync {
    /// What it is, and what it makes of what.
    fn card(&self) -> &Card;

    /// Whether it is here, its version, and what this installation of it can. `NotFound` where it is not installed.
    fn probe(&self) -> Pending<'_, Answered<Presence>>;

    /// How much a conversion will write. Nothing is written.
    fn estimate<'a>(&'a self, order: &'a Order) -> Pending<'a, Answered<Estimate>>;

    /// Converts: `out` is there whole afterwards, or not at all. `heard` is told how much is done, in percent, as often
    /// as the tool says so.
    fn run<'a>(
        &'a self,
        order: &'a Order,
        heard: &'a (dyn Fn(f64) + Sync),
    ) -> Pending<'a, Answered<Made>>;

    /// Looks at what was made and holds it against what it was made of.
    fn verify<'a>(&'a self, order: &'a Order) -> Pending<'a, Answered<Verified>>;
}

/// One conversion. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The form of what is there.
    pub from: Form,
    /// What is there: a disk, an OVA, or the folder of an OVF package.
    pub input: PathBuf,
    /// The disk within the folder of a package; a disk is its own.
    pub disk: PathBuf,
    /// The form of what is wanted.
    pub to: Form,
    /// Where it is wanted; nothing may be there.
    pub out: PathBuf,
    /// The machine around the disk, for a converter that describes it.
    pub machine: Spec,
}

/// A machine, as far as a package needs to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Its name: a letter or digit, then letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Processors.
    pub cpus: u32,
    /// Memory, in MiB.
    pub memory_mib: u32,
}

/// A converter that is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Presence {
    /// Its version, as it says it.
    pub version: String,
    /// What this installation says that it can, in its own words; empty where it is not asked.
    pub abilities: BTreeSet<String>,
    /// What it accepts here.
    pub accepts: BTreeSet<Form>,
    /// What it produces here.
    pub produces: BTreeSet<Form>,
}

/// What a conversion will cost. How long it takes is not known before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Bytes that the data of the disk take in a format that leaves empty places out (qcow2, without compression).
    pub data_bytes: u64,
    /// Most bytes that can be written: the whole disk, and the tables of any format around it.
    pub most_bytes: u64,
}

/// A conversion that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The command line; empty where no program was needed.
    pub argv: Vec<String>,
    /// What the tool printed, its beginning.
    pub stdout: String,
    /// What it complained with, its beginning.
    pub stderr: String,
    /// Lines that it complained with.
    pub complaints: usize,
    /// Bytes of what was made.
    pub bytes: u64,
}
