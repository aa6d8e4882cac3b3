//! Bundles: files that an outsider checks without a store and without trust in who made them.
//!
//! Three kinds, each text and self-describing. The first line is one JSON object and begins
//! `{"portolan":"KIND","format":1`:
//! * `inclusion`: one event is in the log. One line: leaf, proof, checkpoint.
//! * `consistency`: an older state is the beginning of a newer one. One line: two checkpoints and
//!   a proof.
//! * `export`: the whole log up to a checkpoint. A header, then every event verbatim, a line each,
//!   then any evidence.
//!
//! A bundle proves that its parts belong together. That they are the log's is proved by its key
//! alone, which the reader must have from elsewhere: the bundle's own list of keys proves nothing.

mod batch;
mod chain;
mod chain_error;
mod consistency;
mod error;
mod evidence;
mod export;
mod inclusion;
mod lines;
mod report;
mod signed;
mod walk;
mod write;

use std::io::BufRead;

use serde::{Deserialize, Serialize};

pub use chain_error::{ChainError, MOST_KEYS};
pub use consistency::Consistency;
pub use error::BundleError;
pub use export::Export;
pub use inclusion::Inclusion;
pub use report::{Report, State};
pub use walk::Visitor;
pub use write::ExportWriter;

use crate::hash::Hash;
use crate::tlog_proof::TlogProof;
use crate::verifier::Verifier;
use crate::verify::verify_inclusion;
use lines::Lines;
use signed::Signed;

/// The format that is written and read. Changelog: 1, the first.
pub const FORMAT: u32 = 1;

/// Largest leaf (event line) in bytes, without the newline: 60 KiB.
pub const LARGEST_LEAF: usize = 60 << 10;

/// Longest line read where a leaf is expected, in bytes.
pub const LONGEST_LEAF_LINE: usize = 256 << 10;

/// Longest first line, in bytes: room for the checkpoints of a long life.
pub const LONGEST_HEADER: usize = 64 << 20;

/// Longest line with evidence, in bytes.
pub const LONGEST_EVIDENCE_LINE: usize = 128 << 20;

/// What a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One event is in the log.
    Inclusion,
    /// An older state of the log is the beginning of a newer one.
    Consistency,
    /// The whole log up to a checkpoint.
    Export,
}

/// Checks a bundle. With trusted keys it must be signed by one of them, or by a key that an export
/// proves to follow from one; without, the report says by whom it is signed and is not trusted.
///
/// # Errors
/// [`BundleError`]: what is wrong, where, and what to do.
pub fn verify(reader: impl BufRead, trusted: &[Verifier]) -> Result<Report, BundleError> {
    verify_with(reader, trusted, &mut Nobody)
}

/// Checks a bundle and shows the parts of an export to a visitor on the way.
///
/// The visitor sees them before they are known to be true: keep them apart until this has returned
/// a report.
///
/// # Errors
/// [`BundleError`]; [`BundleError::Visitor`] when the visitor refuses to go on.
pub fn verify_with(
    reader: impl BufRead,
    trusted: &[Verifier],
    visitor: &mut impl Visitor,
) -> Result<Report, BundleError> {
    let mut lines = Lines::new(reader);
    let mut first = Vec::new();
    if !lines.read(&mut first, LONGEST_HEADER)? || !first.starts_with(b"{\"portolan\":\"") {
        return Err(BundleError::NotABundle);
    }
    let report = match kind(&first)? {
        Kind::Inclusion => parse::<Inclusion>(&first)?.check(trusted)?,
        Kind::Consistency => parse::<Consistency>(&first)?.check(trusted)?,
        Kind::Export => walk::check(parse(&first)?, &mut lines, trusted, visitor)?,
    };
    lines.expect_end()?;
    Ok(report)
}

/// Checks a proof in the common form against a leaf from elsewhere. It names no keys: without a
/// trusted one it is refused.
///
/// # Errors
/// [`BundleError`].
pub fn verify_tlog_proof(
    proof: TlogProof,
    leaf: String,
    trusted: &[Verifier],
) -> Result<Report, BundleError> {
    Inclusion::new(proof.index, leaf, proof.proof, proof.checkpoint, Vec::new()).check(trusted)
}

/// Checks a proof in the common form that has the hash of the leaf in its extra data, as whoever may
/// not know the leaf is given it. It names no keys: without a trusted one it is refused.
///
/// # Errors
/// [`BundleError`].
pub fn verify_hash_proof(
    proof: TlogProof,
    trusted: &[Verifier],
) -> Result<(Report, Hash), BundleError> {
    if trusted.is_empty() {
        return Err(BundleError::NoKey);
    }
    let leaf: Option<[u8; 32]> = proof.extra.as_deref().and_then(|it| it.try_into().ok());
    let leaf = Hash::from(leaf.ok_or(BundleError::NoLeaf)?);
    let signed = Signed::check(&proof.checkpoint, &[], trusted)?;
    let state = State::from(&signed.checkpoint);
    verify_inclusion(&leaf, proof.index, state.size, &proof.proof, &state.root)?;
    let report = Report::of(Kind::Inclusion, signed);
    Ok((Report { index: Some(proof.index), events: 1, ..report }, leaf))
}

/// Reads kind and format first, so that a newer bundle is refused for what it is.
fn kind(first: &[u8]) -> Result<Kind, BundleError> {
    #[derive(Deserialize)]
    struct Opening {
        portolan: String,
        format: u32,
    }
    let Opening { portolan, format } = parse(first)?;
    let kind = match portolan.as_str() {
        "inclusion" => Kind::Inclusion,
        "consistency" => Kind::Consistency,
        "export" => Kind::Export,
        _ => return Err(BundleError::UnknownKind(portolan.chars().take(80).collect())),
    };
    if format == FORMAT { Ok(kind) } else { Err(BundleError::OtherFormat { found: format }) }
}

fn parse<'a, T: Deserialize<'a>>(first: &'a [u8]) -> Result<T, BundleError> {
    serde_json::from_slice(first).map_err(|source| BundleError::Json { line: 1, source })
}

/// Looks at nothing.
struct Nobody;

impl Visitor for Nobody {}
