//! A batch of commands of one campaign: each judged as the ones before leave it, recorded together.

use std::collections::HashMap;

use domain::campaign::{Campaign, evolve};
use domain::command::Command;
use domain::decide::{Refusal, decide};
use domain::event::Recorded;
use domain::ids::CampaignId;
use domain::wire::{Accepted, AcceptedVersion, RecordedCommand, RefusedCommand};
use jiff::Timestamp;
use store::{Append, EventLog, Expected, StoreError};
use uuid::Uuid;

use super::DeskError;

/// What became of a batch.
///
/// Every command before the one that was refused is recorded, it and every one behind it are not.
#[derive(Debug)]
pub struct Batch {
    /// What was recorded for each command, in their order, up to the one that was refused.
    pub answers: Vec<Answer>,
    /// The command that was refused, if one was.
    pub refused: Option<Refused>,
    /// How many events the campaign's stream has now: what the next batch may expect.
    pub version: u64,
}

/// What was recorded for one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The identity of the command.
    pub command: Uuid,
    /// Whether it had been recorded before, also by this very batch.
    pub repeated: bool,
    /// What it caused; nothing for a command that shows no scores.
    pub events: Vec<Recorded>,
}

/// The command that was refused.
#[derive(Debug)]
pub struct Refused {
    /// Its place in the batch, 0 for the first.
    pub index: usize,
    /// Why: out of order, or an event larger than the log takes.
    pub why: DeskError,
}

impl Batch {
    /// The answer as it goes over the wire.
    #[must_use]
    pub fn accepted(&self, campaign: CampaignId) -> Accepted {
        let recorded = |it: &Answer| RecordedCommand {
            command: it.command,
            position: it.events.first().map(|event| event.position),
            events: it.events.len() as u64,
            repeated: it.repeated,
        };
        let refused =
            |it: &Refused| RefusedCommand { index: it.index as u64, why: it.why.to_string() };
        Accepted {
            schema: AcceptedVersion::V1,
            campaign,
            version: self.version,
            recorded: self.answers.iter().map(recorded).collect(),
            refused: self.refused.as_ref().map(refused),
        }
    }
}

/// The commands of a batch, with what the log knows of each.
pub(super) struct Asked {
    commands: Vec<Command>,
    ids: Vec<Uuid>,
    known: Vec<Option<Vec<Recorded>>>,
}

impl Asked {
    /// Looks up which of them were recorded before.
    pub(super) fn look_up(
        log: &dyn EventLog,
        id: &CampaignId,
        commands: Vec<Command>,
    ) -> Result<Self, StoreError> {
        let stream = stream(id);
        let ids: Vec<Uuid> = commands.iter().map(|it| it.id(id)).collect();
        let known = ids.iter().map(|it| log.recorded_for(&stream, *it));
        let known = known.collect::<Result<_, _>>()?;
        Ok(Self { commands, ids, known })
    }

    /// Whether the version that its sender believes in holds. What the batch itself has recorded
    /// since does not count against it: a batch that was cut short may be sent again as it was.
    pub(super) fn expects(&self, expected: u64, version: u64) -> bool {
        let before = self.known.iter().map_while(Option::as_ref).flatten();
        let own = before.fold(expected, |at, it| if it.version == at { at + 1 } else { at });
        own == version || self.known.iter().all(Option::is_some)
    }

    /// Judges each command as the ones before leave the campaign, up to one that is refused.
    pub(super) fn decide(
        self,
        id: &CampaignId,
        (campaign, version): (Option<&Campaign>, u64),
        at: Timestamp,
    ) -> Decided {
        // The whole campaign is changed only by what is recorded.
        let mut state = campaign.map(|it| it.only(self.commands.iter().filter_map(trial)));
        let (mut decided, mut version) = (Decided::default(), version);
        let mut first = HashMap::new();
        let asked = self.commands.into_iter().zip(self.ids).zip(self.known);
        for (index, ((command, request), known)) in asked.enumerate() {
            let source = match (known, first.get(&request)) {
                (Some(known), _) => Source::Recorded(known),
                (None, Some(first)) => Source::Same(*first),
                (None, None) => match decide(state.as_ref(), id, command) {
                    Err(refusal) => {
                        decided.refused = Some((index, refusal));
                        break;
                    }
                    Ok(events) => {
                        state = events.iter().fold(state, evolve);
                        let (stream, expected) = (stream(id), Expected::Exact(version));
                        // What leaves no trace in the log is asked anew each time, here as there.
                        if !events.is_empty() {
                            version += events.len() as u64;
                            first.insert(request, index);
                        }
                        decided.appends.push(Append {
                            stream,
                            expected,
                            command: request,
                            at,
                            events,
                        });
                        Source::New
                    }
                },
            };
            decided.sources.push((request, source));
        }
        decided
    }
}

/// A batch that was judged.
#[derive(Default)]
pub(super) struct Decided {
    /// What is to be recorded, one decision a command.
    pub(super) appends: Vec<Append>,
    sources: Vec<(Uuid, Source)>,
    refused: Option<(usize, Refusal)>,
}

/// Where the answer to a command comes from.
enum Source {
    /// The log had it.
    Recorded(Vec<Recorded>),
    /// The same command stands before it in the batch, at this place.
    Same(usize),
    /// It is recorded now.
    New,
}

/// Commands with what the log holds of each, and how it ended.
pub(super) struct Answered {
    pub(super) answers: Vec<Answer>,
    pub(super) refused: Option<Refused>,
    /// The log failed, at no command's fault.
    pub(super) failed: Option<StoreError>,
}

impl Decided {
    /// Puts the log's answers to the new ones in their places.
    pub(super) fn answered(
        self,
        recorded: impl IntoIterator<Item = Result<Vec<Recorded>, StoreError>>,
    ) -> Answered {
        let mut recorded = recorded.into_iter();
        let refused = self.refused.map(|(index, why)| Refused { index, why: why.into() });
        let mut answered = Answered { answers: Vec::new(), refused, failed: None };
        for (index, (command, source)) in self.sources.into_iter().enumerate() {
            let repeated = !matches!(source, Source::New);
            let events = match source {
                Source::Recorded(events) => Ok(events),
                Source::Same(first) => Ok(answered.answers[first].events.clone()),
                Source::New => recorded.next().unwrap_or(Err(StoreError::Broken)),
            };
            match events {
                Ok(events) => answered.answers.push(Answer { command, repeated, events }),
                Err(error) => {
                    answered.end(index, error);
                    return answered;
                }
            }
        }
        answered
    }
}

impl Answered {
    /// The log did not take a command; nothing behind it fits any more.
    fn end(&mut self, index: usize, error: StoreError) {
        let unfit = matches!(error, StoreError::TooLarge { .. } | StoreError::Unspellable(_));
        self.refused = None;
        match unfit {
            true => self.refused = Some(Refused { index, why: error.into() }),
            false => self.failed = Some(error),
        }
    }
}

/// The trial that a command looks at.
fn trial(command: &Command) -> Option<&domain::plan::Trial> {
    match command {
        Command::RecordStep(record) => Some(&record.trial),
        Command::StartCampaign { .. }
        | Command::ResumeCampaign { .. }
        | Command::PinVersions { .. }
        | Command::FinishCampaign { .. }
        | Command::ShowScores { .. }
        | Command::WithdrawStep { .. }
        | Command::TakeOver(_) => None,
    }
}

/// The stream of one campaign.
pub(super) fn stream(id: &CampaignId) -> String {
    format!("campaign/{id}")
}
