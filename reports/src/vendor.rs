//! What one vendor may see of a campaign: its own platforms and its own tools, and of a competitor
//! nothing that the public does not see.

mod shares;

use std::collections::BTreeSet;

use askama::Template;
use domain::ids::{CampaignId, ConverterId, GuestId, PlatformId, Sha256Digest, VendorId};
use domain::plan::CellId;
use domain::policy::Policy;
use domain::score::Standing;
use serde::Serialize;

use crate::chronicle::CampaignRecord;
use crate::letters::excerpt::Excerpt;
use crate::matrix_file::Limit;
use crate::setting::PublicPlatform;
use crate::tally::{Tally, as_word, merit};

pub use shares::Shares;

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.vendor/1";

/// One vendor's own results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorView {
    /// The version of this shape.
    pub schema: &'static str,
    /// Which vendor.
    pub vendor: VendorId,
    /// Its name.
    pub name: String,
    /// Which campaign.
    pub campaign: CampaignId,
    /// When it started.
    pub started: String,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// Its platforms, with the versions found.
    pub platforms: Vec<PublicPlatform>,
    /// Cells from or to one of its platforms, as anyone may see them.
    pub cells: Vec<VendorCell>,
    /// Its tools, with the versions found and how their routes stand.
    pub tools: Vec<VendorTool>,
    /// How far the scores reach, in words.
    pub notices: Vec<String>,
    /// Cells from or to one of its platforms that are not told, because the public is not told
    /// them either.
    pub withheld: BTreeSet<CellId>,
}

/// A cell from or to a platform of the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorCell {
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// What holds it back; empty when nothing does.
    pub reason: String,
    /// The same with the limiting step and what the failing facts are about, as words of closed
    /// lists; null when nothing holds it back.
    pub limit: Option<Limit>,
    /// What would turn it green.
    pub remedies: Vec<String>,
}

/// A tool of the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorTool {
    /// Its identifier.
    pub id: ConverterId,
    /// Product name.
    pub product: String,
    /// The version found; empty when none was.
    pub version: String,
    /// Every cell in which a route with it was planned.
    pub results: Vec<ToolResult>,
    /// What was written down where a route with tools of this vendor alone did not come to a
    /// SUCCESS; empty unless somebody read it.
    pub excerpts: Vec<Excerpt>,
}

/// How a route with a tool of the vendor stands in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToolResult {
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// It worked together with a tool of somebody else.
    pub with_another: bool,
    /// How the route stands.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// Repetitions that were scored.
    pub scored: usize,
    /// Repetitions that were planned.
    pub planned: usize,
    /// What holds it back; empty when nothing does.
    pub reason: String,
    /// The same with the limiting step and what the failing facts are about, as words of closed
    /// lists; null when nothing holds it back.
    pub limit: Option<Limit>,
    /// What would turn it green.
    pub remedies: Vec<String>,
}

#[derive(Template)]
#[template(path = "vendor.html")]
struct Page<'a> {
    view: &'a VendorView,
    tally: Tally,
}

impl VendorView {
    /// What this vendor may see of a campaign under a policy; none when the testbed names no such
    /// vendor. Whoever wants those of several vendors asks [`Shares`].
    #[must_use]
    pub fn of(record: &CampaignRecord, policy: &Policy, vendor: &VendorId) -> Option<Self> {
        Shares::of(record, policy).view(vendor)
    }

    /// Every cell that it tells of: from or to a platform of the vendor, or with one of its tools.
    #[must_use]
    pub fn cells(&self) -> BTreeSet<CellId> {
        let own = self.cells.iter().map(|it| (&it.guest, &it.source, &it.target));
        let results = self.tools.iter().flat_map(|it| &it.results);
        let of_tools = results.map(|it| (&it.guest, &it.source, &it.target));
        let id = |(guest, source, target): (&GuestId, &PlatformId, &PlatformId)| CellId {
            guest: guest.clone(),
            source: source.clone(),
            target: target.clone(),
        };
        own.chain(of_tools).map(id).collect()
    }

    /// The same view without these cells: of a cell a vendor learns what the public learns. What its
    /// own tools did stays, since that is its own.
    #[must_use]
    pub fn without(mut self, cells: &BTreeSet<CellId>) -> Self {
        let (withheld, told) = self.cells.drain(..).partition(|it| cells.contains(&it.id()));
        let withheld: Vec<VendorCell> = withheld;
        self.withheld.extend(withheld.iter().map(VendorCell::id));
        self.cells = told;
        self
    }

    /// The view as one self-contained page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn page(&self) -> Result<String, askama::Error> {
        let tally = self.cells.iter().map(|it| it.standing).collect();
        Page { view: self, tally }.render()
    }
}

impl VendorCell {
    /// Which cell.
    #[must_use]
    pub fn id(&self) -> CellId {
        let Self { guest, source, target, .. } = self.clone();
        CellId { guest, source, target }
    }
}

impl ToolResult {
    /// In which cell.
    #[must_use]
    pub fn id(&self) -> CellId {
        let Self { guest, source, target, .. } = self.clone();
        CellId { guest, source, target }
    }

    /// Where it stands among others: by what is shown of it, never by the name of its route, which
    /// may name a tool of somebody else.
    fn place(&self) -> impl Ord {
        let cell = (self.guest.clone(), self.source.clone(), self.target.clone());
        let shown = (merit(self.standing), self.unstable, self.scored, self.planned);
        (cell, self.with_another, shown, self.reason.clone())
    }
}
