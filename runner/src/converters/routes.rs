//! The routes that converters make between the platforms of a testbed.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ConverterId, PlatformId, RouteId};
use domain::testbed::{Payload, Platform, Route, Testbed};
use platforms::converter::{Card, Chain, Form, chains};
use platforms::platform::Platform as _;

use crate::fleet::Harbour;
use crate::lab::{DRIVER, Profile, SettingsProblem, check_settings};

/// In which forms a platform gives machines away and takes them in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forms {
    /// What it gives.
    pub gives: BTreeSet<Form>,
    /// What it takes.
    pub takes: BTreeSet<Form>,
}

/// Two platforms, in this order.
pub type Ends = (PlatformId, PlatformId);

/// One way from a platform to another: chains of the same tools, whatever is between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The route that it is.
    pub route: RouteId,
    /// Chains of these tools, one for each form between them.
    pub chains: Vec<Chain>,
}

/// Every way between the platforms of a testbed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// By the platforms they are between; the fewest tools first.
    pub between: BTreeMap<Ends, Vec<Way>>,
    /// Every route that they are: those of the testbed, and those that could be added.
    pub routes: BTreeMap<RouteId, Route>,
}

impl Forms {
    /// Those of a platform of the embedded lab, or of one that a driver reaches.
    ///
    /// # Errors
    /// Its settings name no family of hardware.
    pub fn of(platform: &Platform, harbour: Option<&Harbour>) -> Result<Self, SettingsProblem> {
        if platform.driver == DRIVER {
            let disk = read([&Profile::of(platform)?.disk_format]);
            return Ok(Self { gives: disk.clone(), takes: disk });
        }
        let Some(harbour) = harbour else { return Ok(Self::default()) };
        let known = harbour.platform.capabilities();
        let (mut gives, mut takes) = (read(&known.formats_out), read(&known.formats_in));
        // A definition is no form of a machine: it stands around a disk.
        if let Some(definition) = harbour.platform.definition() {
            takes.retain(|it| it.as_str() != definition.format);
            takes.extend(read(&definition.disks));
        }
        gives.extend(read([&harbour.disk_format]));
        takes.extend(read([&harbour.disk_format]));
        Ok(Self { gives, takes })
    }
}

fn read<'a>(names: impl IntoIterator<Item = &'a String>) -> BTreeSet<Form> {
    names.into_iter().filter_map(|it| it.parse().ok()).collect()
}

/// Every way of at most two converters between the platforms of a testbed.
#[must_use]
pub fn ways(testbed: &Testbed, forms: &BTreeMap<PlatformId, Forms>, cards: &[&Card]) -> Ways {
    let mut found = Ways::default();
    let none = Forms::default();
    let of = |it: &PlatformId| forms.get(it).unwrap_or(&none);
    for (source, target) in pairs(testbed) {
        let mut all: Vec<Way> = Vec::new();
        for chain in chains(cards, &of(&source).gives, &of(&target).takes) {
            let Some(route) = route(testbed, &chain) else { continue };
            match all.iter_mut().find(|it| it.route == route.id) {
                Some(way) => way.chains.push(chain),
                None => all.push(Way { route: route.id.clone(), chains: vec![chain] }),
            }
            found.routes.insert(route.id.clone(), route);
        }
        found.between.insert((source, target), all);
    }
    found
}

fn pairs(testbed: &Testbed) -> Vec<Ends> {
    let ids = || testbed.platforms.iter().map(|it| &it.id);
    let pairs = ids().flat_map(|a| ids().map(move |b| (a, b))).filter(|(a, b)| a != b);
    pairs.map(|(a, b)| (a.clone(), b.clone())).collect()
}

/// The route that a chain is: the testbed's own, or one to add.
fn route(testbed: &Testbed, chain: &Chain) -> Option<Route> {
    let through = payload(chain);
    let converters: Option<Vec<ConverterId>> =
        chain.hops.iter().map(|it| it.converter.parse().ok()).collect();
    let converters = converters?;
    let same = |it: &&Route| it.through == through && it.converters == converters;
    if let Some(own) = testbed.routes.iter().find(same) {
        return Some(own.clone());
    }
    let names: Vec<&str> = converters.iter().map(ConverterId::as_str).collect();
    let id = match (through, names.as_slice()) {
        (Payload::Native, _) => "native".to_owned(),
        (Payload::Ovf, names) => format!("ovf-by-{}", names.join("-")),
        (_, names) => format!("by-{}", names.join("-")),
    };
    // A name that the testbed gives another route is not taken from it.
    let taken = testbed.routes.iter().any(|it| it.id.as_str() == id);
    let id = if taken { format!("{id}-too") } else { id };
    Some(Route { id: id.parse().ok()?, through, converters })
}

/// What travels on a chain.
fn payload(chain: &Chain) -> Payload {
    let mut forms = chain.hops.iter().map(|it| &it.to).chain([&chain.from]);
    if chain.hops.is_empty() {
        Payload::Native
    } else if forms.any(Form::is_package) {
        Payload::Ovf
    } else {
        Payload::Disk
    }
}

/// The same testbed with this route, and with the vendors and converters it names.
#[must_use]
pub fn with_route(testbed: &Testbed, route: &Route, cards: &[&Card]) -> Testbed {
    let mut testbed = testbed.clone();
    for card in cards.iter().filter(|it| route.converters.contains(&it.id)) {
        if !testbed.vendors.iter().any(|it| it.id == card.vendor) {
            let (id, name) = (card.vendor.clone(), card.maker.clone());
            testbed.vendors.push(domain::testbed::Vendor { id, name });
        }
        if !testbed.converters.iter().any(|it| it.id == card.id) {
            testbed.converters.push(domain::testbed::Converter {
                id: card.id.clone(),
                vendor: card.vendor.clone(),
                product: card.product.clone(),
                status: card.status,
            });
        }
    }
    if testbed.route(&route.id).is_none() {
        testbed.routes.push(route.clone());
    }
    testbed
}

/// Whether campaigns here can walk a route, and if not, why.
///
/// # Errors
/// In the words of whoever refuses it.
pub fn walkable(testbed: &Testbed, route: &Route, cards: &[&Card]) -> Result<(), String> {
    let testbed = with_route(testbed, route, cards).validate().map_err(|it| it.to_string())?;
    check_settings(&testbed).map_err(|it| it.why)
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
