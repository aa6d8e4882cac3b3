//! As whom a vendor may be heard in public. The maker of a platform is named with it; whoever has
//! nothing but a tool there is one of several makers, or is not heard.

use std::collections::BTreeSet;

use domain::ids::{PlatformId, VendorId};
use domain::plan::CellId;
use domain::testbed::{Testbed, Vendor};

use crate::chronicle::CampaignRecord;
use crate::leak;

/// Who is one of several.
const UNNAMED: &str = "a vendor whose product took part";

/// Fewer than this many makers hide nobody, whatever a campaign was published with.
const FEWEST: usize = 2;

/// A result that is spoken of: a cell, or the campaign as a whole.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    testbed: &'a Testbed,
    /// Makers of the platforms that it is about: they are named anyway.
    named: BTreeSet<&'a VendorId>,
    /// Makers of nothing there but tools, with a score by one of them.
    unnamed: BTreeSet<&'a VendorId>,
}

/// As whom somebody is heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Author<'a> {
    testbed: &'a Testbed,
    vendor: &'a VendorId,
    is_named: bool,
}

impl<'a> Place<'a> {
    pub(super) fn new(record: &'a CampaignRecord, cell: Option<&CellId>) -> Self {
        let testbed = &record.testbed;
        let is_there = |id: &PlatformId| cell.is_none_or(|it| it.source == *id || it.target == *id);
        let platforms = testbed.platforms.iter().filter(|it| is_there(&it.id));
        let named: BTreeSet<&VendorId> = platforms.map(|it| &it.vendor).collect();
        let cells = record.cells.iter().filter(|(id, _)| cell.is_none_or(|it| it == *id));
        let routes = cells.flat_map(|(_, it)| &it.routes);
        let scored = routes.filter(|it| it.verdict.standing.score().is_some());
        let tools = scored.filter_map(|it| testbed.route(&it.verdict.route));
        let tools: BTreeSet<_> = tools.flat_map(|it| &it.converters).collect();
        let makers = testbed.converters.iter().filter(|it| tools.contains(&it.id));
        let unnamed = makers.map(|it| &it.vendor).filter(|it| !named.contains(it)).collect();
        Self { testbed, named, unnamed }
    }
}

impl<'a> Author<'a> {
    /// As whom this vendor is heard there; none when it would be one of too few.
    pub(super) fn of(place: &Place<'a>, vendor: &'a VendorId, fewest_tools: u32) -> Option<Self> {
        let is_named = place.named.contains(vendor);
        let fewest = FEWEST.max(fewest_tools as usize);
        let is_one_of_many = place.unnamed.contains(vendor) && place.unnamed.len() >= fewest;
        let testbed = place.testbed;
        (is_named || is_one_of_many).then_some(Self { testbed, vendor, is_named })
    }

    /// Who speaks, in words.
    pub(super) fn words(self) -> String {
        if self.is_named { name_in(self.testbed, self.vendor) } else { UNNAMED.to_owned() }
    }

    /// Whether this text tells what nobody is told: a tool, a maker of tools alone, or who
    /// speaks where that is not said.
    pub(super) fn is_told_by(self, text: &str) -> bool {
        let testbed = self.testbed;
        let names = |it: &Vendor| leak::holds(text, it.id.as_str()) || leak::holds(text, &it.name);
        let makes = |id: &VendorId| testbed.platforms.iter().any(|it| it.vendor == *id);
        let is_secret =
            |it: &&Vendor| if it.id == *self.vendor { !self.is_named } else { !makes(&it.id) };
        leak::tool_named_in(testbed, &[(String::new(), text)]).is_some()
            || testbed.vendors.iter().filter(is_secret).any(names)
    }
}

/// What people call a vendor; its identifier where the testbed has no name.
pub(super) fn name(record: &CampaignRecord, vendor: &VendorId) -> String {
    name_in(&record.testbed, vendor)
}

fn name_in(testbed: &Testbed, vendor: &VendorId) -> String {
    let found = testbed.vendors.iter().find(|it| it.id == *vendor);
    found.map_or_else(|| vendor.to_string(), |it| it.name.clone())
}
