//! What one vendor may see of a campaign: its own platforms and its own tools, and of a competitor
//! nothing that the public does not see.

use std::collections::BTreeSet;

use askama::Template;
use domain::ids::{CampaignId, ConverterId, GuestId, PlatformId, Sha256Digest, VendorId};
use domain::plan::CellId;
use domain::policy::Policy;
use domain::score::Standing;
use domain::testbed::{Converter, Route, Testbed};
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord, RouteRecord};
use crate::letters::excerpt::Excerpt;
use crate::matrix_file::Limit;
use crate::pages::meaning::remedies_of;
use crate::reason::Reason;
use crate::setting::PublicPlatform;
use crate::tally::{Tally, as_word, merit};
use crate::units::instant;
use crate::{notice, redaction};

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
    /// vendor.
    #[must_use]
    pub fn of(record: &CampaignRecord, policy: &Policy, vendor: &VendorId) -> Option<Self> {
        let testbed = &record.testbed;
        let name = testbed.vendors.iter().find(|it| it.id == *vendor)?.name.clone();
        let is_own = |id: &PlatformId| testbed.platform(id).is_some_and(|it| it.vendor == *vendor);
        let is_of = |id: &CellId| is_own(&id.source) || is_own(&id.target);
        let own = record.cells.iter().filter(|(id, _)| is_of(id));
        let platforms = testbed.platforms.iter().filter(|it| it.vendor == *vendor);
        let tools = testbed.converters.iter().filter(|it| it.vendor == *vendor);
        Some(Self {
            schema: SCHEMA,
            vendor: vendor.clone(),
            name,
            campaign: record.id.clone(),
            started: instant(record.started),
            policy: policy.label(),
            policy_sha256: policy.digest(),
            cells: own.map(|(id, cell)| vendor_cell(id, cell)).collect(),
            platforms: platforms
                .map(|it| redaction::platform(it, testbed, &record.versions))
                .collect(),
            tools: tools.map(|it| tool(record, it)).collect(),
            notices: notice::of_record(record),
            withheld: record.withheld.iter().filter(|it| is_of(it)).cloned().collect(),
        })
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

fn vendor_cell(id: &CellId, cell: &CellRecord) -> VendorCell {
    let CellId { guest, source, target } = id.clone();
    VendorCell {
        guest,
        source,
        target,
        standing: cell.stand.standing,
        unstable: cell.stand.unstable,
        reason: words(cell.reason.as_ref()),
        limit: cell.reason.as_ref().map(Limit::from),
        remedies: remedies(cell.stand.standing, cell.reason.as_ref(), cell.stand.unstable),
    }
}

fn tool(record: &CampaignRecord, converter: &Converter) -> VendorTool {
    let Converter { id, product, vendor, .. } = converter;
    let route = |cell: &CellId, route: &RouteRecord| {
        let declared = record.testbed.route(&route.verdict.route)?;
        let with_own = declared.converters.contains(id);
        with_own.then(|| result(cell, route, with_others(&record.testbed, declared, vendor)))
    };
    let routes =
        record.cells.iter().flat_map(|(id, cell)| cell.routes.iter().map(move |it| (id, it)));
    let mut results: Vec<ToolResult> = routes.filter_map(|(id, it)| route(id, it)).collect();
    results.sort_by(|a, b| a.place().cmp(&b.place()));
    VendorTool {
        id: id.clone(),
        product: product.clone(),
        version: record.versions.get(&format!("converter:{id}")).cloned().unwrap_or_default(),
        results,
        excerpts: Vec::new(),
    }
}

/// Whether a route needs a tool that is not this vendor's.
fn with_others(testbed: &Testbed, route: &Route, vendor: &VendorId) -> bool {
    let is_others = |id: &ConverterId| {
        testbed.converters.iter().any(|known| known.id == *id && known.vendor != *vendor)
    };
    route.converters.iter().any(is_others)
}

fn result(id: &CellId, route: &RouteRecord, with_another: bool) -> ToolResult {
    let CellId { guest, source, target } = id.clone();
    ToolResult {
        guest,
        source,
        target,
        with_another,
        standing: route.verdict.standing,
        unstable: route.verdict.unstable,
        scored: route.verdict.scored,
        planned: route.verdict.planned,
        reason: words(route.reason.as_ref()),
        limit: route.reason.as_ref().map(Limit::from),
        remedies: remedies(route.verdict.standing, route.reason.as_ref(), route.verdict.unstable),
    }
}

/// What would turn it green. A vendor can do nothing about what has no score.
fn remedies(standing: Standing, reason: Option<&Reason>, unstable: bool) -> Vec<String> {
    match standing {
        Standing::Scored(_) => remedies_of(standing, reason, unstable),
        Standing::NotRun | Standing::Blocked | Standing::LabError => {
            vec!["nothing for you to do: the lab has to walk it again".to_owned()]
        }
        Standing::NotApplicable => Vec::new(),
    }
}

/// A reason in words of a closed list; none of them can name a tool.
fn words(reason: Option<&Reason>) -> String {
    reason.map(ToString::to_string).unwrap_or_default()
}
