//! Why a cell has its colour, and what would turn it green. Names tools: for operators only.

use std::collections::BTreeMap;

use askama::Template;
use domain::diagnosis::Cause;
use domain::ids::{CampaignId, GuestId, PlatformId, Sha256Digest};
use domain::score::Standing;
use serde::Serialize;

use crate::derivation::RouteDerived;
use crate::html::Audience;
use crate::matrix::{Cell, Judged};
use crate::notice;
use crate::reason::Reason;
use crate::redaction::ranked_for_operators;
use crate::remedy::remedies;
use crate::step_derivation::StepRecord;
use crate::tally::{as_optional_word, as_word};

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.explain/1";

/// Hashes of events as leaves of the log's tree (RFC 6962), by position.
pub type Leaves = BTreeMap<u64, Sha256Digest>;

#[derive(Template)]
#[template(path = "explain.html")]
struct Page<'a> {
    told: &'a Explanation,
    audience: Audience,
}

/// The derivation of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The version of this shape.
    pub schema: &'static str,
    /// In which campaign.
    pub campaign: CampaignId,
    /// Name and version of the policy.
    pub policy: String,
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// How it stands: as its best route.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// How it stands under the raw policy and without waivers; not there when nothing was relaxed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_optional_word")]
    pub raw_standing: Option<Standing>,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// The limiting step of the best route, and what about it, in words.
    pub reason: Option<String>,
    /// The class of root cause.
    pub cause: Option<Cause>,
    /// What would turn it green.
    pub remedies: Vec<String>,
    /// Every route tried, the best first.
    pub routes: Vec<RouteDerived>,
    /// How far the score reaches, where a platform is a stand-in.
    pub notices: Vec<String>,
}

/// A cell that the campaign does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no trial of {asked} was planned; guests: {guests}; platforms: {platforms}")]
pub struct NotPlanned {
    asked: String,
    guests: String,
    platforms: String,
}

impl Explanation {
    /// The derivation of the cell of this guest, source and target.
    ///
    /// # Errors
    /// When the campaign has no such cell.
    pub fn new(
        judged: &Judged<'_>,
        guest: &GuestId,
        source: &PlatformId,
        target: &PlatformId,
    ) -> Result<Self, NotPlanned> {
        let matrix = judged.matrices.iter().find(|it| it.guest == *guest);
        match matrix.and_then(|it| it.cell(source, target)) {
            Some(cell) => Ok(Self::of(judged, guest, cell)),
            None => Err(NotPlanned {
                asked: format!("{guest} from {source} to {target}"),
                guests: listed(judged.campaign.testbed.guests.iter().map(|it| it.id.as_str())),
                platforms: listed(
                    judged.campaign.testbed.platforms.iter().map(|it| it.id.as_str()),
                ),
            }),
        }
    }

    /// The derivation as one self-contained page, as auditors read it.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn page(&self) -> Result<String, askama::Error> {
        Page { told: self, audience: Audience::Auditor }.render()
    }

    /// The same derivation with the leaf of each event in the log's tree.
    #[must_use]
    pub fn with_leaves(mut self, leaves: &Leaves) -> Self {
        for record in self.records() {
            record.leaf = leaves.get(&record.position).copied();
        }
        self
    }

    /// Positions of every event that it rests on.
    pub fn positions(&mut self) -> impl Iterator<Item = u64> {
        self.records().map(|it| it.position)
    }

    fn records(&mut self) -> impl Iterator<Item = &mut StepRecord> {
        let trials = self.routes.iter_mut().flat_map(|it| &mut it.trials);
        trials.flat_map(|it| &mut it.steps).filter_map(|it| it.record.as_mut())
    }

    /// The derivation of a cell at hand.
    #[must_use]
    pub fn of(judged: &Judged<'_>, guest: &GuestId, cell: &Cell) -> Self {
        let ranked = ranked_for_operators(cell, judged.policy);
        let best = ranked.first();
        let reason = best.and_then(|(_, public, _)| public.reason.as_ref());
        Self {
            schema: SCHEMA,
            campaign: judged.campaign.id.clone(),
            policy: judged.policy.label(),
            guest: guest.clone(),
            source: cell.source.clone(),
            target: cell.target.clone(),
            standing: cell.verdict.standing,
            raw_standing: judged.raw_of(guest, cell),
            unstable: cell.verdict.unstable,
            scored: cell.verdict.scored,
            planned: cell.verdict.planned,
            reason: reason.map(ToString::to_string),
            cause: reason.and_then(Reason::cause),
            remedies: best.map(|(_, _, route)| remedies(route)).unwrap_or_default(),
            routes: ranked.iter().map(|it| RouteDerived::new(judged, cell, it)).collect(),
            notices: notices(judged, cell),
        }
    }
}

/// How far the score reaches; of a cell without one, why there is none.
fn notices(judged: &Judged<'_>, cell: &Cell) -> Vec<String> {
    let is_apart = cell.verdict.standing == Standing::NotApplicable;
    let why = notice::travel(judged.campaign.migration()).filter(|_| is_apart);
    let ends = [&cell.source, &cell.target];
    why.into_iter().chain(notice::of_cell(&judged.campaign.testbed, ends)).collect()
}

fn listed<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.collect::<Vec<_>>().join(", ")
}
