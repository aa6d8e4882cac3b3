//! What a digest is called: by its team, the position of the log that it reaches, and the second at
//! which it was written. The log has no other place for that second, and what a digest says of silence
//! and of waivers follows from it.

use domain::event::About;
use domain::ids::{ContactId, LetterId, Sha256Digest};
use domain::letter::Letter;
use jiff::Timestamp;

use crate::exit::Exit;

/// The name of a digest, such as `storage-0a1b2c3d.4711.1795431600`.
pub(super) fn name(team: &ContactId, to: u64, at: Timestamp) -> Result<LetterId, Exit> {
    let digest = Sha256Digest::of(team.as_str().as_bytes()).to_string();
    format!("{team:.20}-{digest:.8}.{to}.{}", at.as_second()).parse().map_err(Exit::usage)
}

/// The second at which a digest was written, as its name says it.
pub(super) fn written_at(digest: &Letter) -> Timestamp {
    let name = digest.prepared.what.letter.as_str();
    let second = name.rsplit('.').next().and_then(|it| it.parse().ok());
    second.and_then(|it| Timestamp::from_second(it).ok()).unwrap_or(digest.prepared.at)
}

/// From where to where a digest tells; nothing of a letter to a vendor.
pub(super) fn span(digest: &Letter) -> Option<(u64, u64)> {
    match digest.prepared.what.about {
        About::Digest { from, to } => Some((from, to)),
        About::Results { .. } => None,
    }
}
