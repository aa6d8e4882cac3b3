//! What has been written so far, and what became of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::event::{
    About, CampaignPublished, DisputeSettled, EmbargoSet, Event, Fate, LetterAcknowledged,
    LetterEvent, LetterFailed, LetterPrepared, LetterPreviewed, LetterReported, LetterSent,
    Recorded,
};
use crate::ids::{CampaignId, ContactId, LetterId};
use crate::plan::CellId;
use crate::registry::Declared;

/// A letter and everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What was written.
    pub prepared: Declared<LetterPrepared>,
    /// Who looked at it, the first first.
    pub previewed: Vec<Declared<LetterPreviewed>>,
    /// Attempts that failed, the first first.
    pub failed: Vec<Declared<LetterFailed>>,
    /// How it left.
    pub sent: Option<Declared<LetterSent>>,
    /// What others told of it, the first first.
    pub reported: Vec<Declared<LetterReported>>,
    /// That its recipient has it.
    pub acknowledged: Option<Declared<LetterAcknowledged>>,
}

/// How far a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Written; nobody has looked at it.
    Prepared,
    /// An operator has looked at it: it may be sent.
    Previewed,
    /// An attempt failed; it is tried again.
    Delayed,
    /// It could not be handed over, and is not tried again.
    Failed,
    /// It was handed over.
    Sent,
    /// It reached its mailbox, as another system says.
    Delivered,
    /// It will not arrive, as another system says.
    Bounced,
    /// Its recipient has it.
    Acknowledged,
}

/// Every letter, embargo and publication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterRegistry {
    letters: BTreeMap<LetterId, Letter>,
    embargoes: BTreeMap<CampaignId, Declared<EmbargoSet>>,
    published: BTreeMap<CampaignId, Vec<Declared<CampaignPublished>>>,
    settled: BTreeMap<u64, Declared<DisputeSettled>>,
    publicity: u64,
}

impl Letter {
    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        let told = self.reported.iter().rev().map(|it| it.what.fate);
        let last_word = told.filter(|it| *it != Fate::Delayed).map(|it| match it {
            Fate::Bounced => Stage::Bounced,
            Fate::Delivered | Fate::Delayed => Stage::Delivered,
        });
        match (&self.acknowledged, &self.sent) {
            (Some(_), _) => Stage::Acknowledged,
            (None, Some(_)) => last_word.max().unwrap_or(Stage::Sent),
            (None, None) => self.stage_before_sending(),
        }
    }

    fn stage_before_sending(&self) -> Stage {
        match self.failed.last() {
            Some(failed) if failed.what.permanent => Stage::Failed,
            Some(_) => Stage::Delayed,
            None if self.previewed.is_empty() => Stage::Prepared,
            None => Stage::Previewed,
        }
    }

    /// The number of the next attempt, 1 for the first.
    #[must_use]
    pub fn next_attempt(&self) -> u32 {
        u32::try_from(self.failed.len()).map_or(u32::MAX, |it| it.saturating_add(1))
    }
}

impl Stage {
    /// It in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Stage::Prepared => "prepared",
            Stage::Previewed => "previewed",
            Stage::Delayed => "delayed",
            Stage::Failed => "failed",
            Stage::Sent => "sent",
            Stage::Delivered => "delivered",
            Stage::Bounced => "bounced",
            Stage::Acknowledged => "acknowledged",
        }
    }
}

impl LetterRegistry {
    /// Applies one event; what is not about letters changes nothing.
    pub fn evolve(&mut self, recorded: &Recorded) {
        let Event::Letter(event) = &recorded.event else { return };
        match event {
            LetterEvent::EmbargoSet(set) => {
                self.embargoes.insert(set.campaign.clone(), declared(recorded, set));
                self.publicity += 1;
            }
            LetterEvent::CampaignPublished(it) => {
                let all = self.published.entry(it.campaign.clone()).or_default();
                all.push(declared(recorded, it));
                self.publicity += 1;
            }
            LetterEvent::DisputeSettled(it) => {
                self.settled.insert(it.answer, declared(recorded, it));
            }
            LetterEvent::LetterPrepared(it) => {
                let new = Letter::new(declared(recorded, it));
                self.letters.entry(it.letter.clone()).or_insert(new);
            }
            LetterEvent::LetterPreviewed(it) => {
                self.of(&it.letter, |letter| letter.previewed.push(declared(recorded, it)));
            }
            LetterEvent::LetterSent(it) => self.of(&it.letter, |letter| {
                letter.sent.get_or_insert_with(|| declared(recorded, it));
            }),
            LetterEvent::LetterFailed(it) => {
                self.of(&it.letter, |letter| letter.failed.push(declared(recorded, it)));
            }
            LetterEvent::LetterReported(it) => {
                self.of(&it.letter, |letter| letter.reported.push(declared(recorded, it)));
            }
            LetterEvent::LetterAcknowledged(it) => self.of(&it.letter, |letter| {
                letter.acknowledged.get_or_insert_with(|| declared(recorded, it));
            }),
        }
    }

    fn of(&mut self, id: &LetterId, note: impl FnOnce(&mut Letter)) {
        if let Some(letter) = self.letters.get_mut(id) {
            note(letter);
        }
    }

    /// One letter.
    #[must_use]
    pub fn letter(&self, id: &LetterId) -> Option<&Letter> {
        self.letters.get(id)
    }

    /// The letter that was sent under this Message-ID, without angle brackets.
    #[must_use]
    pub fn by_message_id(&self, id: &str) -> Option<&Letter> {
        let is_it = |it: &&Letter| it.sent.as_ref().is_some_and(|it| it.what.message_id == id);
        self.letters.values().find(is_it)
    }

    /// Every publication, by campaign, the first first.
    pub fn published(&self) -> impl Iterator<Item = &Declared<CampaignPublished>> {
        self.published.values().flatten()
    }

    /// Every letter, by id.
    pub fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.letters.values()
    }

    /// The digest to this team that was written last, whatever became of it.
    #[must_use]
    pub fn last_digest(&self, team: &ContactId) -> Option<&Letter> {
        self.digests(team).max_by_key(|it| it.prepared.position)
    }

    /// Every digest to this team, by id.
    pub fn digests(&self, team: &ContactId) -> impl Iterator<Item = &Letter> {
        let is_digest = |it: &&Letter| matches!(it.prepared.what.about, About::Digest { .. });
        self.letters.values().filter(is_digest).filter(|it| it.prepared.what.contact == *team)
    }

    /// The embargo of a campaign, whether its date has come or not.
    #[must_use]
    pub fn embargo(&self, campaign: &CampaignId) -> Option<&Declared<EmbargoSet>> {
        self.embargoes.get(campaign)
    }

    /// Publications of a campaign, the first first.
    #[must_use]
    pub fn publications(&self, campaign: &CampaignId) -> &[Declared<CampaignPublished>] {
        self.published.get(campaign).map_or(&[], Vec::as_slice)
    }

    /// Whether the public sees nothing of a campaign: it has an embargo, and nobody has published it.
    /// That the date of the embargo has come changes nothing by itself.
    #[must_use]
    pub fn is_embargoed(&self, campaign: &CampaignId) -> bool {
        self.embargoes.contains_key(campaign) && !self.published.contains_key(campaign)
    }

    /// The cells of a campaign that whoever published it last withheld; none before anybody has.
    #[must_use]
    pub fn withheld(&self, campaign: &CampaignId) -> BTreeSet<CellId> {
        let last = self.publications(campaign).last();
        last.map(|it| it.what.withheld.iter().cloned().collect()).unwrap_or_default()
    }

    /// A number that changes whenever something else may be public.
    #[must_use]
    pub fn publicity(&self) -> u64 {
        self.publicity
    }

    /// Whether the embargo of a campaign lasts at this instant.
    #[must_use]
    pub fn lasts(&self, campaign: &CampaignId, at: Timestamp) -> bool {
        self.embargo(campaign).is_some_and(|it| at < it.what.until)
    }

    /// The reply to the dispute at this position, if somebody has given one.
    #[must_use]
    pub fn settled(&self, answer: u64) -> Option<&Declared<DisputeSettled>> {
        self.settled.get(&answer)
    }
}

impl Letter {
    fn new(prepared: Declared<LetterPrepared>) -> Self {
        let (previewed, failed, reported) = (Vec::new(), Vec::new(), Vec::new());
        Self { prepared, previewed, failed, sent: None, reported, acknowledged: None }
    }
}

fn declared<T: Clone>(recorded: &Recorded, what: &T) -> Declared<T> {
    Declared { position: recorded.position, at: recorded.at, what: what.clone() }
}
