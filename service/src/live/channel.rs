//! One campaign that is watched: followed by one task, whoever watches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use actix_web::web::{self, Bytes};
use domain::ids::CampaignId;
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;
use reports::pages::links::Asked;
use reports::pages::live::Progress;
use reports::pages::table::{Filter, Marks, TableCell};
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, interval_at, sleep_until};

use super::{HEARTBEAT, LINGER, PACE, messages};
use crate::reading::work;
use crate::service::Service;

/// Changes that a watcher may lag behind before it is told to look anew.
const LAG: usize = 64;

/// One campaign that is watched.
#[derive(Debug)]
pub(super) struct Channel {
    id: CampaignId,
    state: Mutex<State>,
    told: broadcast::Sender<Bytes>,
    /// When somebody last came to watch.
    wanted: watch::Sender<Instant>,
}

/// How the campaign stands, as those who watch were told.
#[derive(Debug)]
struct State {
    /// From which position on it was followed.
    base: u64,
    /// The position up to which it is told.
    position: u64,
    /// The library's number of what is told.
    revision: u64,
    ended: bool,
    progress: Progress,
    cells: BTreeMap<CellId, (u64, TableCell)>,
}

/// What somebody who comes to watch is told first, and what then.
pub(super) struct Watch {
    pub(super) first: Bytes,
    pub(super) ended: bool,
    pub(super) then: broadcast::Receiver<Bytes>,
}

impl Channel {
    /// Begins to follow; none when there is no such campaign.
    pub(super) fn begin(service: &Service, id: &CampaignId) -> Option<Self> {
        let revision = service.library.revision(id);
        let records = service.library.records(service.now());
        let record = records.iter().find(|it| it.id == *id)?;
        let base = record.positions.1;
        let cells = cells(record).map(|(id, cell)| (id, (base, cell))).collect();
        let state = State {
            base,
            position: base,
            revision,
            ended: record.ended.is_some(),
            progress: Progress::from(record),
            cells,
        };
        let (told, wanted) = (broadcast::Sender::new(LAG), watch::Sender::new(Instant::now()));
        Some(Self { id: id.clone(), state: Mutex::new(state), told, wanted })
    }

    /// Somebody comes to watch.
    pub(super) fn touch(&self) {
        self.wanted.send_replace(Instant::now());
    }

    /// Tells what changed after a position, and everything from now on.
    pub(super) fn watch(&self, after: Option<u64>) -> Watch {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let then = self.told.subscribe();
        let after = after.unwrap_or(state.position);
        let changed = state.cells.values().filter(|(at, _)| *at > after).map(|(_, cell)| cell);
        let first = match (state.base..=state.position).contains(&after) {
            true => messages::change(changed, &state.progress, (state.position, state.ended)),
            false => Bytes::from_static(messages::RESET),
        };
        Watch { first, ended: state.ended, then }
    }

    /// Follows the campaign until nobody has watched it for a while.
    pub(super) async fn follow(&self, service: &web::Data<Service>) {
        let mut seen = service.library.watch();
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        // What happened since it began was not seen: nobody looked yet.
        if self.is_behind(service) {
            self.render(service).await;
        }
        loop {
            tokio::select! {
                changed = seen.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let rendered = Instant::now();
                    if self.is_behind(service) {
                        self.render(service).await;
                        // What comes in a burst is told together.
                        sleep_until(rendered + PACE).await;
                    }
                }
                _ = heartbeat.tick() => {
                    let _ = self.told.send(Bytes::from_static(messages::HEARTBEAT));
                    let idle = self.wanted.borrow().elapsed();
                    if self.told.receiver_count() == 0 && idle > LINGER {
                        return;
                    }
                }
            }
        }
    }

    /// Whether something happened that was not told.
    fn is_behind(&self, service: &Service) -> bool {
        let told = self.state.lock().unwrap_or_else(PoisonError::into_inner).revision;
        service.library.revision(&self.id) != told
    }

    /// Tells what changed, once for all.
    async fn render(&self, service: &web::Data<Service>) {
        let (shared, id) = (service.clone(), self.id.clone());
        // Before it is read: what comes meanwhile is looked at again.
        let revision = service.library.revision(&id);
        let found = work(move || {
            let records = shared.library.records(shared.now());
            Ok(records.iter().find(|it| it.id == id).cloned())
        });
        let Ok(Some(record)) = found.await else { return };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = state.take(&record);
        state.revision = revision;
        let cells = state.cells.iter().filter(|(id, _)| changed.contains(id));
        let cells = cells.map(|(_, (_, cell))| cell);
        let bytes = messages::change(cells, &state.progress, (state.position, state.ended));
        // Told while it is held: whoever comes to watch misses nothing and is told nothing twice.
        let _ = self.told.send(bytes);
    }
}

impl State {
    /// Takes over how the campaign stands; the cells that look otherwise now.
    fn take(&mut self, record: &CampaignRecord) -> BTreeSet<CellId> {
        self.position = record.positions.1;
        self.ended = record.ended.is_some();
        self.progress = Progress::from(record);
        let mut changed = BTreeSet::new();
        for (id, cell) in cells(record) {
            if self.cells.get(&id).is_none_or(|(_, before)| *before != cell) {
                changed.insert(id.clone());
                self.cells.insert(id, (self.position, cell));
            }
        }
        changed
    }
}

/// Every cell, as anyone may see it.
fn cells(record: &CampaignRecord) -> impl Iterator<Item = (CellId, TableCell)> {
    record.cells.iter().map(|(id, cell)| {
        let (filter, asked, stale) = (Filter::default(), Asked::default(), BTreeSet::new());
        let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
        (id.clone(), TableCell::of_record(&record.id, (id, cell), &marks))
    })
}
