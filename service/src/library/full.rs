//! Campaigns in full: read from their streams when somebody asks, and kept for those who ask next.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::event::{Event, Recorded};
use domain::ids::CampaignId;
use domain::policy::Policy;
use domain::registry::Registry;
use jiff::Timestamp;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::history::History;
use reports::viewpoint::Viewpoint;
use store::{Direction, DiskLog, EventLog, StoreError};

/// Campaigns that are kept at once: a large one takes some ten megabytes.
const KEPT: usize = 6;

/// What tells one reading of a campaign from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Which campaign.
    pub(super) id: CampaignId,
    /// From where in time.
    pub(super) viewpoint: Viewpoint,
    /// How far the log was, as far as it matters.
    pub(super) revision: u64,
    /// The last waiver that had ended by itself.
    pub(super) expired: Option<Timestamp>,
}

/// Campaigns that were read before, the most recently wanted first.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    kept: VecDeque<(Key, Arc<History>)>,
}

impl Shelf {
    /// The campaign, if it is kept as it stands.
    pub(super) fn get(&mut self, wanted: &Key) -> Option<Arc<History>> {
        let place = self.kept.iter().position(|(key, _)| key == wanted)?;
        let found = self.kept.remove(place)?;
        let history = Arc::clone(&found.1);
        self.kept.push_front(found);
        Some(history)
    }

    /// Keeps a campaign; the one wanted longest ago makes room.
    pub(super) fn put(&mut self, key: Key, history: &Arc<History>) {
        // An older state of the same campaign from the same place is not asked for again.
        self.kept.retain(|(it, _)| it.id != key.id || it.viewpoint != key.viewpoint);
        self.kept.truncate(KEPT - 1);
        self.kept.push_front((key, Arc::clone(history)));
    }
}

/// The campaign, up to where its own events are seen, and all declarations, in the order they were
/// recorded.
pub(super) fn read(
    log: &DiskLog,
    of: (&CampaignId, u64),
    viewpoint: Viewpoint,
) -> Result<History, StoreError> {
    let mut history = History::seen_from(viewpoint);
    events(log, of, viewpoint)?.iter().for_each(|it| history.project(it));
    Ok(history)
}

/// The same campaign as comparing over time needs it; none when it is not seen from there. The
/// waivers are those in force from there.
pub(super) fn record(
    log: &DiskLog,
    of: (&CampaignId, u64),
    (policy, viewpoint): (&Policy, Viewpoint),
    waivers: &Registry,
    instant: Option<Timestamp>,
) -> Result<Option<CampaignRecord>, StoreError> {
    let mut chronicle = Chronicle::new(policy.clone(), viewpoint);
    events(log, of, viewpoint)?.into_iter().for_each(|it| chronicle.project(it));
    let waivers = instant.map(|it| waivers.in_force(it)).unwrap_or_default();
    Ok(chronicle.record(of.0, &waivers))
}

/// What had been declared, as seen from there.
pub(super) fn registry(log: &DiskLog, viewpoint: Viewpoint) -> Result<Registry, StoreError> {
    let mut registry = Registry::default();
    for recorded in stream(log, (domain::declare::STREAM, u64::MAX), viewpoint)? {
        if viewpoint.sees(&recorded) {
            registry.evolve(&recorded);
        }
    }
    Ok(registry)
}

fn events(
    log: &DiskLog,
    (id, end): (&CampaignId, u64),
    viewpoint: Viewpoint,
) -> Result<Vec<Recorded>, StoreError> {
    let mut events = stream(log, (&format!("campaign/{id}"), end), viewpoint)?;
    let declared = stream(log, (domain::declare::STREAM, u64::MAX), viewpoint)?;
    // A withdrawal is declared about a campaign; those of others are no strangers here.
    let concerns = |event: &Event| event.campaign().is_none_or(|it| it == id);
    events.extend(declared.into_iter().filter(|it| concerns(&it.event)));
    events.sort_by_key(|it| it.position);
    Ok(events)
}

/// A stream as far as it is known from there, and up to a position.
fn stream(
    log: &DiskLog,
    (name, end): (&str, u64),
    viewpoint: Viewpoint,
) -> Result<Vec<Recorded>, StoreError> {
    let end = viewpoint.known_at.map_or(end, |it| end.min(it.saturating_add(1)));
    let is_known = |it: &Result<Recorded, _>| it.as_ref().map_or(true, |it| it.position < end);
    log.read_stream(name, 0, Direction::Forward).take_while(is_known).collect()
}
