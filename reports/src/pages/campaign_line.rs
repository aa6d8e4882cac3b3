//! A campaign in one line: when it ran, how far it has come, how its cells stand.

use domain::event::Ending;
use domain::ids::CampaignId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::bar::Counts;
use super::links;
use crate::chronicle::CampaignRecord;
use crate::tally::Tally;

/// A campaign in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignLine {
    /// Which one.
    #[schema(value_type = String)]
    pub campaign: CampaignId,
    /// What people call its testbed.
    pub testbed: String,
    /// When it started.
    #[schema(value_type = String)]
    pub started: Timestamp,
    /// When its last event was recorded.
    #[schema(value_type = String)]
    pub last_recorded: Timestamp,
    /// How far it has come.
    pub state: State,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// How many cells stand how.
    pub counts: Counts,
    /// Where it is told in full.
    pub href: String,
}

/// How far a campaign has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = CampaignState)]
pub enum State {
    /// It has not ended.
    Running,
    /// Every trial came to an end.
    Completed,
    /// A person stopped it.
    Stopped,
    /// The lab broke; it can be resumed.
    LabErrors,
    /// Another system told it.
    Told,
}

impl State {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            State::Running => "not ended",
            State::Completed => "completed",
            State::Stopped => "stopped by a person",
            State::LabErrors => "ended with lab errors",
            State::Told => "told by another system",
        }
    }

    /// A sign that reads without colour.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            State::Running => '▸',
            State::Completed => '■',
            State::Stopped => '‖',
            State::LabErrors => '?',
            State::Told => '»',
        }
    }

    /// Whether it may still go on.
    #[must_use]
    pub fn is_running(self) -> bool {
        self == State::Running
    }
}

impl From<&CampaignRecord> for State {
    fn from(record: &CampaignRecord) -> Self {
        match (record.told, record.ended) {
            (true, _) => State::Told,
            (false, None) => State::Running,
            (false, Some((Ending::Completed, _))) => State::Completed,
            (false, Some((Ending::Cancelled, _))) => State::Stopped,
            (false, Some((Ending::LabError, _))) => State::LabErrors,
        }
    }
}

impl From<&CampaignRecord> for CampaignLine {
    fn from(record: &CampaignRecord) -> Self {
        let cells = || record.cells.values();
        let tally: Tally = cells().map(|it| it.stand.standing).collect();
        Self {
            campaign: record.id.clone(),
            testbed: record.testbed.name.clone(),
            started: record.started,
            last_recorded: record.last_recorded,
            state: State::from(record),
            scored: cells().map(|it| it.scored).sum(),
            planned: cells().map(|it| it.planned).sum(),
            counts: Counts::from(&tally),
            href: links::campaign(&record.id),
        }
    }
}

impl CampaignLine {
    /// Every campaign, the newest first.
    #[must_use]
    pub fn newest_first(records: &[CampaignRecord]) -> Vec<Self> {
        newest_first(records).into_iter().map(Self::from).collect()
    }
}

/// Every campaign, the newest first; what another system told stands where it was tried.
pub(super) fn newest_first(records: &[CampaignRecord]) -> Vec<&CampaignRecord> {
    let mut all: Vec<&CampaignRecord> = records.iter().collect();
    all.sort_by_key(|it| std::cmp::Reverse((it.started, it.positions)));
    all
}
