//! The outbox: what became of letters is recorded together, and says when they are tried again. Whoever
//! is killed between sending and recording sends again under the same name; nobody sends what was
//! recorded.

use domain::event::{Answered, Carrier, LetterFailed, LetterSent};
use domain::letter::{Letter, LetterCommand};
use domain::registry::Declared;
use jiff::Timestamp;
use post::retry::{Attempt, Next, Schedule};
use post::{Outcome, Words};
use tokio::runtime::Runtime;

use super::place::Place;
use crate::args::Args;
use crate::clock;
use crate::exit::Exit;
use crate::progress::tell;

/// Letters whose fate is recorded together: as many may be sent twice, under the same name, by whoever
/// is killed meanwhile.
const AT_ONCE: usize = 16;

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Became {
    /// Whoever is next on the way has it.
    Sent,
    /// It is tried again, not before.
    Delayed(Timestamp),
    /// It is not tried again, and why.
    Failed(String),
}

/// How a letter leaves, and under which name.
pub(super) struct Leaving {
    pub(super) message_id: String,
    pub(super) carrier: Carrier,
}

/// Where what became of letters is recorded.
pub(super) struct Outbox<'a> {
    place: &'a Place,
    answers: &'a [Declared<Answered>],
    /// Drives what is sent alone: recording with a service has a runtime of its own.
    runtime: Runtime,
    waiting: Vec<LetterCommand>,
}

impl<'a> Outbox<'a> {
    pub(super) fn new(place: &'a Place, answers: &'a [Declared<Answered>]) -> Result<Self, Exit> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Exit::lab)?;
        Ok(Self { place, answers, runtime, waiting: Vec::new() })
    }

    /// Acts, and waits until it is done.
    pub(super) fn wait<T>(&self, act: impl Future<Output = T>) -> T {
        self.runtime.block_on(act)
    }

    /// Takes down what became of an attempt; it is on disk after [`Outbox::record`].
    pub(super) fn note(
        &mut self,
        letter: &Letter,
        leaving: Leaving,
        outcome: Outcome,
    ) -> Result<Became, Exit> {
        let (letter_id, attempt) = (letter.prepared.what.letter.clone(), letter.next_attempt());
        let (became, command) = match outcome {
            Outcome::Accepted { reply } => {
                let Leaving { message_id, carrier } = leaving;
                let (letter, reply) = (letter_id, reply.without_addresses().to_owned());
                let sent = LetterSent { letter, attempt, message_id, carrier, reply };
                (Became::Sent, LetterCommand::NoteSent(sent))
            }
            Outcome::Refused(refusal) => {
                let reason = format!("{}: {}", refusal.phase.name(), refusal.words);
                failed(letter, (reason, refusal.permanent), clock::now())
            }
        };
        self.keep(command)?;
        Ok(became)
    }

    /// Takes down that a letter could not be made: its own failure, whatever it is, that holds no other
    /// letter up. It is tried again, since a key can be replaced, and tells why at once.
    pub(super) fn note_unmade(&mut self, letter: &Letter, why: &Exit) -> Result<Became, Exit> {
        let words = Words::clean(&why.words(), &[]);
        tell(&format!("{} cannot be made: {words}", letter.prepared.what.letter));
        let reason = (format!("making: {words}"), false);
        let (became, command) = failed(letter, reason, clock::now());
        self.keep(command)?;
        Ok(became)
    }

    fn keep(&mut self, command: LetterCommand) -> Result<(), Exit> {
        self.waiting.push(command);
        if self.waiting.len() >= AT_ONCE {
            self.record()?;
        }
        Ok(())
    }

    /// Records what became of the last ones. What could not be recorded is kept for the next call; what
    /// was recorded already is recorded once.
    pub(super) fn record(&mut self) -> Result<(), Exit> {
        for told in self.place.record(self.answers, self.waiting.clone())? {
            if let Err(why) = told {
                tell(&format!("not recorded: {why}"));
            }
        }
        self.waiting.clear();
        Ok(())
    }
}

fn failed(
    letter: &Letter,
    (reason, permanent): (String, bool),
    now: Timestamp,
) -> (Became, LetterCommand) {
    let (id, attempt) = (letter.prepared.what.letter.clone(), letter.next_attempt());
    let next = Schedule::default().next(Attempt {
        name: id.as_str(),
        number: attempt,
        first_at: letter.failed.first().map_or(now, |it| it.at),
        failed_at: now,
        permanent,
    });
    let permanent = matches!(next, Next::Stop(_));
    let became = match next {
        Next::At(at) => Became::Delayed(at),
        Next::Stop(_) => Became::Failed(reason.clone()),
    };
    (became, LetterCommand::NoteFailure(LetterFailed { letter: id, attempt, permanent, reason }))
}

/// When a letter that failed is tried again.
pub(super) fn next(letter: &Letter) -> Next {
    let (Some(first), Some(last)) = (letter.failed.first(), letter.failed.last()) else {
        return Next::At(letter.prepared.at);
    };
    Schedule::default().next(Attempt {
        name: last.what.letter.as_str(),
        number: last.what.attempt,
        first_at: first.at,
        failed_at: last.at,
        permanent: last.what.permanent,
    })
}

/// What the log is called: a part of every name that a letter of it leaves under.
pub(super) fn origin(args: &Args) -> Result<String, Exit> {
    let snapshot = store::Snapshot::take(&args.store)?;
    let origin = snapshot.verifiers().first().map(|it| it.name().to_owned());
    Ok(origin.unwrap_or_default())
}
