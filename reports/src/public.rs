//! What anyone may see. No type here has a field for a tool's identity.
//!
//! Every table, page and file is made from this view; those for operators add to it and never
//! replace it, so that what different readers see cannot disagree.

use std::collections::BTreeSet;

use domain::ids::{CampaignId, GuestId, PlatformId, Sha256Digest};
use domain::plan::CellId;
use domain::score::Standing;
use domain::step::Step;
use domain::testbed::{Migration, Mode};

use crate::history::History;
use crate::reason::Reason;
use crate::setting::{Course, Pin, PinChange, PublicGuest, PublicPlatform, PublicWaiver, Work};
use crate::tally::Tally;
use crate::viewpoint::Viewpoint;

/// A judged campaign as anyone may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicView {
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
    pub viewpoint: Viewpoint,
    /// The waivers in force.
    pub waivers: Vec<PublicWaiver>,
    /// The type of migration that was walked.
    pub migration: Migration,
    /// What became of the VMs at the source.
    pub mode: Mode,
    /// Another system told the results; nothing was observed here.
    pub told: bool,
    /// Steps that were withdrawn after they had been recorded.
    pub withdrawn: usize,
    /// The hypervisor environments, in testbed order.
    pub platforms: Vec<PublicPlatform>,
    /// The operating system images, in testbed order.
    pub guests: Vec<PublicGuest>,
    /// Versions of the lab itself.
    pub host: Vec<Pin>,
    /// Versions that changed in mid-campaign.
    pub changes: Vec<PinChange>,
    /// Changes of a conversion tool's version: counted, not told.
    pub untold_changes: usize,
    /// How much was done.
    pub work: Work,
    /// One matrix per guest.
    pub matrices: Vec<PublicMatrix>,
    /// Events of the log that had no place in its history.
    pub unplaced: u64,
    /// Cells that were planned and are not told: no trace of their results is anywhere in this view.
    pub withheld: BTreeSet<CellId>,
}

/// The cells of one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicMatrix {
    /// Whose cells.
    pub guest: GuestId,
    /// Rows and columns, in testbed order.
    pub platforms: Vec<PlatformId>,
    /// Planned cells, row by row.
    pub cells: Vec<PublicCell>,
}

/// Source × target for one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCell {
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// How it stands: the best over its routes.
    pub standing: Standing,
    /// How it stands under the raw policy and without waivers; none when nothing was relaxed.
    pub raw: Option<Standing>,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What holds the best route back.
    pub reason: Option<Reason>,
    /// Every route tried, the best first. They have numbers, not names.
    pub routes: Vec<PublicRoute>,
}

/// One route of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicRoute {
    /// How many tools it needs.
    pub tools: usize,
    /// The lowest repetition.
    pub standing: Standing,
    /// Repetitions disagree, or the address differs on each re-run.
    pub unstable: bool,
    /// Repetitions that were scored.
    pub scored: usize,
    /// Repetitions that were planned.
    pub planned: usize,
    /// How each of the seven steps stands in the repetition that decides.
    pub steps: Vec<Standing>,
    /// What holds it back.
    pub reason: Option<Reason>,
}

impl PublicView {
    /// The same view with what only the whole history knows: from where it is seen, and the count of
    /// events that had no place in it.
    #[must_use]
    pub fn of_history(self, history: &History) -> Self {
        let campaign = history.campaign(&self.campaign);
        let viewpoint = campaign.map_or(*history.viewpoint(), |it| history.viewpoint_of(it));
        Self { unplaced: history.unplaced(), viewpoint, ..self }.without_totals()
    }

    /// All cells with their guest.
    pub fn cells(&self) -> impl Iterator<Item = (&GuestId, &PublicCell)> {
        self.matrices.iter().flat_map(|it| it.cells.iter().map(|cell| (&it.guest, cell)))
    }

    /// Trials scored and planned.
    #[must_use]
    pub fn trials(&self) -> (usize, usize) {
        self.cells().fold((0, 0), |(scored, planned), (_, cell)| {
            (scored + cell.scored, planned + cell.planned)
        })
    }

    /// Whether something else plays one of the platforms.
    #[must_use]
    pub fn has_stand_ins(&self) -> bool {
        self.platforms.iter().any(|it| it.stand_in)
    }

    /// Whether something else plays this platform.
    #[must_use]
    pub fn is_stand_in(&self, id: &PlatformId) -> bool {
        self.platforms.iter().any(|it| it.id == *id && it.stand_in)
    }

    /// Whether scores stand under a relaxed policy or under waivers, with the raw ones beside them.
    #[must_use]
    pub fn is_relaxed(&self) -> bool {
        self.cells().any(|(_, cell)| cell.raw.is_some())
    }

    /// The name of a guest.
    #[must_use]
    pub fn guest_name(&self, id: &GuestId) -> &str {
        self.guests.iter().find(|it| it.id == *id).map_or("", |it| &it.name)
    }
}

impl PublicCell {
    /// How it stands raw, where that is another standing.
    #[must_use]
    pub fn differing_raw(&self) -> Option<Standing> {
        self.raw.filter(|raw| *raw != self.standing)
    }
}

impl PublicMatrix {
    /// The cell of a row and a column, if it was planned.
    #[must_use]
    pub fn cell(&self, source: &PlatformId, target: &PlatformId) -> Option<&PublicCell> {
        self.cells.iter().find(|it| it.source == *source && it.target == *target)
    }

    /// How many cells stand how.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.cells.iter().map(|it| it.standing).collect()
    }
}

impl PublicRoute {
    /// The seven steps and how each stands.
    pub fn steps(&self) -> impl Iterator<Item = (Step, Standing)> {
        Step::ALL.into_iter().zip(self.steps.iter().copied())
    }

    /// How many tools it needs, in words.
    #[must_use]
    pub fn tools_in_words(&self) -> &'static str {
        match self.tools {
            0 => "no tool: the platforms do it by themselves",
            1 => "one tool",
            2 => "two tools with a package between them",
            _ => "several tools",
        }
    }
}
