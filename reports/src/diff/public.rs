//! What anyone may see of a comparison. No type here can hold a tool's identity: versions of
//! conversion tools are counted, and routes are numbers.

use std::collections::BTreeMap;

use domain::change::Change;
use domain::ids::{BaselineName, CampaignId, Sha256Digest};
use domain::plan::CellId;
use domain::policy::Policy;
use domain::score::Standing;
use domain::step::Step;

use super::{CellDiff, Culprits, Diff, Scene, Side, Since, Stood, VersionDiff, counts};
use crate::reason::Reason;
use crate::redaction::is_told;

/// What a comparison hangs on beside its two campaigns.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The baseline's name and which setting of it, where the reference has one.
    pub baseline: Option<(&'a BaselineName, u32)>,
    /// By what both are judged.
    pub policy: &'a Policy,
    /// Events of the log that had no place in its history.
    pub unplaced: u64,
}

/// A comparison as anyone may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicDiff {
    /// The baseline's name and which setting of it, where the reference has one.
    pub baseline: Option<(BaselineName, u32)>,
    /// The campaign that is the reference.
    pub from: Side,
    /// The campaign that is compared with it.
    pub to: Side,
    /// What both took place in.
    pub scene: Scene,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// Every cell that either planned.
    pub cells: Vec<PublicCellDiff>,
    /// Versions that differ between the two.
    pub versions: Vec<PublicVersion>,
    /// Events of the log that had no place in its history.
    pub unplaced: u64,
}

/// What became of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCellDiff {
    /// Which cell.
    pub cell: CellId,
    /// What became of it.
    pub change: Change,
    /// How it stood; none where it was not planned.
    pub before: Option<PublicStood>,
    /// How it stands.
    pub after: Option<PublicStood>,
    /// Since when it is so, where something changed.
    pub since: Option<Since>,
    /// Which versions go with it.
    pub culprits: Option<Culprits<PublicVersion>>,
    /// The campaign since which a regression against the baseline is open.
    pub open_since: Option<CampaignId>,
}

/// How a cell stands in one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStood {
    /// The best over its routes.
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// The furthest step at which a route fails, where the cell is a FAILURE.
    pub fails_at: Option<Step>,
    /// How many independent routes carry it; 0 where it does not run.
    pub independent: usize,
    /// What holds its best route back.
    pub reason: Option<Reason>,
}

/// A version that differs, as anyone may see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicVersion {
    /// A version that may be told.
    Told(ToldVersion),
    /// Versions of so many conversion tools.
    OfTools(usize),
}

/// A version of a platform, a guest or the lab's machine. Made by [`PublicVersion::all`] alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToldVersion(VersionDiff);

impl ToldVersion {
    /// The version.
    #[must_use]
    pub fn get(&self) -> &VersionDiff {
        &self.0
    }
}

impl PublicDiff {
    /// What anyone may see of a comparison.
    #[must_use]
    pub fn new(diff: &Diff, frame: &Frame<'_>) -> Self {
        Self {
            baseline: frame.baseline.map(|(name, revision)| (name.clone(), revision)),
            from: diff.from.clone(),
            to: diff.to.clone(),
            scene: diff.scene.clone(),
            policy: frame.policy.label(),
            policy_sha256: frame.policy.digest(),
            cells: diff.cells.iter().map(PublicCellDiff::from).collect(),
            versions: PublicVersion::all(&diff.versions),
            unplaced: frame.unplaced,
        }
    }

    /// How many cells there are of each class: all twelve, and they sum to the number of cells.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Change, usize> {
        counts(self.cells.iter().map(|it| it.change))
    }
}

impl From<&CellDiff> for PublicCellDiff {
    fn from(cell: &CellDiff) -> Self {
        Self {
            cell: cell.cell.clone(),
            change: cell.change,
            before: cell.before.as_ref().map(PublicStood::from),
            after: cell.after.as_ref().map(PublicStood::from),
            since: cell.since.clone(),
            culprits: cell.culprits.as_ref().map(untold),
            open_since: cell.open_since.clone(),
        }
    }
}

impl From<&Stood> for PublicStood {
    fn from(stood: &Stood) -> Self {
        Self {
            standing: stood.standing,
            unstable: stood.unstable,
            fails_at: stood.fails_at,
            independent: stood.independent,
            reason: stood.reason.clone(),
        }
    }
}

impl PublicVersion {
    /// What anyone may see of these versions, in an order that says nothing about tools.
    #[must_use]
    pub fn all(versions: &[VersionDiff]) -> Vec<Self> {
        let (told, tools): (Vec<_>, Vec<_>) = versions.iter().partition(|it| is_told(&it.subject));
        let mut all: Vec<Self> =
            told.into_iter().map(|it| Self::Told(ToldVersion(it.clone()))).collect();
        all.sort();
        all.extend((!tools.is_empty()).then_some(Self::OfTools(tools.len())));
        all
    }
}

/// Culprits without tools: sets that differ only in which tool they name become one.
fn untold(culprits: &Culprits) -> Culprits<PublicVersion> {
    match culprits {
        Culprits::Sets(sets) => {
            let mut sets: Vec<_> = sets.iter().map(|set| PublicVersion::all(set)).collect();
            sets.sort();
            sets.dedup();
            Culprits::Sets(sets)
        }
        Culprits::Unclear(versions) => Culprits::Unclear(PublicVersion::all(versions)),
        Culprits::SameVersions => Culprits::SameVersions,
        Culprits::OtherRoutes => Culprits::OtherRoutes,
        Culprits::Unknown => Culprits::Unknown,
    }
}
