//! How to get the same bytes again, for ever, and how to know that they are the same.

use domain::ids::Sha256Digest;

use crate::json;
use crate::matrix_file::MatrixFile;

/// What stands at the foot of a view: the question, and the digest of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The call that prints the same view as JSON. It names position, instant, campaign and policy,
    /// so that it means the same whatever is recorded later.
    pub command: String,
    /// SHA-256 of what that call prints.
    pub sha256: Sha256Digest,
}

impl Receipt {
    /// The receipt of a view, given the call that asks for it.
    ///
    /// # Errors
    /// When the view cannot be written as JSON; that does not happen.
    pub fn new(file: &MatrixFile, command: String) -> serde_json::Result<Self> {
        Ok(Self { command, sha256: Sha256Digest::of(json::text(file)?.as_bytes()) })
    }

    /// Both in one line: `… | sha256sum` gives the digest.
    #[must_use]
    pub fn words(&self) -> String {
        format!("The same view, for ever: {} | sha256sum  →  {}", self.command, self.sha256)
    }
}
