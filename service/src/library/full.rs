//! Campaigns in full: read from their streams when somebody asks, and kept for those who ask next.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::event::Recorded;
use domain::ids::CampaignId;
use reports::history::History;
use reports::viewpoint::Viewpoint;
use store::{Direction, DiskLog, EventLog, StoreError};

/// Campaigns that are kept at once.
const KEPT: usize = 16;

/// What tells one reading of a campaign from another: which, from where, and how far the log was.
type Key = (CampaignId, Viewpoint, u64);

/// Campaigns that were read before, the most recently wanted first.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    kept: VecDeque<(Key, Arc<History>)>,
}

impl Shelf {
    /// The campaign, if it is kept as it stands.
    pub(super) fn get(
        &mut self,
        id: &CampaignId,
        viewpoint: Viewpoint,
        revision: u64,
    ) -> Option<Arc<History>> {
        let is_wanted = |key: &Key| key.0 == *id && key.1 == viewpoint && key.2 == revision;
        let place = self.kept.iter().position(|(key, _)| is_wanted(key))?;
        let found = self.kept.remove(place)?;
        let history = Arc::clone(&found.1);
        self.kept.push_front(found);
        Some(history)
    }

    /// Keeps a campaign; the one wanted longest ago makes room.
    pub(super) fn put(&mut self, key: Key, history: &Arc<History>) {
        // An older state of the same campaign from the same place is not asked for again.
        self.kept.retain(|(it, _)| it.0 != key.0 || it.1 != key.1);
        self.kept.truncate(KEPT - 1);
        self.kept.push_front((key, Arc::clone(history)));
    }
}

/// The campaign and all declarations, in the order they were recorded.
pub(super) fn read(
    log: &DiskLog,
    id: &CampaignId,
    viewpoint: Viewpoint,
) -> Result<History, StoreError> {
    let stream = |name: &str| -> Result<Vec<Recorded>, StoreError> {
        log.read_stream(name, 0, Direction::Forward).collect()
    };
    let mut events = stream(&format!("campaign/{id}"))?;
    events.extend(stream(domain::declare::STREAM)?);
    events.sort_by_key(|it| it.position);
    let mut history = History::seen_from(viewpoint);
    events.iter().for_each(|it| history.project(it));
    Ok(history)
}
