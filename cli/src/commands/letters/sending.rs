//! The outbox: what is owed is computed from the log, sent, and recorded. Whoever is killed between
//! sending and recording sends again under the same Message-ID; nobody sends what was recorded.

use domain::event::{About, Carrier, LetterFailed, LetterPrepared, LetterPreviewed, LetterSent};
use domain::ids::{CampaignId, LetterId, VendorId};
use domain::letter::{Letter, LetterCommand, LetterRegistry, Stage};
use jiff::Timestamp;
use post::retry::{Attempt, Next, Schedule};
use post::settings::Way;
use post::{Message, Outcome, Transport};
use tokio::runtime::Runtime;

use super::desk::Desk;
use super::parcels::{message, message_id};
use super::place::Place;
use crate::args::Args;
use crate::clock;
use crate::exit::Exit;
use crate::progress::tell;

/// Letters whose fate is recorded together: as many may be sent twice, under the same Message-ID, by
/// whoever is killed meanwhile.
const AT_ONCE: usize = 16;

/// What became of the letters that were owed.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct Sent {
    pub(super) sent: Vec<LetterId>,
    /// Those that are tried again, and when.
    pub(super) delayed: Vec<(LetterId, Timestamp)>,
    /// Those that are not, and why.
    pub(super) failed: Vec<(LetterId, String)>,
    /// Those that nobody has looked at.
    pub(super) unseen: Vec<LetterId>,
    /// Those that would say something else than what was looked at.
    pub(super) changed: Vec<LetterId>,
    /// Those whose contact is not in the settings any more.
    pub(super) gone: Vec<LetterId>,
}

/// Where letters leave, and where that is recorded.
pub(super) struct Outbox<'a> {
    desk: &'a Desk<'a>,
    place: &'a Place,
    origin: String,
    carrier: Carrier,
    /// Drives the transport alone: recording with a service has a runtime of its own.
    runtime: Runtime,
    waiting: Vec<LetterCommand>,
}

impl<'a> Outbox<'a> {
    pub(super) fn new(args: &'a Args, desk: &'a Desk<'a>, place: &'a Place) -> Result<Self, Exit> {
        let snapshot = store::Snapshot::take(&args.store)?;
        let origin = snapshot.verifiers().first().map(|it| it.name().to_owned());
        let carrier = match &desk.settings.way {
            Way::Folder(_) => Carrier::Folder,
            Way::Smtp(_) => Carrier::Smtp,
        };
        let origin = origin.unwrap_or_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Exit::lab)?;
        Ok(Self { desk, place, origin, carrier, runtime, waiting: Vec::new() })
    }

    /// Sends what is owed of a campaign, to one vendor or to all.
    pub(super) fn send(&mut self, only: Option<&VendorId>) -> Result<Sent, Exit> {
        let letters = &self.desk.known.letters;
        let (mut owed, mut sent) = owed(letters, (&self.desk.campaign, only), clock::now());
        owed.retain(|it| {
            let is_there = self.desk.has_contact(it.prepared.what.contact.as_str());
            if !is_there {
                sent.gone.push(it.prepared.what.letter.clone());
            }
            is_there
        });
        let prepared: Vec<LetterPrepared> =
            owed.iter().map(|it| it.prepared.what.clone()).collect();
        let written = self.desk.write_again(&prepared)?;
        let transport = self.desk.settings.transport();
        let mut transport = transport.map_err(|error| Exit::Usage(error.into()))?;
        for (letter, written) in owed.iter().zip(&written) {
            let Some(written) = written else {
                sent.changed.push(letter.prepared.what.letter.clone());
                continue;
            };
            let made = message(written, (&self.desk.settings, &self.origin), letter.prepared.at)?;
            self.try_once(letter, &made, (&mut transport, &mut sent))?;
            if self.waiting.len() >= AT_ONCE {
                self.record()?;
            }
        }
        self.record()?;
        self.runtime.block_on(transport.close());
        Ok(sent)
    }

    fn try_once(
        &mut self,
        letter: &Letter,
        message: &Message,
        (transport, sent): (&mut Transport, &mut Sent),
    ) -> Result<(), Exit> {
        let (id, attempt) = (letter.prepared.what.letter.clone(), letter.next_attempt());
        match self.runtime.block_on(transport.send(message)) {
            Outcome::Accepted { reply } => {
                let message_id = message_id(&id, &self.origin, &self.desk.settings)?;
                let message_id = message_id.as_str().trim_matches(['<', '>']).to_owned();
                let (carrier, reply) = (self.carrier, reply.without_addresses().to_owned());
                let noted = LetterSent { letter: id.clone(), attempt, message_id, carrier, reply };
                self.waiting.push(LetterCommand::NoteSent(noted));
                sent.sent.push(id);
            }
            Outcome::Refused(refusal) => {
                let now = clock::now();
                let name = id.to_string();
                let first_at = letter.failed.first().map_or(now, |it| it.at);
                let failed = Attempt {
                    name: &name,
                    number: attempt,
                    first_at,
                    failed_at: now,
                    permanent: refusal.permanent,
                };
                let next = Schedule::default().next(failed);
                let permanent = matches!(next, Next::Stop(_));
                let reason = format!("{}: {}", refusal.phase.name(), refusal.words);
                match next {
                    Next::At(at) => sent.delayed.push((id.clone(), at)),
                    Next::Stop(_) => sent.failed.push((id.clone(), reason.clone())),
                }
                let failed = LetterFailed { letter: id, attempt, permanent, reason };
                self.waiting.push(LetterCommand::NoteFailure(failed));
            }
        }
        Ok(())
    }

    fn record(&mut self) -> Result<(), Exit> {
        let waiting = std::mem::take(&mut self.waiting);
        for told in self.place.record(&self.desk.known.answers, waiting)? {
            if let Err(why) = told {
                tell(&format!("not recorded: {why}"));
            }
        }
        Ok(())
    }

    /// A letter once more, as another message; it is owed from now on.
    pub(super) fn again(&self, letter: &Letter, by: &str) -> Result<LetterId, Exit> {
        let before = &letter.prepared.what;
        let id = self.desk.once_more(letter)?;
        let (follows, by) = (Some(before.letter.clone()), by.to_owned());
        let prepared =
            LetterPrepared { letter: id.clone(), follows, by: by.clone(), ..before.clone() };
        let seen = LetterPreviewed { letter: id.clone(), by };
        let commands = vec![LetterCommand::Prepare(prepared), LetterCommand::NotePreview(seen)];
        for told in self.place.record(&[], commands)? {
            told.map_err(Exit::usage)?;
        }
        Ok(id)
    }
}

/// The letters of a campaign that are to be sent now; and what is to be said of the others.
fn owed<'a>(
    letters: &'a LetterRegistry,
    (campaign, only): (&CampaignId, Option<&VendorId>),
    now: Timestamp,
) -> (Vec<&'a Letter>, Sent) {
    let (mut owed, mut sent) = (Vec::new(), Sent::default());
    let is_wanted = |it: &&Letter| match &it.prepared.what.about {
        About::Results { campaign: of, vendor } => {
            of == campaign && only.is_none_or(|it| it == vendor)
        }
        About::Digest { .. } => false,
    };
    let wanted: Vec<&Letter> = letters.letters().filter(is_wanted).collect();
    // What was written again since, out of a newer log, takes the place of what was never sent.
    let is_newest = |letter: &&&Letter| {
        let to = &letter.prepared.what.contact;
        let others = wanted.iter().filter(|it| it.prepared.what.contact == *to);
        others.map(|it| it.prepared.position).max() == Some(letter.prepared.position)
    };
    for letter in wanted.iter().filter(is_newest) {
        let letter: &Letter = letter;
        let id = letter.prepared.what.letter.clone();
        match letter.stage() {
            Stage::Previewed => owed.push(letter),
            Stage::Delayed => match next(letter) {
                Next::At(at) if at > now => sent.delayed.push((id, at)),
                Next::At(_) | Next::Stop(_) => owed.push(letter),
            },
            Stage::Prepared => sent.unseen.push(id),
            Stage::Failed
            | Stage::Sent
            | Stage::Delivered
            | Stage::Bounced
            | Stage::Acknowledged => {}
        }
    }
    (owed, sent)
}

/// When a letter that failed is tried again.
fn next(letter: &Letter) -> Next {
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
