//! What the log says of letters and of a campaign, read from a snapshot: also beside a running service.

use domain::declare;
use domain::event::{AccessEvent, Answered, Event, LetterEvent, Recorded};
use domain::ids::CampaignId;
use domain::letter::LetterRegistry;
use domain::registry::Declared;
use reports::viewpoint::Viewpoint;

use super::super::each_event;
use crate::args::Args;
use crate::exit::Exit;

/// Letters and answers.
#[derive(Debug, Default)]
pub(in crate::commands) struct Known {
    pub(in crate::commands) letters: LetterRegistry,
    pub(in crate::commands) answers: Vec<Declared<Answered>>,
    /// The position behind the last event that was read.
    pub(super) end: u64,
    /// The last event that may change what a letter about the campaign says.
    pub(in crate::commands) last: Option<u64>,
    /// The same without that it was published: publishing the same again says nothing new.
    pub(in crate::commands) last_but_publication: Option<u64>,
}

impl Known {
    /// All that is known now.
    pub(in crate::commands) fn read(
        args: &Args,
        campaign: Option<&CampaignId>,
    ) -> Result<Self, Exit> {
        Self::at(args, campaign, None)
    }

    /// All that was known at a position.
    pub(super) fn at(
        args: &Args,
        campaign: Option<&CampaignId>,
        known_at: Option<u64>,
    ) -> Result<Self, Exit> {
        let mut known = Self::default();
        let viewpoint = Viewpoint { known_at, ..Viewpoint::default() };
        each_event(args, viewpoint, |recorded| known.take(&recorded, campaign))?;
        Ok(known)
    }

    /// Takes in one more event.
    pub(super) fn take(&mut self, recorded: &Recorded, campaign: Option<&CampaignId>) {
        self.letters.evolve(recorded);
        self.end = recorded.position + 1;
        if let Event::Access(AccessEvent::Answered(it)) = &recorded.event {
            let (position, at, what) = (recorded.position, recorded.at, it.clone());
            self.answers.push(Declared { position, at, what });
        }
        if campaign.is_some_and(|id| matters(recorded, id)) {
            self.last = Some(recorded.position);
            if !matches!(recorded.event, Event::Letter(LetterEvent::CampaignPublished(_))) {
                self.last_but_publication = self.last;
            }
        }
    }
}

/// Whether a letter about this campaign may say something else because of it.
pub(super) fn matters(recorded: &Recorded, campaign: &CampaignId) -> bool {
    match &recorded.event {
        Event::Letter(LetterEvent::EmbargoSet(it)) => it.campaign == *campaign,
        Event::Letter(LetterEvent::CampaignPublished(it)) => it.campaign == *campaign,
        Event::Letter(LetterEvent::DisputeSettled(_)) => true,
        Event::Access(AccessEvent::Answered(it)) => it.campaign == *campaign,
        Event::Letter(_) | Event::Access(_) | Event::ScoresShown(_) => false,
        event @ (Event::CampaignStarted(_)
        | Event::TrialsPlanned(_)
        | Event::CampaignResumed(_)
        | Event::VersionChanged(_)
        | Event::StepFinished(_)
        | Event::CampaignFinished(_)
        | Event::KeyChanged(_)
        | Event::BaselineSet(_)
        | Event::UpgradeDeclared(_)
        | Event::CheckWaived(_)
        | Event::WaiverEnded(_)
        | Event::StepWithdrawn(_)
        | Event::TrialsTold(_)) => {
            event.campaign() == Some(campaign) || recorded.stream == declare::STREAM
        }
    }
}
