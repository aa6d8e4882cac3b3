//! Sending the letters of a campaign: what is owed is computed from the log, sent, and recorded.

use domain::event::{About, Carrier, LetterPrepared, LetterPreviewed};
use domain::ids::{CampaignId, LetterId, VendorId};
use domain::letter::{Letter, LetterCommand, LetterRegistry, Stage};
use jiff::Timestamp;
use post::Transport;
use post::retry::Next;
use post::settings::Way;

use super::desk::Desk;
use super::outbox::{Became, Leaving, Outbox, next, origin};
use super::parcels::{message, message_id};
use super::place::Place;
use super::writing::Written;
use crate::args::Args;
use crate::clock;
use crate::exit::Exit;

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

impl Sent {
    fn note(&mut self, letter: &LetterId, became: Became) {
        let letter = letter.clone();
        match became {
            Became::Sent => self.sent.push(letter),
            Became::Delayed(at) => self.delayed.push((letter, at)),
            Became::Failed(why) => self.failed.push((letter, why)),
        }
    }
}

/// The letters of one campaign on their way.
pub(super) struct Round<'a> {
    desk: &'a Desk<'a>,
    place: &'a Place,
    outbox: Outbox<'a>,
    origin: String,
    carrier: Carrier,
}

impl<'a> Round<'a> {
    pub(super) fn new(args: &Args, desk: &'a Desk<'a>, place: &'a Place) -> Result<Self, Exit> {
        let carrier = match &desk.settings.way {
            Way::Folder(_) => Carrier::Folder,
            Way::Smtp(_) => Carrier::Smtp,
        };
        let outbox = Outbox::new(place, &desk.known.answers)?;
        Ok(Self { desk, place, outbox, origin: origin(args)?, carrier })
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
        let tried = self.try_each(owed.into_iter().zip(&written), &mut transport, &mut sent);
        // Whatever ended the round: what left must stand in the log.
        let recorded = self.outbox.record();
        self.outbox.wait(transport.close());
        tried.and(recorded)?;
        Ok(sent)
    }

    fn try_each<'b>(
        &mut self,
        letters: impl Iterator<Item = (&'b Letter, &'b Option<Written<'b>>)>,
        transport: &mut Transport,
        sent: &mut Sent,
    ) -> Result<(), Exit> {
        for (letter, written) in letters {
            let id = &letter.prepared.what.letter;
            match written {
                Some(written) => sent.note(id, self.try_once(letter, written, transport)?),
                None => sent.changed.push(id.clone()),
            }
        }
        Ok(())
    }

    fn try_once(
        &mut self,
        letter: &Letter,
        written: &Written<'_>,
        transport: &mut Transport,
    ) -> Result<Became, Exit> {
        let (id, settings) = (&letter.prepared.what.letter, &self.desk.settings);
        let made = match message(written, (settings, &self.origin), letter.prepared.at) {
            Ok(made) => made,
            Err(why) => return self.outbox.note_unmade(letter, &why),
        };
        let message_id = message_id(id, &self.origin, settings)?;
        let message_id = message_id.as_str().trim_matches(['<', '>']).to_owned();
        let leaving = Leaving { message_id, carrier: self.carrier };
        let outcome = self.outbox.wait(transport.send(&made));
        self.outbox.note(letter, leaving, outcome)
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
