//! Whose the tools of a route are.

use std::collections::{BTreeSet, HashMap};

use domain::change::Carrier;
use domain::ids::{ConverterId, RouteId, VendorId};
use domain::testbed::Testbed;

use crate::chronicle::RouteRecord;

/// Whose each tool is, and which tools each route needs.
pub(super) struct Makers<'a> {
    of: HashMap<&'a ConverterId, &'a VendorId>,
    /// One tool of each maker: it stands for all of them.
    one: HashMap<&'a VendorId, &'a ConverterId>,
    routes: HashMap<&'a RouteId, &'a [ConverterId]>,
}

impl<'a> Makers<'a> {
    pub(super) fn of(testbed: &'a Testbed) -> Self {
        let tools = testbed.converters.iter();
        Self {
            of: tools.clone().map(|it| (&it.id, &it.vendor)).collect(),
            one: tools.map(|it| (&it.vendor, &it.id)).collect(),
            routes: testbed.routes.iter().map(|it| (&it.id, it.converters.as_slice())).collect(),
        }
    }

    pub(super) fn of_tools(&self, tools: &BTreeSet<ConverterId>) -> BTreeSet<VendorId> {
        tools.iter().filter_map(|it| self.of.get(it)).map(|it| (*it).clone()).collect()
    }

    /// A route with one of its makers' tools in place of each tool: two tools of one maker are not
    /// independent of each other.
    pub(super) fn carrier(&self, route: &RouteRecord) -> Carrier {
        let tools = self.routes.get(&route.verdict.route).copied().unwrap_or_default();
        let stands_for = |it: &ConverterId| {
            let one = self.of.get(it).and_then(|it| self.one.get(it));
            one.map_or_else(|| it.clone(), |it| (*it).clone())
        };
        let tools: BTreeSet<ConverterId> = tools.iter().map(stands_for).collect();
        Carrier {
            route: route.verdict.route.clone(),
            tools: tools.into_iter().collect(),
            best: false,
        }
    }
}
