//! The shape of matrices as JSON. That for operators is that for anyone with fields added.

use std::collections::{BTreeMap, BTreeSet};

use domain::diagnosis::Cause;
use domain::ids::{CampaignId, GuestId, PlatformId, RouteId, Sha256Digest};
use domain::plan::CellId;
use domain::score::{Score, Standing};
use domain::testbed::Migration;
use jiff::Timestamp;
use serde::Serialize;

use crate::reason::{AtStep, Reason};
use crate::setting::{Course, Pin, PinChange, PublicGuest, PublicPlatform, PublicWaiver, Work};
use crate::tally::{as_optional_word, as_word};
use crate::tool::Tool;
use crate::topic::Topic;
use crate::viewpoint::Viewpoint;

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.matrix/1";

/// The matrices of one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixFile {
    /// The version of this shape.
    pub schema: &'static str,
    /// `public` names no tool, `operator` does.
    pub audience: &'static str,
    /// Which campaign.
    pub campaign: CampaignId,
    /// What people call its testbed.
    pub testbed: String,
    /// When it started and how it went on.
    pub course: Course,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// From where in time it is seen.
    pub viewpoint: ViewpointEntry,
    /// The waivers in force.
    pub waivers: Vec<PublicWaiver>,
    /// The type of migration that was walked; not there where it is cold.
    #[serde(skip_serializing_if = "is_cold")]
    pub migration: Migration,
    /// Another system told the results; nothing was observed here.
    pub told: bool,
    /// Steps that were withdrawn after they had been recorded.
    pub withdrawn: usize,
    /// How far the scores reach, in words.
    pub notices: Vec<String>,
    /// The hypervisor environments, with the versions found.
    pub platforms: Vec<PublicPlatform>,
    /// The operating system images, with the versions found.
    pub guests: Vec<PublicGuest>,
    /// Versions of the lab itself.
    pub host: Vec<Pin>,
    /// The conversion tools, with the versions found. For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Tool>>,
    /// Versions that changed in mid-campaign.
    pub changes: Vec<PinChange>,
    /// Changes of a conversion tool's version that are counted, not told.
    pub untold_changes: usize,
    /// How much was done.
    pub work: Work,
    /// Events of the log that had no place in its history.
    pub unplaced: u64,
    /// One matrix per guest.
    pub matrices: Vec<MatrixEntry>,
    /// Cells that were planned and are not told; not there when there are none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub withheld: BTreeSet<CellId>,
}

fn is_cold(migration: &Migration) -> bool {
    *migration == Migration::Cold
}

/// From where in time matrices are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ViewpointEntry {
    /// How things stood at this instant; null for the latest.
    pub as_of: Option<Timestamp>,
    /// What was known at this position of the log; null for all of it.
    pub known_at: Option<u64>,
}

impl From<Viewpoint> for ViewpointEntry {
    fn from(Viewpoint { as_of, known_at }: Viewpoint) -> Self {
        Self { as_of, known_at }
    }
}

/// The cells of one guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixEntry {
    /// Whose cells.
    pub guest: GuestId,
    /// How many cells stand how; what is not there is zero.
    pub counts: BTreeMap<&'static str, usize>,
    /// Planned cells, row by row.
    pub cells: Vec<CellEntry>,
}

/// Source × target for one guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellEntry {
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// `SUCCESS`, `WARNING`, `FAILURE`, `lab error`, `blocked`, `not run` or `not applicable`.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// The score, null when the standing is none.
    pub score: Option<Score>,
    /// How it stands under the raw policy and without waivers; not there when nothing was relaxed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_optional_word")]
    pub raw_standing: Option<Standing>,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What holds the best route back; null when nothing does.
    pub limit: Option<Limit>,
    /// The route that gives the cell its score. For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_route: Option<RouteId>,
    /// Every route tried, the best first.
    pub routes: Vec<RouteEntry>,
}

/// One route of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteEntry {
    /// Its number in reports that name no tool; 1 for the best.
    pub number: usize,
    /// Its identifier. For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteId>,
    /// Mean wall time of a repetition, in milliseconds. For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// How many tools it needs.
    pub tools: usize,
    /// The lowest repetition.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Repetitions disagree, or the address differs on each re-run.
    pub unstable: bool,
    /// Repetitions that were scored.
    pub scored: usize,
    /// Repetitions that were planned.
    pub planned: usize,
    /// How each of the seven steps stands in the repetition that decides.
    pub steps: Vec<&'static str>,
    /// What holds it back; null when nothing does.
    pub limit: Option<Limit>,
}

/// What holds a route back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Number of the limiting step, 1 to 7.
    pub step: u8,
    /// What a person calls it.
    pub title: &'static str,
    /// The class of root cause.
    pub cause: Option<Cause>,
    /// What the rules that do not hold are about.
    pub topics: Vec<Topic>,
    /// What the rules are about whose facts were not observed.
    pub not_observed: Vec<Topic>,
    /// The same step by step, where rules hold it back.
    pub by_step: Vec<LimitAt>,
    /// All of it in words.
    pub words: String,
}

/// What holds a route back at one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitAt {
    /// Number of the step, 1 to 7.
    pub step: u8,
    /// What the rules that do not hold are about.
    pub topics: Vec<Topic>,
    /// What the rules are about whose facts were not observed.
    pub not_observed: Vec<Topic>,
}

impl From<&Reason> for Limit {
    fn from(reason: &Reason) -> Self {
        Self {
            step: reason.step.number(),
            title: reason.step.title(),
            cause: reason.cause(),
            topics: reason.topics().into_iter().collect(),
            not_observed: reason.unread().into_iter().collect(),
            by_step: reason.at_steps().iter().map(LimitAt::from).collect(),
            words: reason.beside_step(),
        }
    }
}

impl From<&AtStep> for LimitAt {
    fn from(at: &AtStep) -> Self {
        Self {
            step: at.step.number(),
            topics: at.changed.iter().copied().collect(),
            not_observed: at.unread.iter().copied().collect(),
        }
    }
}
