//! Every campaign in the present, folded and not yet judged.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::AccessRegistry;
use domain::event::{DisputeSettled, Event, LetterEvent, Recorded};
use domain::ids::CampaignId;
use domain::policy::Policy;
use domain::registry::{Declared, Registry};
use jiff::Timestamp;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::pages::said::Heard;
use reports::viewpoint::Viewpoint;

use super::times::Times;

/// Where and when there are events about a campaign.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// The position after the last.
    next: u64,
    /// The earliest time of any.
    earliest: Timestamp,
    /// The latest time of any.
    latest: Timestamp,
}

impl Span {
    /// With an event after it.
    fn and(self, new: Self) -> Self {
        let (earliest, latest) = (self.earliest.min(new.earliest), self.latest.max(new.latest));
        Self { next: new.next, earliest, latest }
    }

    /// Whether all of it is seen.
    fn is_whole(&self, viewpoint: Viewpoint) -> bool {
        viewpoint.known_at.is_none_or(|it| self.next <= it.saturating_add(1))
            && viewpoint.reaches(self.latest)
    }
}

/// How much of a campaign is seen from somewhere in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of it.
    Whole,
    /// Some of it, perhaps.
    Part,
    /// Nothing.
    Nothing,
}

/// The folds of the present.
#[derive(Debug)]
pub(super) struct Present {
    chronicle: Chronicle,
    access: AccessRegistry,
    /// Replies to vendors, each as it was given: a later one does not change what was seen before.
    replies: Vec<Declared<DisputeSettled>>,
    /// Where and when there are events about each campaign.
    spans: BTreeMap<CampaignId, Span>,
    /// Position after the last declaration.
    declared: u64,
    /// Where and when there are declarations, those about a campaign among them.
    declarations: Option<Span>,
    /// Position after the last event that a view of campaigns shows.
    shown: u64,
    /// Position after the last event that may make evidence stale.
    grounds: u64,
    /// Position after the last event that the registry of declarations holds.
    registered: u64,
    /// Campaigns that have changed since somebody took that over.
    changed: BTreeSet<CampaignId>,
    times: Times,
    /// Events that had no place.
    strangers: Vec<(u64, Timestamp)>,
}

impl Present {
    /// Nothing yet, to be judged by this policy.
    #[must_use]
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            chronicle: Chronicle::new(policy, Viewpoint::default()),
            access: AccessRegistry::default(),
            replies: Vec::new(),
            spans: BTreeMap::new(),
            declared: 0,
            declarations: None,
            shown: 0,
            grounds: 0,
            registered: 0,
            changed: BTreeSet::new(),
            times: Times::default(),
            strangers: Vec::new(),
        }
    }

    /// Takes in one more event.
    pub(super) fn project(&mut self, recorded: Recorded) {
        let (position, at) = (recorded.position, recorded.at);
        let next = position + 1;
        self.access.evolve(&recorded);
        self.times.note(position, at);
        let is_declared = recorded.stream == domain::declare::STREAM;
        let new = Span { next, earliest: at, latest: at };
        if is_declared {
            self.declarations = Some(self.declarations.map_or(new, |it| it.and(new)));
        }
        if let Some(id) = recorded.event.campaign() {
            let span = self.spans.entry(id.clone()).or_insert(new);
            *span = span.and(new);
            if !self.changed.contains(id) {
                self.changed.insert(id.clone());
            }
        } else if is_declared {
            self.declared = next;
        }
        if let Event::Letter(LetterEvent::DisputeSettled(what)) = &recorded.event {
            self.replies.push(Declared { position, at, what: what.clone() });
        }
        if !matches!(recorded.event, Event::Access(_) | Event::KeyChanged(_)) {
            self.shown = next;
            if !matches!(recorded.event, Event::StepFinished(_) | Event::ScoresShown(_)) {
                self.grounds = next;
            }
        }
        if declares(&recorded.event) {
            self.registered = next;
        }
        let before = self.chronicle.unplaced();
        self.chronicle.project(recorded);
        if self.chronicle.unplaced() > before {
            self.strangers.push((position, at));
        }
    }

    /// What is judged as it passes by.
    #[must_use]
    pub(super) fn chronicle(&self) -> &Chronicle {
        &self.chronicle
    }

    /// Who may see what.
    #[must_use]
    pub(super) fn access(&self) -> &AccessRegistry {
        &self.access
    }

    /// What vendors answered to a campaign and what was replied, as far as it is seen.
    pub(super) fn heard(&self, id: &CampaignId, viewpoint: Viewpoint) -> Heard {
        let last = viewpoint.known_at.unwrap_or(u64::MAX);
        let is_seen = |position, at| position <= last && viewpoint.reaches(at);
        let answers = self.access.answers().iter();
        let answers = answers.filter(|it| it.what.campaign == *id && is_seen(it.position, it.at));
        let replies = self.replies.iter().filter(|it| is_seen(it.position, it.at));
        Heard { answers: answers.cloned().collect(), replies: replies.cloned().collect() }
    }

    /// When everything was recorded.
    pub(super) fn times(&self) -> &Times {
        &self.times
    }

    /// How many events have no place, as far as they are seen.
    pub(super) fn unplaced(&self, viewpoint: Viewpoint) -> u64 {
        let last = viewpoint.known_at.unwrap_or(u64::MAX);
        let seen = self.strangers.iter().filter(|(it, at)| *it <= last && viewpoint.reaches(*at));
        seen.count() as u64
    }

    /// How much of a campaign is seen. What another system told was tried before it was recorded.
    pub(super) fn reach(&self, record: &CampaignRecord, viewpoint: Viewpoint) -> Reach {
        let known = viewpoint.known_at.unwrap_or(u64::MAX);
        let Some(span) = self.spans.get(&record.id) else { return Reach::Part };
        let is_begun = viewpoint.reaches(span.earliest);
        match record.told {
            _ if record.positions.0 > known => Reach::Nothing,
            false if !is_begun => Reach::Nothing,
            false | true if span.is_whole(viewpoint) => Reach::Whole,
            false | true => Reach::Part,
        }
    }

    /// What was declared, as seen from there; none when only a part of it is seen.
    pub(super) fn registry(&self, viewpoint: Viewpoint) -> Option<&Registry> {
        let is_whole = self.declarations.is_none_or(|it| it.is_whole(viewpoint));
        is_whole.then(|| self.chronicle.registry())
    }

    /// The position after the last event of each campaign.
    pub(super) fn ends(&self) -> impl Iterator<Item = (&CampaignId, u64)> {
        self.spans.iter().map(|(id, it)| (id, it.next))
    }

    /// The position after the last event of a campaign.
    pub(super) fn end_of(&self, id: &CampaignId) -> Option<u64> {
        self.spans.get(id).map(|it| it.next)
    }

    /// The campaigns that have changed since this was asked last.
    pub(super) fn take_changed(&mut self) -> BTreeSet<CampaignId> {
        std::mem::take(&mut self.changed)
    }

    /// Position after the last event that the registry of declarations holds.
    pub(super) fn registered(&self) -> u64 {
        self.registered
    }

    /// Position after the last declaration that is about no campaign.
    pub(super) fn declared(&self) -> u64 {
        self.declared
    }

    /// Whether nothing but a campaign itself says anything about it: no waiver, which ends by itself,
    /// and no event without a place, which every view counts.
    #[must_use]
    pub(super) fn is_alone(&self) -> bool {
        self.strangers.is_empty() && self.chronicle.registry().waivers().is_empty()
    }

    /// A number that changes whenever a view of all campaigns may.
    #[must_use]
    pub(super) fn shown(&self) -> u64 {
        self.shown
    }

    /// A number that changes whenever other evidence may have become stale: with campaigns that begin
    /// and end and with declarations, not with each step.
    #[must_use]
    pub(super) fn grounds(&self) -> u64 {
        self.grounds
    }
}

/// Whether the registry of declarations holds an event.
fn declares(event: &Event) -> bool {
    matches!(
        event,
        Event::BaselineSet(_)
            | Event::UpgradeDeclared(_)
            | Event::CheckWaived(_)
            | Event::WaiverEnded(_)
            | Event::StepWithdrawn(_)
    )
}
