//! Whose each result of a campaign is, found once for all of its vendors.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{ConverterId, PlatformId, RouteId, Sha256Digest, VendorId};
use domain::plan::CellId;
use domain::policy::Policy;
use domain::score::Standing;
use domain::testbed::{Converter, Route, Testbed};

use super::{SCHEMA, ToolResult, VendorCell, VendorTool, VendorView};
use crate::chronicle::{CampaignRecord, CellRecord, RouteRecord};
use crate::matrix_file::Limit;
use crate::pages::meaning::remedies_of;
use crate::reason::Reason;
use crate::units::instant;
use crate::{notice, redaction};

/// Whose each result of a campaign is. It takes as long to make as one walk over all results, and
/// gives what any vendor may see without another.
#[derive(Debug)]
pub struct Shares<'a> {
    record: &'a CampaignRecord,
    policy: String,
    policy_sha256: Sha256Digest,
    notices: Vec<String>,
    makers: HashMap<&'a ConverterId, &'a VendorId>,
    /// Cells by the makers of their platforms.
    cells: HashMap<&'a VendorId, Vec<(&'a CellId, &'a CellRecord)>>,
    /// Cells that are withheld, by the same.
    withheld: HashMap<&'a VendorId, Vec<&'a CellId>>,
    /// Routes by each tool that they need, with the cell.
    routes: HashMap<&'a ConverterId, Vec<(&'a CellId, &'a RouteRecord, &'a Route)>>,
    tools: HashMap<&'a VendorId, Vec<&'a Converter>>,
}

impl<'a> Shares<'a> {
    /// Finds whose what is.
    #[must_use]
    pub fn of(record: &'a CampaignRecord, policy: &Policy) -> Self {
        let testbed: &Testbed = &record.testbed;
        let owners: HashMap<&PlatformId, &VendorId> =
            testbed.platforms.iter().map(|it| (&it.id, &it.vendor)).collect();
        let mut tools: HashMap<_, Vec<_>> = HashMap::new();
        for it in &testbed.converters {
            tools.entry(&it.vendor).or_default().push(it);
        }
        Self {
            record,
            policy: policy.label(),
            policy_sha256: policy.digest(),
            notices: notice::of_record(record),
            makers: testbed.converters.iter().map(|it| (&it.id, &it.vendor)).collect(),
            cells: by_owner(record.cells.iter(), &owners, |it| it.0),
            withheld: by_owner(record.withheld.iter(), &owners, |it| it),
            routes: by_tool(record),
            tools,
        }
    }

    /// What this vendor may see; none when the testbed names no such vendor.
    #[must_use]
    pub fn view(&self, vendor: &VendorId) -> Option<VendorView> {
        let record = self.record;
        let testbed = &record.testbed;
        let name = testbed.vendors.iter().find(|it| it.id == *vendor)?.name.clone();
        let platforms = testbed.platforms.iter().filter(|it| it.vendor == *vendor);
        let cells = self.cells.get(vendor).into_iter().flatten();
        let withheld = self.withheld.get(vendor).into_iter().flatten();
        let tools = self.tools.get(vendor).into_iter().flatten();
        Some(VendorView {
            schema: SCHEMA,
            vendor: vendor.clone(),
            name,
            campaign: record.id.clone(),
            started: instant(record.started),
            policy: self.policy.clone(),
            policy_sha256: self.policy_sha256,
            cells: cells.map(|(id, cell)| vendor_cell(id, cell)).collect(),
            platforms: platforms
                .map(|it| redaction::platform(it, testbed, &record.versions))
                .collect(),
            tools: tools.map(|it| self.tool(it)).collect(),
            notices: self.notices.clone(),
            withheld: withheld.map(|it| (*it).clone()).collect(),
        })
    }

    fn tool(&self, converter: &Converter) -> VendorTool {
        let Converter { id, product, vendor, .. } = converter;
        let is_others = |it: &ConverterId| self.makers.get(it).is_some_and(|it| *it != vendor);
        let routes = self.routes.get(id).into_iter().flatten();
        let mut results: Vec<ToolResult> = routes
            .map(|(cell, it, route)| result(cell, it, route.converters.iter().any(is_others)))
            .collect();
        results.sort_by(|a, b| a.place().cmp(&b.place()));
        VendorTool {
            id: id.clone(),
            product: product.clone(),
            version: self
                .record
                .versions
                .get(&format!("converter:{id}"))
                .cloned()
                .unwrap_or_default(),
            results,
            excerpts: Vec::new(),
        }
    }
}

/// What is of a cell, by the makers of its two platforms; once where they are the same.
fn by_owner<'a, T: Copy>(
    all: impl Iterator<Item = T>,
    owners: &HashMap<&PlatformId, &'a VendorId>,
    cell: impl Fn(T) -> &'a CellId,
) -> HashMap<&'a VendorId, Vec<T>> {
    let mut found: HashMap<&VendorId, Vec<T>> = HashMap::new();
    for it in all {
        let id = cell(it);
        let (source, target) = (owners.get(&id.source), owners.get(&id.target));
        let other = target.filter(|it| Some(*it) != source);
        for owner in source.into_iter().chain(other) {
            found.entry(*owner).or_default().push(it);
        }
    }
    found
}

type OfTool<'a> = Vec<(&'a CellId, &'a RouteRecord, &'a Route)>;

fn by_tool(record: &CampaignRecord) -> HashMap<&ConverterId, OfTool<'_>> {
    let declared: HashMap<&RouteId, &Route> =
        record.testbed.routes.iter().map(|it| (&it.id, it)).collect();
    let mut found: HashMap<&ConverterId, OfTool<'_>> = HashMap::new();
    let routes =
        record.cells.iter().flat_map(|(id, cell)| cell.routes.iter().map(move |it| (id, it)));
    for (cell, it) in routes {
        let Some(route) = declared.get(&it.verdict.route) else { continue };
        for tool in route.converters.iter().collect::<BTreeSet<_>>() {
            found.entry(tool).or_default().push((cell, it, route));
        }
    }
    found
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
