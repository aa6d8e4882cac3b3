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

    /// What the call and the digest are there for. Another version of Portolan may tell more.
    pub const TITLE: &str = concat!(
        "The same view again, whatever is recorded later (portolan ",
        env!("CARGO_PKG_VERSION"),
        "):"
    );

    /// The call and what it gives, a line each.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}\n  {} | sha256sum\n  {}", Self::TITLE, self.command, self.sha256)
    }
}
