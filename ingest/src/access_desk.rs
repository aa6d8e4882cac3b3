//! The desk for access: the single writer of the stream of grants, sign-ins and disclosures.
//!
//! Who asks what somebody may do never waits for the disk: the registry stands behind a lock of its
//! own, taken for a moment. Whoever records puts the command into a queue; one of them records for
//! all that wait, and sign-ins that come together cost one wait for the disk.

use std::collections::VecDeque;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::access::{AccessCommand, AccessRegistry, NotGranted, STREAM, judge};
use domain::declare;
use domain::event::{AccessEvent, Event, Recorded};
use jiff::Timestamp;
use store::{Append, Direction, EventLog, Expected, StoreError};

/// Why a command about access was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It is not right, or no grant allows it.
    #[error(transparent)]
    NotGranted(#[from] NotGranted),
    /// The log could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a command: the event, or none when it says what stands already.
type Answer = Result<Option<Recorded>, AccessError>;

/// The single writer of the stream [`STREAM`], with everything that was granted.
#[derive(Debug)]
pub struct AccessDesk {
    log: Arc<dyn EventLog>,
    registry: RwLock<AccessRegistry>,
    waiting: Mutex<VecDeque<Waiting>>,
    /// How many events the stream has. Whoever holds it is the one who records.
    version: Mutex<u64>,
}

/// A command in the queue.
#[derive(Debug)]
struct Waiting {
    command: AccessCommand,
    at: Timestamp,
    answer: Sender<Answer>,
}

/// A command that was judged.
struct Judged {
    event: AccessEvent,
    at: Timestamp,
    answer: Sender<Answer>,
}

impl AccessDesk {
    /// Takes over the stream of a log, and rebuilds what was granted.
    ///
    /// # Errors
    /// When an event of the stream cannot be read.
    pub fn open(log: Arc<dyn EventLog>) -> Result<Self, StoreError> {
        let (mut registry, mut version) = (AccessRegistry::default(), 0);
        for recorded in log.read_stream(STREAM, 0, Direction::Forward) {
            registry.evolve(&recorded?);
            version += 1;
        }
        let (registry, version) = (RwLock::new(registry), Mutex::new(version));
        Ok(Self { log, registry, waiting: Mutex::default(), version })
    }

    /// Looks at what was granted, as it stands now. Nothing can be recorded meanwhile: look quickly.
    pub fn look<T>(&self, look: impl FnOnce(&AccessRegistry) -> T) -> T {
        look(&self.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges a command and records what it causes, safe on disk when this returns; it blocks until
    /// then. None when the command says what stands already.
    ///
    /// # Errors
    /// The refusal, or what the log said. Nothing was recorded then.
    pub fn record(&self, command: AccessCommand, at: Timestamp) -> Answer {
        let (answer, answered) = channel();
        lock(&self.waiting).push_back(Waiting { command, at, answer });
        {
            let mut version = lock(&self.version);
            // Empty when somebody else has recorded it meanwhile.
            let mut waiting = std::mem::take(&mut *lock(&self.waiting));
            while !waiting.is_empty() {
                self.record_some(&mut waiting, &mut version);
            }
        }
        // Closed without an answer only when another thread panicked with the command in hand.
        answered.recv().unwrap_or(Err(AccessError::Store(StoreError::Broken)))
    }

    /// Records as many as can be judged before one of them is recorded, and answers them.
    fn record_some(&self, waiting: &mut VecDeque<Waiting>, version: &mut u64) {
        let mut batch: Vec<Judged> = Vec::new();
        while let Some(Waiting { command, at, answer }) = waiting.pop_front() {
            match self.look(|registry| judge(registry, command, at)) {
                Ok(Some(event)) => {
                    let stands_alone = changes_judgement(&event);
                    batch.push(Judged { event, at, answer });
                    if stands_alone {
                        break;
                    }
                }
                // Whoever asked may have gone.
                Ok(None) => drop(answer.send(Ok(None))),
                Err(refused) => drop(answer.send(Err(refused.into()))),
            }
        }
        self.append(batch, version);
    }

    fn append(&self, batch: Vec<Judged>, version: &mut u64) {
        let numbered = batch.iter().zip(*version..);
        let appends = numbered.map(|(it, place)| append(it, place)).collect();
        for (answer, recorded) in
            batch.into_iter().map(|it| it.answer).zip(self.log.append_all(appends))
        {
            let recorded = recorded.map(|events| events.into_iter().next());
            if let Ok(Some(recorded)) = &recorded {
                self.registry.write().unwrap_or_else(PoisonError::into_inner).evolve(recorded);
                *version = recorded.version + 1;
            }
            drop(answer.send(recorded.map_err(AccessError::Store)));
        }
    }
}

/// What to append for a judged command, when the stream has so many events.
fn append(judged: &Judged, place: u64) -> Append {
    let event = Event::Access(judged.event.clone());
    Append {
        stream: STREAM.to_owned(),
        expected: Expected::Exact(place),
        command: declare::id(&event, place),
        at: judged.at,
        events: vec![event],
    }
}

/// Whether the next command may be judged otherwise once this is recorded.
fn changes_judgement(event: &AccessEvent) -> bool {
    match event {
        AccessEvent::SignedIn(_) => false,
        AccessEvent::AccessGranted(_)
        | AccessEvent::AccessRevoked(_)
        | AccessEvent::Disclosed(_)
        | AccessEvent::Answered(_) => true,
    }
}

/// Takes a lock over from whoever panicked with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
