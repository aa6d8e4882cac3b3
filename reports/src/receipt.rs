//! How to get the same bytes again, for ever, and how to know that they are the same.

use domain::ids::Sha256Digest;

use crate::json;
use crate::matrix_file::{MatrixFile, ViewpointEntry};

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
    /// The receipt of a view. The policy is named as a command line spells it; none for the default
    /// one.
    ///
    /// # Errors
    /// When the view cannot be written as JSON; that does not happen.
    pub fn new(file: &MatrixFile, policy: Option<&str>) -> serde_json::Result<Self> {
        let sha256 = Sha256Digest::of(json::text(file)?.as_bytes());
        Ok(Self { command: command(file, policy), sha256 })
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

/// The call that prints a view as JSON.
fn command(file: &MatrixFile, policy: Option<&str>) -> String {
    let mut words = vec![format!("portolan matrix --campaign {}", file.campaign)];
    if let [only] = file.matrices.as_slice()
        && file.guests.len() > 1
    {
        words.push(format!("--guest {}", only.guest));
    }
    let ViewpointEntry { as_of, known_at } = file.viewpoint;
    words.extend(as_of.map(|it| format!("--as-of {it}")));
    words.extend(known_at.map(|it| format!("--known-at {it}")));
    words.extend(policy.map(|it| format!("--policy {it}")));
    if file.audience == "public" {
        words.push("--audience public".to_owned());
    }
    words.push("--format json".to_owned());
    words.join(" ")
}
