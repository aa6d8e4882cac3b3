//! The digests of all files, as `sha256sum` writes and checks them.

use std::collections::BTreeMap;

use domain::ids::Sha256Digest;

use super::{Bundle, SIGNED_SUMS, SUMS};

/// What is wrong with the digests, or with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumsProblem {
    /// No digests.
    #[error("{SUMS} is missing: this is no bundle of portolan")]
    Missing,
    /// A line is not `DIGEST  NAME`, or a name stands twice.
    #[error("{SUMS} is malformed at line {0}")]
    Line(usize),
    /// A file has other bytes.
    #[error("{0} was altered: {SUMS} has another digest")]
    Altered(String),
    /// A file is not there.
    #[error("{0} is missing: {SUMS} names it")]
    Lost(String),
    /// A file that nothing is said about.
    #[error("{0} was added: {SUMS} does not name it")]
    Added(String),
}

impl Bundle {
    /// The digests of all files, in the order of their names.
    pub(super) fn sums(&self) -> String {
        let line = |(name, bytes)| format!("{}  {name}\n", Sha256Digest::of(bytes));
        self.summed().map(line).collect()
    }

    /// Checks every file against its digest, and that each has one.
    ///
    /// # Errors
    /// [`SumsProblem`]: the first.
    pub fn check_sums(&self) -> Result<(), SumsProblem> {
        let text = self.file(SUMS).ok_or(SumsProblem::Missing)?;
        let mut told = parse(text)?;
        for (name, bytes) in self.summed() {
            let digest = told.remove(name).ok_or_else(|| SumsProblem::Added(name.to_owned()))?;
            if digest != Sha256Digest::of(bytes).to_string() {
                return Err(SumsProblem::Altered(name.to_owned()));
            }
        }
        told.pop_first().map_or(Ok(()), |(name, _)| Err(SumsProblem::Lost(name.to_owned())))
    }

    fn summed(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files().filter(|(name, _)| ![SUMS, SIGNED_SUMS].contains(name))
    }
}

/// The digest of each name.
fn parse(text: &[u8]) -> Result<BTreeMap<&str, &str>, SumsProblem> {
    let text = std::str::from_utf8(text).map_err(|_| SumsProblem::Line(1))?;
    let mut told = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let (digest, name) = line.split_once("  ").ok_or(SumsProblem::Line(number))?;
        if told.insert(name, digest).is_some() {
            return Err(SumsProblem::Line(number));
        }
    }
    Ok(told)
}
