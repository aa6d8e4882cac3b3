//! The desk: the single writer. Command in, `decide`, append, facts out.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::campaign::{Campaign, evolve};
use domain::command::Command;
use domain::decide::{Refusal, decide};
use domain::event::Recorded;
use domain::ids::{CampaignId, Sha256Digest};
use jiff::Timestamp;
use store::{Append, Blobs, Direction, EventLog, Expected, StoreError};

/// Why a command was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// It is out of order.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The log could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The single writer of a log, with the state of every campaign in it.
#[derive(Debug)]
pub struct Desk {
    log: Arc<dyn EventLog>,
    blobs: Blobs,
    campaigns: BTreeMap<CampaignId, (Campaign, u64)>,
}

impl Desk {
    /// Takes over a log and its evidence, and rebuilds the state of its campaigns.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn open(log: Arc<dyn EventLog>, blobs: Blobs) -> Result<Self, DeskError> {
        let mut campaigns = BTreeMap::new();
        for recorded in log.read(0, Direction::Forward) {
            apply(&mut campaigns, &recorded?);
        }
        Ok(Self { log, blobs, campaigns })
    }

    /// Where a campaign stands.
    #[must_use]
    pub fn campaign(&self, id: &CampaignId) -> Option<&Campaign> {
        self.campaigns.get(id).map(|(campaign, _)| campaign)
    }

    /// Judges a command and records what it causes, safe on disk when this returns. What ends a
    /// campaign, or shows its scores, is signed as well: a checkpoint of the log is kept.
    ///
    /// A repeat of a recorded command is answered with the facts already recorded.
    ///
    /// # Errors
    /// The refusal, or what the log said. Nothing was recorded then, but for a checkpoint that
    /// failed: the same command again makes it.
    pub fn submit(
        &mut self,
        id: &CampaignId,
        command: Command,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, DeskError> {
        let request = command.id(id);
        let stream = format!("campaign/{id}");
        let concludes =
            matches!(command, Command::FinishCampaign { .. } | Command::ShowScores { .. });
        if let Some(known) = self.log.recorded_for(&stream, request)? {
            // Whoever asks again may have been stopped before it was signed.
            if concludes {
                self.log.checkpoint()?;
            }
            return Ok(known);
        }
        let state = self.campaigns.get(id);
        let events = decide(state.map(|(campaign, _)| campaign), id, command)?;
        let expected = Expected::Exact(state.map_or(0, |(_, version)| *version));
        let recorded =
            self.log.append(Append { stream, expected, command: request, at, events })?;
        for event in &recorded {
            apply(&mut self.campaigns, event);
        }
        if concludes {
            self.log.checkpoint()?;
        }
        Ok(recorded)
    }

    /// Keeps a piece of evidence; it must be kept before the event that names it.
    ///
    /// # Errors
    /// What the system said.
    pub fn keep(&self, bytes: &[u8]) -> Result<Sha256Digest, DeskError> {
        Ok(self.blobs.put(bytes)?)
    }

    /// The log, for reading.
    #[must_use]
    pub fn log(&self) -> &dyn EventLog {
        &*self.log
    }
}

fn apply(campaigns: &mut BTreeMap<CampaignId, (Campaign, u64)>, recorded: &Recorded) {
    let Some(id) = recorded.event.campaign() else { return };
    let before = campaigns.remove(id).map(|(campaign, _)| campaign);
    if let Some(after) = evolve(before, &recorded.event) {
        campaigns.insert(id.clone(), (after, recorded.version + 1));
    }
}
