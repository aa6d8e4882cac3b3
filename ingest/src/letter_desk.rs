//! The desk for letters: the single writer of the stream of letters, embargoes and publications.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::declare;
use domain::event::{Answered, Event, LetterEvent, Recorded};
use domain::ids::LetterId;
use domain::letter::{Known, LetterCommand, LetterRegistry, NotWritten, STREAM, judge};
use domain::registry::Declared;
use jiff::Timestamp;
use store::{Append, Direction, EventLog, Expected, StoreError};

/// Why a command about letters was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// It is not right.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
    /// The log could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a command: the event, or none when it says what stands already.
pub type Noted = Result<Option<Recorded>, LetterError>;

/// The single writer of the stream [`STREAM`], with everything that was written.
#[derive(Debug)]
pub struct LetterDesk {
    log: Arc<dyn EventLog>,
    registry: RwLock<LetterRegistry>,
    /// How many events the stream has. Whoever holds it is the one who records.
    version: Mutex<u64>,
}

impl LetterDesk {
    /// Takes over the stream of a log, and rebuilds what was written.
    ///
    /// # Errors
    /// When an event of the stream cannot be read.
    pub fn open(log: Arc<dyn EventLog>) -> Result<Self, StoreError> {
        let (mut registry, mut version) = (LetterRegistry::default(), 0);
        for recorded in log.read_stream(STREAM, 0, Direction::Forward) {
            registry.evolve(&recorded?);
            version += 1;
        }
        Ok(Self { log, registry: RwLock::new(registry), version: Mutex::new(version) })
    }

    /// Looks at what was written, as it stands now. Nothing can be recorded meanwhile: look quickly.
    pub fn look<T>(&self, look: impl FnOnce(&LetterRegistry) -> T) -> T {
        look(&self.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges commands in their order, beside what vendors have answered, and records what they cause;
    /// everything is safe on disk when this returns. Commands about different letters that follow each
    /// other wait for the disk together. One answer a command, in their order.
    pub fn record(
        &self,
        answers: &[Declared<Answered>],
        commands: Vec<LetterCommand>,
        at: Timestamp,
    ) -> Vec<Noted> {
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        let mut commands = commands.into_iter().peekable();
        let mut noted = Vec::with_capacity(commands.size_hint().0);
        while commands.peek().is_some() {
            let mut letters: BTreeSet<LetterId> = BTreeSet::new();
            let mut judged = Vec::new();
            // Two about the same letter, and what is about none, are never judged at once.
            while let Some(command) = commands.next_if(|it| {
                judged.is_empty() || it.letter().is_some_and(|it| !letters.contains(it))
            }) {
                let stands_alone = command.letter().is_none();
                letters.extend(command.letter().cloned());
                judged.push(self.look(|letters| judge(Known { letters, answers }, command, at)));
                if stands_alone {
                    break;
                }
            }
            noted.extend(self.append(judged, at, &mut version));
        }
        noted
    }

    fn append(
        &self,
        judged: Vec<Result<Option<LetterEvent>, NotWritten>>,
        at: Timestamp,
        version: &mut u64,
    ) -> Vec<Noted> {
        let caused = judged.iter().filter_map(|it| it.as_ref().ok()?.as_ref());
        let appends = caused.zip(*version..).map(|(event, place)| append(event, at, place));
        let mut recorded = self.log.append_all(appends.collect()).into_iter();
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        let mut note = |event: Option<LetterEvent>| -> Noted {
            if event.is_none() {
                return Ok(None);
            }
            let appended = recorded.next().unwrap_or(Err(StoreError::Broken))?;
            let recorded = appended.into_iter().next().ok_or(StoreError::Broken)?;
            registry.evolve(&recorded);
            *version = recorded.version + 1;
            Ok(Some(recorded))
        };
        judged.into_iter().map(|it| note(it?)).collect()
    }
}

/// What to append for an event, when the stream has so many.
fn append(event: &LetterEvent, at: Timestamp, place: u64) -> Append {
    let event = Event::Letter(event.clone());
    Append {
        stream: STREAM.to_owned(),
        expected: Expected::Exact(place),
        command: declare::id(&event, place),
        at,
        events: vec![event],
    }
}
