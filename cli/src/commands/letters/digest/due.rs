//! What a team is to be told now, as the log says: a digest that did not leave yet, a new one, or
//! nothing.

use domain::event::{About, LetterForm, LetterPrepared};
use domain::ids::{ContactId, LetterId, Sha256Digest};
use domain::letter::{Letter, LetterRegistry, Stage};
use domain::policy::Policy;
use jiff::Timestamp;
use post::retry::Next;
use post::{Reach, Subscription, Topic};
use reports::letters::digest::{Digest, Watch};

use super::super::known::Known;
use super::super::outbox::next;
use super::named::{name, span, written_at};
use super::outlooks::{At, Outlooks};
use crate::args;
use crate::exit::Exit;

/// A digest, and what the log says or will say of it.
pub(super) struct Written {
    pub(super) prepared: LetterPrepared,
    pub(super) digest: Digest,
    /// The second at which it was written.
    pub(super) at: Timestamp,
}

/// What a team is to be told.
pub(super) enum Due {
    /// Something new.
    Write(Box<Written>),
    /// What stands in the log, and did not leave.
    Again(Box<Written>),
    /// The same, whose time has not come.
    Waiting(LetterId, Timestamp),
    /// Nothing more than what was given up.
    GivenUp(LetterId),
    /// Nothing.
    Nothing,
}

/// Says what teams are to be told.
pub(super) struct Teller<'a> {
    command: &'a args::Digest,
    policy: &'a Policy,
    letters: &'a LetterRegistry,
    outlooks: Outlooks<'a>,
    now: Timestamp,
    /// The length of the log.
    pub(super) end: u64,
}

impl<'a> Teller<'a> {
    pub(super) fn new(
        (command, policy): (&'a args::Digest, &'a Policy),
        known: &'a Known,
        (outlooks, now): (Outlooks<'a>, Timestamp),
    ) -> Result<Self, Exit> {
        let (letters, end) = (&known.letters, known.end);
        if let Some(since) = command.since.filter(|it| *it > end) {
            return Err(Exit::usage(format!(
                "--since {since} lies beyond the log, which has {end} events"
            )));
        }
        // Whole seconds: a digest's name holds no more.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Ok(Self { command, policy, letters, outlooks, now, end })
    }

    /// What a team is to be told now.
    pub(super) fn due(&mut self, team: &Subscription) -> Result<Due, Exit> {
        let contact: ContactId = team.id.parse().map_err(Exit::usage)?;
        let last = self.letters.last_digest(&contact).filter(|it| it.sent.is_none());
        let Some(last) = last else { return self.fresh(team, &contact) };
        match (last.stage(), next(last)) {
            (Stage::Failed, _) => return self.behind(last, (team, &contact)),
            (Stage::Delayed, Next::At(at)) if at > self.now => {
                return Ok(Due::Waiting(last.prepared.what.letter.clone(), at));
            }
            (_, Next::At(_) | Next::Stop(_)) => {}
        }
        let written = self.written_again(last, team)?;
        match written.prepared == last.prepared.what {
            true => Ok(Due::Again(Box::new(written))),
            // It would say something else under the settings of now: a new one takes its place.
            false => self.fresh(team, &contact),
        }
    }

    /// Behind one that was given up: all since the last that left, if there is more than then. What was
    /// given up may be undone by what is new: then there is nothing to tell, all in all.
    fn behind(
        &mut self,
        failed: &Letter,
        (team, contact): (&Subscription, &ContactId),
    ) -> Result<Due, Exit> {
        let (_, to) = span(failed).unwrap_or_default();
        let since = self.digest((to, Some(written_at(failed))), (self.end, self.now), team)?;
        if since.is_empty() && !self.command.again {
            return Ok(Due::GivenUp(failed.prepared.what.letter.clone()));
        }
        let due = self.fresh(team, contact)?;
        let is_opening = span(failed).is_some_and(|(from, to)| from == to);
        // That it is told from now on was never heard: with `--again` it is said again.
        if matches!(due, Due::Nothing) && self.command.again && is_opening {
            let here = (self.end, self.now);
            let digest = self.digest((self.end, None), here, team)?;
            return Ok(Due::Write(Box::new(self.written((contact, team), digest, self.now)?)));
        }
        Ok(due)
    }

    /// What is new since the last that left.
    fn fresh(&mut self, team: &Subscription, contact: &ContactId) -> Result<Due, Exit> {
        let at = (self.end, self.now);
        let digest = self.digest(self.begin(contact), at, team)?;
        if digest.is_empty() && !digest.opens() {
            return Ok(Due::Nothing);
        }
        Ok(Due::Write(Box::new(self.written((contact, team), digest, self.now)?)))
    }

    /// A digest that stands in the log, as it would be written under the settings of now.
    fn written_again(&mut self, letter: &Letter, team: &Subscription) -> Result<Written, Exit> {
        let (contact, at) = (&letter.prepared.what.contact, written_at(letter));
        let (from, to) = span(letter).unwrap_or_default();
        let digest = self.digest(self.moment(contact, from), (to, at), team)?;
        let written = self.written((contact, team), digest, at)?;
        let LetterPrepared { follows, by, policy, policy_sha256, .. } =
            letter.prepared.what.clone();
        let prepared = LetterPrepared { follows, by, policy, policy_sha256, ..written.prepared };
        Ok(Written { prepared, ..written })
    }

    /// Where the next digest begins: where the last that left ended, where one that never left began,
    /// where the operator says, or here.
    fn begin(&self, contact: &ContactId) -> At {
        let sent = self.letters.digests(contact).filter(|it| it.sent.is_some());
        let reached = sent.filter_map(span).map(|(_, to)| to).max();
        let begun = self.letters.digests(contact).filter_map(span).map(|(from, _)| from).min();
        let from = reached.or(begun).or(self.command.since).unwrap_or(self.end);
        self.moment(contact, from)
    }

    /// The log when it was this long: at the time of the digest that reached there and left, if one did.
    fn moment(&self, contact: &ContactId, position: u64) -> At {
        let mut digests = self.letters.digests(contact).filter(|it| it.sent.is_some());
        let reached = digests.find(|it| span(it).is_some_and(|(_, to)| to == position));
        (position, reached.map(written_at))
    }

    fn digest(
        &mut self,
        before: At,
        (to, at): (u64, Timestamp),
        team: &Subscription,
    ) -> Result<Digest, Exit> {
        let (watch, after) = (watch(team), self.outlooks.get((to, Some(at)), team.audience)?);
        if before.0 == to {
            return Ok(Digest::opening(&after.moment(), watch));
        }
        let before = self.outlooks.get(before, team.audience)?;
        Ok(Digest::between(&before.moment(), &after.moment(), watch))
    }

    fn written(
        &self,
        (contact, team): (&ContactId, &Subscription),
        digest: Digest,
        at: Timestamp,
    ) -> Result<Written, Exit> {
        let content = digest.json().map_err(|error| Exit::Lab(error.into()))?;
        let last = self.letters.last_digest(contact);
        let prepared = LetterPrepared {
            letter: name(contact, digest.to, at)?,
            about: About::Digest { from: digest.from, to: digest.to },
            contact: contact.clone(),
            form: form(&team.way),
            policy: self.policy.label(),
            policy_sha256: self.policy.digest(),
            known_at: digest.to.saturating_sub(1),
            follows: last.map(|it| it.prepared.what.letter.clone()),
            content_sha256: Sha256Digest::of(content.as_bytes()),
            content_bytes: content.len() as u64,
            by: self.command.by.by.clone(),
        };
        Ok(Written { prepared, digest, at })
    }
}

fn watch(team: &Subscription) -> Watch {
    let tells = |it| team.watch.contains(&it);
    Watch {
        regressions: tells(Topic::Regressions),
        fixes: tells(Topic::Fixes),
        stale: tells(Topic::Stale),
        after: team.after as usize,
        silent_days: if tells(Topic::Silence) { team.silent_days } else { 0 },
    }
}

fn form(way: &Reach) -> LetterForm {
    match way {
        Reach::Mail { certificate: Some(_), .. } => LetterForm::Encrypted,
        Reach::Mail { certificate: None, .. } | Reach::Webhook(_) => LetterForm::Plain,
    }
}
