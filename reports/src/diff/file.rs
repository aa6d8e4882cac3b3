//! The shape of a comparison as JSON. That for operators is that for anyone with fields added.

use std::collections::BTreeMap;

use domain::change::Change;
use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId, RouteId, Sha256Digest};
use domain::score::{Score, Standing};
use serde::Serialize;

use super::{Side, Since};
use crate::matrix_file::Limit;
use crate::tally::as_word;

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.diff/1";

/// Two campaigns compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffFile {
    /// The version of this shape.
    pub schema: &'static str,
    /// `public` names no tool, `operator` does.
    pub audience: &'static str,
    /// The baseline's name, null when two campaigns were compared directly.
    pub baseline: Option<BaselineEntry>,
    /// The campaign that is the reference.
    pub from: Side,
    /// The campaign that is compared with it.
    pub to: Side,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// How far the scores reach, in words.
    pub notices: Vec<String>,
    /// How many cells there are.
    pub cells_total: usize,
    /// How many of each class: all twelve, and they sum to `cells_total`.
    pub counts: BTreeMap<&'static str, usize>,
    /// How many cells have an open regression.
    pub open_regressions: usize,
    /// Every cell that either campaign planned.
    pub cells: Vec<CellEntry>,
    /// Versions that differ between the two, of everything in their testbeds.
    pub versions: Vec<VersionEntry>,
    /// Events of the log that had no place in its history.
    pub unplaced: u64,
}

/// A baseline's name and which setting of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaselineEntry {
    /// What the reference is called.
    pub name: BaselineName,
    /// 1 for its first setting.
    pub revision: u32,
}

/// What became of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellEntry {
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// Its class.
    pub change: Change,
    /// How it stood; null where it was not planned.
    pub before: Option<StoodEntry>,
    /// How it stands.
    pub after: Option<StoodEntry>,
    /// Since when it is so; null where nothing changed.
    pub since: Option<Since>,
    /// Which versions go with it; null where the change says nothing about versions.
    pub goes_with: Option<GoesWithEntry>,
    /// The campaign since which a regression is open; null when none is.
    pub open_since: Option<CampaignId>,
    /// Its routes. For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routes: Option<RoutesEntry>,
    /// All of it in a sentence.
    pub words: String,
}

/// How a cell stands in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoodEntry {
    /// `SUCCESS`, `WARNING`, `FAILURE`, `lab error`, `blocked`, `not run` or `not applicable`.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// The score, null when the standing is none.
    pub score: Option<Score>,
    /// Repetitions disagree.
    pub unstable: bool,
    /// Of a FAILURE, the furthest step at which a route fails, 1 to 7.
    pub fails_at: Option<u8>,
    /// How many routes carry it that share no tool; 0 where it does not run.
    pub independent_routes: usize,
    /// What holds the best route back; null when nothing does.
    pub limit: Option<Limit>,
}

/// Which versions go with a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoesWithEntry {
    /// `sets`: each of the sets alone tells good from bad; `unclear`: these differ and none does;
    /// `same-versions`: the same versions gave both; `other-routes`: routes were left out, or others
    /// were walked; `unknown`: nothing is known of versions.
    pub kind: &'static str,
    /// The sets; of `unclear` one, with all that differs.
    pub sets: Vec<Vec<VersionEntry>>,
    /// In words.
    pub words: String,
}

/// A version that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionEntry {
    /// Whose version; `conversion tools` where they are not named.
    pub subject: String,
    /// The version before; empty when there was none, null when it is not told.
    pub from: Option<String>,
    /// The version after; empty when there is none, null when it is not told.
    pub to: Option<String>,
    /// How many conversion tools stand for this entry; null when it is told whose version it is.
    pub tools: Option<usize>,
}

/// The routes that carried a cell and that carry it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoutesEntry {
    /// The route that gave the score.
    pub best_before: Option<RouteId>,
    /// The route that gives it now.
    pub best_after: Option<RouteId>,
    /// Every route that had the cell's score.
    pub before: Vec<RouteId>,
    /// Every route that has it now.
    pub after: Vec<RouteId>,
}
