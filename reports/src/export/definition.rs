//! What a campaign was about, as bytes that can be hashed: what was planned, and with which versions.

use domain::ids::{CampaignId, GuestId, PlatformId, Sha256Digest};
use jiff::Timestamp;
use serde::Serialize;

use crate::export::cell::cells;
use crate::matrix_file::MatrixFile;
use crate::setting::{Pin, PinChange, PublicGuest, PublicPlatform};
use crate::tool::Tool;

/// The version of this shape.
const SCHEMA: &str = "portolan.definition/1";

/// Its media type.
pub(super) const MEDIA_TYPE: &str = "application/json";

#[derive(Serialize)]
struct Definition<'a> {
    schema: &'static str,
    campaign: &'a CampaignId,
    testbed: &'a str,
    started: Timestamp,
    policy: &'a str,
    policy_sha256: &'a Sha256Digest,
    platforms: &'a [PublicPlatform],
    guests: &'a [PublicGuest],
    host: &'a [Pin],
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<&'a [Tool]>,
    changes: &'a [PinChange],
    untold_changes: usize,
    plan: Vec<Planned<'a>>,
}

#[derive(Serialize)]
struct Planned<'a> {
    guest: &'a GuestId,
    source: &'a PlatformId,
    target: &'a PlatformId,
    trials: usize,
}

/// The definition of a campaign as JSON: its plan, cell by cell, and the versions found.
///
/// # Errors
/// None that is known: every part has a spelling.
pub(super) fn definition(file: &MatrixFile) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Definition {
        schema: SCHEMA,
        campaign: &file.campaign,
        testbed: &file.testbed,
        started: file.course.started,
        policy: &file.policy,
        policy_sha256: &file.policy_sha256,
        platforms: &file.platforms,
        guests: &file.guests,
        host: &file.host,
        tools: file.tools.as_deref(),
        changes: &file.changes,
        untold_changes: file.untold_changes,
        plan: cells(file).map(planned).collect(),
    })
}

fn planned<'a>((guest, cell): (&'a GuestId, &'a crate::matrix_file::CellEntry)) -> Planned<'a> {
    Planned { guest, source: &cell.source, target: &cell.target, trials: cell.planned }
}
