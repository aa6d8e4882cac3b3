//! Which campaign was begun last at a service: the one that `--resume` goes on with.

use std::fs;
use std::path::{Path, PathBuf};

use domain::ids::CampaignId;
use serde::{Deserialize, Serialize};

use crate::settings;

#[derive(Serialize, Deserialize)]
struct Last {
    server: String,
    campaign: CampaignId,
}

/// The campaign that was begun last, if that was at this service.
pub(super) fn begun_at(folder: &Path, server: &str) -> Option<CampaignId> {
    let text = settings::read("campaign", &file(folder), settings::LARGEST).ok()?;
    let last: Last = serde_json::from_str(&text).ok()?;
    (last.server == server).then_some(last.campaign)
}

/// Keeps which campaign was begun, whole or not at all.
pub(super) fn remember(folder: &Path, server: &str, campaign: &CampaignId) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let last = Last { server: server.to_owned(), campaign: campaign.clone() };
    let partial = file(folder).with_extension("partial");
    fs::write(&partial, serde_json::to_vec(&last)?)?;
    fs::rename(partial, file(folder))
}

/// The campaign ran to its end.
pub(super) fn forget(folder: &Path) {
    let _ = fs::remove_file(file(folder));
}

fn file(folder: &Path) -> PathBuf {
    folder.join("last.json")
}
