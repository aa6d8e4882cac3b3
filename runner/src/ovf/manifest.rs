//! The manifest: digests of the package's files, in the grammar importers agree on.
//!
//! `SHA256(name)= hex`, one line a file, the manifest itself never listed.

use std::path::Path;

use domain::ids::Sha256Digest;

use crate::lab::digest_file;

/// Longest manifest read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Why a manifest does not vouch for its package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestProblem {
    /// There is none.
    #[error("there is no manifest")]
    Absent,
    /// A line cannot be read.
    #[error("line {line} is not `SHA256(file)= digest`")]
    Grammar {
        /// Its number, from 1.
        line: usize,
    },
    /// A name that is not a plain file name.
    #[error("{0:?} leads out of the package")]
    Escape(String),
    /// A file has other bytes, or is not there.
    #[error("{0} is missing or has another digest")]
    Digest(String),
}

/// The manifest of these files.
#[must_use]
pub fn write_manifest(files: &[(&str, Sha256Digest)]) -> String {
    files.iter().map(|(name, digest)| format!("SHA256({name})= {digest}\n")).collect()
}

/// Checks that every file a manifest names has the digest it promises; returns their names.
///
/// # Errors
/// The first [`ManifestProblem`].
pub fn check_manifest(manifest: &Path) -> Result<Vec<String>, ManifestProblem> {
    let small = std::fs::metadata(manifest).is_ok_and(|it| it.len() <= LONGEST);
    let text = if small { std::fs::read_to_string(manifest).ok() } else { None };
    let text = text.ok_or(ManifestProblem::Absent)?;
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let mut names = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (name, digest) = entry(line).ok_or(ManifestProblem::Grammar { line: number + 1 })?;
        if !is_plain(name) {
            return Err(ManifestProblem::Escape(name.to_owned()));
        }
        if digest_file(&folder.join(name)).ok() != Some(digest) {
            return Err(ManifestProblem::Digest(name.to_owned()));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

fn entry(line: &str) -> Option<(&str, Sha256Digest)> {
    let (name, digest) = line.trim_end().strip_prefix("SHA256(")?.split_once(")= ")?;
    Some((name, digest.parse().ok()?))
}

/// Whether a name stays within the package's folder.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}
