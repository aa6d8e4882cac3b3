//! From where a history is looked at: how things stood at an instant, and what was known then.

use domain::event::{CampaignStarted, Event, Recorded};
use domain::told;
use jiff::Timestamp;

/// Two kinds of past. The same viewpoint over the same log gives the same bytes for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewpoint {
    /// How things stood: what was tried or declared after this instant is left out. A later
    /// withdrawal of an earlier step counts, since it says how things stood then.
    pub as_of: Option<Timestamp>,
    /// What was known: events after this position of the log are left out, whatever they say. It
    /// must lie in the log: nobody knows yet what will be known later.
    pub known_at: Option<u64>,
}

impl Viewpoint {
    /// Whether an event is seen from here. What another system told was tried before it was
    /// recorded: its trials are looked at one by one, see [`Viewpoint::reaches`].
    #[must_use]
    pub fn sees(&self, recorded: &Recorded) -> bool {
        if self.known_at.is_some_and(|position| recorded.position > position) {
            return false;
        }
        self.reaches(recorded.at)
            || match &recorded.event {
                Event::StepWithdrawn(_) | Event::TrialsTold(_) => true,
                Event::CampaignStarted(started) => is_told(started),
                Event::TrialsPlanned(_)
                | Event::CampaignResumed(_)
                | Event::VersionChanged(_)
                | Event::StepFinished(_)
                | Event::CampaignFinished(_)
                | Event::ScoresShown(_)
                | Event::KeyChanged(_)
                | Event::BaselineSet(_)
                | Event::UpgradeDeclared(_)
                | Event::CheckWaived(_)
                | Event::WaiverEnded(_)
                | Event::Access(_)
                | Event::Letter(_) => false,
            }
    }

    /// Whether what happened at this instant is seen from here.
    #[must_use]
    pub fn reaches(&self, instant: Timestamp) -> bool {
        self.as_of.is_none_or(|as_of| instant <= as_of)
    }

    /// The same viewpoint in the present, given the latest time of any event seen from it and the instants at which
    /// waivers expire. A waiver ends by itself: where one has expired since that event, the instant
    /// becomes part of the question. Whoever names a point in time is shown the waivers of then.
    #[must_use]
    pub fn at_present(
        self,
        latest: Option<Timestamp>,
        expiries: impl Iterator<Item = Timestamp>,
        now: Timestamp,
    ) -> Self {
        let Some(at) = latest else { return self };
        let is_present = self.as_of.is_none() && self.known_at.is_none();
        let expired = expiries.filter(|it| is_present && at < *it && *it <= now).max();
        Self { as_of: self.as_of.or(expired), ..self }
    }
}

/// Whether a campaign was taken over from another system: no driver reaches its platforms.
fn is_told(started: &CampaignStarted) -> bool {
    started.testbed.platforms.iter().all(|it| it.driver == told::DRIVER)
}
