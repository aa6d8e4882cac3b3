//! For whom a spool is kept, the file's name, and its first frame.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use domain::ids::{CampaignId, Sha256Digest};
use serde::{Deserialize, Serialize};

use super::frame::pack;

/// Version of the form of a spool.
///
/// - 1: the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SpoolVersion {
    #[serde(rename = "portolan.spool/1")]
    V1,
}

/// For whom a spool is kept; its first frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consignment {
    /// Address of the service.
    pub server: String,
    /// Whose commands.
    pub campaign: CampaignId,
    /// The lease under which they were made, if they were.
    pub lease: Option<String>,
}

/// What the first frame holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Title {
    pub(super) schema: SpoolVersion,
    pub(super) to: Consignment,
}

/// A name that no two consignments share; a lease is named by others, and so only by its digest.
pub(super) fn name(to: &Consignment) -> String {
    let words = format!("{}\n{}", to.server, to.lease.as_deref().unwrap_or_default());
    let digest = Sha256Digest::of(words.as_bytes()).to_string();
    format!("{}+{}.spool", to.campaign, &digest[..12])
}

/// Makes an empty spool, whole or not at all.
pub(super) fn create(folder: &Path, path: &Path, to: &Consignment) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let title = Title { schema: SpoolVersion::V1, to: to.clone() };
    let frame = pack(title, &[]).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let partial = path.with_extension("partial");
    let file = File::create(&partial)?;
    file.write_all_at(&frame, 0)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    File::open(folder)?.sync_all()
}
