//! The read side: every campaign in the present, kept up with the log, and any one of them in full,
//! from anywhere in time.

mod brief;
mod full;
mod judged;
mod past;
mod present;
mod signs;
mod times;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::event::Recorded;
use domain::ids::{CampaignId, Sha256Digest};
use domain::policy::Policy;
use domain::registry::Registry;
use jiff::Timestamp;
use reports::chronicle::CampaignRecord;
use reports::history::History;
use reports::leak;
use reports::pages::said::Heard;
use reports::viewpoint::Viewpoint;
use store::{Blobs, Direction, DiskLog, EventLog, StoreError};
use tokio::sync::{broadcast, watch};

use crate::background::Background;
pub use brief::Brief;

use full::{Key, Shelf};
use judged::Judged;
pub use judged::Records;
pub use past::{Past, Unseen};
use present::Present;
use signs::Signs;

/// Steps that a slow watcher may lag behind before it is told to look anew.
const WATCHERS_LAG: usize = 1024;

/// What can be read. It owns no rule: it keeps folds of `reports` and `domain` up with the log.
#[derive(Debug)]
pub struct Library {
    log: Arc<DiskLog>,
    blobs: Arc<Blobs>,
    present: RwLock<Present>,
    /// How the campaigns were judged last. Taken before the present, never while that is held.
    judged: Mutex<Arc<Judged>>,
    signs: RwLock<Signs>,
    shelf: Mutex<Shelf>,
    seen: watch::Sender<u64>,
    told: broadcast::Sender<Arc<Recorded>>,
    has_failed: AtomicBool,
    /// Whether a text of a campaign names a tool: what was declared at its start never changes.
    naming: Mutex<BTreeMap<CampaignId, bool>>,
}

impl Library {
    /// Reads the whole log once; [`Library::follow`] keeps up with it from then on.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn open(log: Arc<DiskLog>, blobs: Arc<Blobs>, policy: Policy) -> Result<Self, StoreError> {
        Self::open_beside((log, blobs), policy, |_| {})
    }

    /// The same, and shows each event to somebody else who needs all of them: to read an event takes longer
    /// than anything that is made of it.
    ///
    /// # Errors
    /// As [`Library::open`].
    pub fn open_beside(
        (log, blobs): (Arc<DiskLog>, Arc<Blobs>),
        policy: Policy,
        show: impl FnMut(&Recorded),
    ) -> Result<Self, StoreError> {
        let (seen, told) = (watch::Sender::new(0), broadcast::Sender::new(WATCHERS_LAG));
        let present = RwLock::new(Present::new(policy));
        let (judged, signs) = (Mutex::default(), RwLock::default());
        let (shelf, naming) = (Mutex::default(), Mutex::default());
        let has_failed = AtomicBool::new(false);
        let library =
            Self { log, blobs, present, judged, signs, shelf, seen, told, has_failed, naming };
        library.catch_up(show)?;
        Ok(library)
    }

    /// Keeps up with the log until it is closed. An event that cannot be read ends it with an error:
    /// what stands before it is still shown.
    ///
    /// # Errors
    /// As [`Library::open`].
    pub async fn follow(self: Arc<Self>, background: Background) -> Result<(), StoreError> {
        let mut head = self.log.tail();
        loop {
            let library = Arc::clone(&self);
            // Reading and folding are work: not on a thread that answers requests.
            let caught_up = background.run(move || library.catch_up(|_| {})).await;
            // A fold that panicked has not caught up either.
            let caught_up = caught_up.unwrap_or(Err(StoreError::Broken));
            caught_up.inspect_err(|_| self.has_failed.store(true, Ordering::Relaxed))?;
            if head.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    fn catch_up(&self, mut show: impl FnMut(&Recorded)) -> Result<(), StoreError> {
        let from = *self.seen.borrow();
        let mut next = from;
        let read = self.log.read(from, Direction::Forward).try_for_each(|recorded| {
            let recorded = recorded?;
            next = recorded.position + 1;
            show(&recorded);
            self.take_in(recorded);
            Ok(())
        });
        if next > from {
            self.write(|present| {
                self.signs.write().unwrap_or_else(PoisonError::into_inner).follow(present);
            });
            self.seen.send_replace(next);
        }
        read
    }

    fn take_in(&self, recorded: Recorded) {
        let told = self.write(|present| {
            // Nobody listens most of the time. Whoever begins to, does so before or after this.
            let is_heard = self.told.receiver_count() > 0;
            let told = is_heard.then(|| Arc::new(recorded.clone()));
            present.project(recorded);
            told
        });
        let _ = told.map(|it| self.told.send(it));
    }

    /// Whether [`Library::follow`] has ended with an error: what is shown grows old.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// How many events are shown.
    #[must_use]
    pub fn seen(&self) -> u64 {
        *self.seen.borrow()
    }

    /// Tells when more events are shown.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.seen.subscribe()
    }

    /// Every event from now on, after the library has taken it in.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<Recorded>> {
        let _present = self.read();
        self.told.subscribe()
    }

    /// The log itself.
    #[must_use]
    pub fn log(&self) -> &DiskLog {
        &self.log
    }

    /// The evidence.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Every campaign as it stands in the present, under the waivers in force now.
    #[must_use]
    pub fn records(&self, now: Timestamp) -> Records {
        Arc::clone(&self.judged(now).records)
    }

    /// The same, with what it was judged of. What has changed is judged when somebody asks for it; whoever
    /// else asks meanwhile waits for the same.
    fn judged(&self, now: Timestamp) -> Arc<Judged> {
        let mut last = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        Judged::bring_up(&mut last, &self.read(), now);
        Arc::clone(&last)
    }

    /// The position from which on a campaign's own events are not seen from there.
    fn end(&self, id: &CampaignId, viewpoint: Viewpoint) -> u64 {
        let judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        judged.end(id, &self.read(), viewpoint)
    }

    /// The hash of an event as a leaf of the log's tree; none beyond its end.
    ///
    /// # Errors
    /// When the event cannot be read.
    pub fn leaf(&self, position: u64) -> Result<Option<Sha256Digest>, StoreError> {
        let leaf = self.log.leaves(position).next().transpose()?;
        Ok(leaf.map(|(_, bytes)| Sha256Digest::from_bytes(ledger::leaf_hash(&bytes).to_bytes())))
    }

    /// What was declared, as far as is shown.
    pub fn declared<T>(&self, look: impl FnOnce(&Registry) -> T) -> T {
        let registry = Arc::clone(&self.signs().registry);
        look(&registry)
    }

    /// What vendors have answered, in all.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.signs().answers
    }

    /// What vendors answered to a campaign and what was replied, as far as it is seen from there.
    #[must_use]
    pub fn heard(&self, id: &CampaignId, viewpoint: Viewpoint) -> Heard {
        self.read().heard(id, viewpoint)
    }

    /// One campaign in full, with everything that was declared; none when it is not seen from there.
    /// Blocks while the campaign is read for the first time.
    ///
    /// # Errors
    /// When one of its events cannot be read.
    pub fn campaign(
        &self,
        id: &CampaignId,
        viewpoint: Viewpoint,
    ) -> Result<Option<Arc<History>>, StoreError> {
        self.history(id, viewpoint, Timestamp::MIN)
    }

    /// The same, seen in the present where no other place in time is asked for: the waivers that have
    /// ended by themselves are over.
    ///
    /// # Errors
    /// As [`Library::campaign`].
    pub fn history(
        &self,
        id: &CampaignId,
        viewpoint: Viewpoint,
        now: Timestamp,
    ) -> Result<Option<Arc<History>>, StoreError> {
        let key = self.key(id, viewpoint, now);
        let kept = self.shelf().get(&key);
        if let Some(kept) = kept {
            return Ok(Some(kept));
        }
        let end = self.end(id, viewpoint);
        let history = full::read(&self.log, (id, end), viewpoint)?;
        if history.campaign(id).is_none() {
            return Ok(None);
        }
        let history = history.amid(&self.surroundings(viewpoint)?).at_present(now);
        let history = Arc::new(history);
        self.shelf().put(key, &history);
        Ok(Some(history))
    }

    /// Whether a text of this campaign names a conversion tool, so that it is not for everybody.
    #[must_use]
    pub fn names_a_tool(&self, record: &CampaignRecord) -> bool {
        let mut naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = naming.get(&record.id) {
            return *known;
        }
        let names = leak::tool_named_in_record(record).is_some();
        naming.insert(record.id.clone(), names);
        names
    }

    /// A number that changes whenever a view of this campaign may.
    #[must_use]
    pub fn revision(&self, id: &CampaignId) -> u64 {
        self.signs().revision(id)
    }

    /// A number that changes whenever a view of all campaigns may.
    #[must_use]
    pub fn shown(&self) -> u64 {
        self.signs().shown
    }

    /// A number that changes whenever other evidence may have become stale.
    #[must_use]
    pub fn grounds(&self) -> u64 {
        self.signs().grounds
    }

    fn key(&self, id: &CampaignId, viewpoint: Viewpoint, now: Timestamp) -> Key {
        let signs = self.signs();
        let revision = viewpoint.known_at.unwrap_or_else(|| signs.revision(id));
        let waivers = signs.registry.waivers().values();
        let expiries = waivers.map(|it| it.waived.what.expires);
        let is_present = viewpoint == Viewpoint::default();
        let expired = expiries.filter(|it| is_present && *it <= now).max();
        Key { id: id.clone(), viewpoint, revision, expired }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Present> {
        self.present.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn signs(&self) -> std::sync::RwLockReadGuard<'_, Signs> {
        self.signs.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, act: impl FnOnce(&mut Present) -> T) -> T {
        act(&mut self.present.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
