//! `STORE/service/offers.json`: which campaigns are offered. What they consist of stands in the log.
//!
//! It is written before what it says is recorded: an offer whose campaign the log does not have, or
//! has ended, is dropped when the file is read.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::ids::CampaignId;
use domain::lease::{Leases, Offer};
use ingest::Desk;
use serde::{Deserialize, Serialize};
use store::StoreError;

use super::plan::plan;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Why the door cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The file of offers cannot be read or written.
    #[error("cannot use {}: {error}", .path.display())]
    Io {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is damaged.
    #[error(
        "{} is damaged: {why}. Move it away and start again: no result is lost, and campaigns that \
         had not ended can be offered anew", .path.display()
    )]
    Damaged {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A campaign cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Version of the form of the file.
///
/// - 1: the first.
#[derive(Debug, Serialize, Deserialize)]
enum FileVersion {
    #[serde(rename = "portolan.offers/1")]
    V1,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: FileVersion,
    offers: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    campaign: CampaignId,
    attempts: u32,
    stopping: bool,
}

/// Puts what the file says among the offers.
pub(super) fn open(folder: &Path, desk: &Desk, mut leases: Leases) -> Result<Leases, DoorError> {
    let path = folder.join("offers.json");
    let damaged = |why: String| DoorError::Damaged { path: path.clone(), why };
    for entry in read(&path)?.map(|it| it.offers).unwrap_or_default() {
        let Entry { campaign, attempts, stopping } = entry;
        let is_open = desk.campaign(&campaign).is_some_and(|it| it.ended.is_none());
        let Some((_, trials)) = plan(desk, &campaign)?.filter(|_| is_open) else { continue };
        let offer = Offer { campaign, trials, attempts, stopping };
        leases.put(offer).map_err(|error| damaged(error.to_string()))?;
    }
    Ok(leases)
}

fn read(path: &Path) -> Result<Option<File>, DoorError> {
    let io = |error| DoorError::Io { path: path.to_owned(), error };
    let damaged = |why: String| DoorError::Damaged { path: path.to_owned(), why };
    let size = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(io)?.len(),
    };
    if size > LARGEST {
        return Err(damaged(format!("{size} bytes are more than {LARGEST}")));
    }
    let bytes = fs::read(path).map_err(io)?;
    serde_json::from_slice(&bytes).map(Some).map_err(|error| damaged(error.to_string()))
}

/// Writes what is offered, safe on disk when this returns.
pub(super) fn save(folder: &Path, offers: &[Offer]) -> io::Result<()> {
    let entry = |it: &Offer| {
        let (campaign, attempts, stopping) = (it.campaign.clone(), it.attempts, it.stopping);
        Entry { campaign, attempts, stopping }
    };
    let file = File { schema: FileVersion::V1, offers: offers.iter().map(entry).collect() };
    let mut json = serde_json::to_vec_pretty(&file)?;
    json.push(b'\n');
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let (path, beside) = (folder.join("offers.json"), folder.join("offers.json.partial"));
    let mut options = fs::OpenOptions::new();
    let mut partial = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    partial.write_all(&json)?;
    partial.sync_all()?;
    fs::rename(&beside, &path)?;
    fs::File::open(folder)?.sync_all()
}
