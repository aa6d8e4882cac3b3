//! `portolan plan --routes`: which chains of converters lead from each platform to each other.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::ConverterId;
use domain::testbed::{Converter, Payload, Route, Testbed, Vendor};
use platforms::converter::{Card, Form};
use runner::converters::{Catalogue, Forms, Ways, walkable, ways, with_route};
use serde::Serialize;

use super::converters::{mistakes, waiting};
use super::{harbours, print, print_json};
use crate::args::Args;
use crate::exit::Exit;

mod words;

/// What is printed as JSON.
#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    pairs: Vec<Pair>,
    routes: Vec<Entry>,
}

#[derive(Serialize)]
struct Pair {
    source: String,
    target: String,
    gives: BTreeSet<Form>,
    takes: BTreeSet<Form>,
    ways: Vec<Passage>,
}

#[derive(Serialize)]
struct Passage {
    route: String,
    /// The forms of each of its chains, from the source's to the target's.
    forms: Vec<Vec<Form>>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    through: Payload,
    converters: Vec<ConverterId>,
    /// Whether the testbed has it already.
    declared: bool,
    /// Its converters that are not here.
    missing: Vec<ConverterId>,
    /// Why a campaign cannot walk it; nothing where one can.
    refused: Option<String>,
    /// What would be added to the testbed.
    #[serde(skip)]
    adds: Adds,
}

/// What a testbed lacks for a route.
#[derive(Serialize)]
struct Adds {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vendor: Vec<Vendor>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    converter: Vec<Converter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    route: Vec<Route>,
}

pub(super) fn execute(args: &Args, testbed: &Testbed) -> Result<(), Exit> {
    let catalogue = Catalogue::shipped().map_err(|it| mistakes("a shipped file", &it))?;
    let (here, forms) = waiting(async {
        let harbours = harbours::rehearse(testbed)?;
        let of = testbed.platforms.iter();
        let forms = of.map(|it| Ok((it.id.clone(), Forms::of(it, harbours.get(&it.id))?)));
        let forms: BTreeMap<_, _> = forms.collect::<Result<_, Exit>>()?;
        let probed = catalogue.probed().await;
        let here = probed.into_iter().filter(|(_, it)| it.is_ok()).map(|(id, _)| id);
        Ok((here.collect::<BTreeSet<String>>(), forms))
    })?;
    let cards = catalogue.cards();
    let found = ways(testbed, &forms, &cards);
    let shown = Shown {
        schema: "portolan.routes/1",
        pairs: pairs(&found, &forms),
        routes: found.routes.values().map(|it| entry(testbed, it, &cards, &here)).collect(),
    };
    if args.json {
        return print_json(&shown);
    }
    print(&words::text(&shown)?)
}

fn pairs(found: &Ways, forms: &BTreeMap<domain::ids::PlatformId, Forms>) -> Vec<Pair> {
    let of = |it| forms.get(it).cloned().unwrap_or_default();
    let pairs = found.between.iter().map(|((source, target), ways)| Pair {
        source: source.to_string(),
        target: target.to_string(),
        gives: of(source).gives,
        takes: of(target).takes,
        ways: ways
            .iter()
            .map(|way| Passage {
                route: way.route.to_string(),
                forms: way
                    .chains
                    .iter()
                    .map(|chain| {
                        let after = chain.hops.iter().map(|it| it.to.clone());
                        [chain.from.clone()].into_iter().chain(after).collect()
                    })
                    .collect(),
            })
            .collect(),
    });
    pairs.collect()
}

fn entry(testbed: &Testbed, route: &Route, cards: &[&Card], here: &BTreeSet<String>) -> Entry {
    let with = with_route(testbed, route, cards);
    let missing = route.converters.iter().filter(|it| !here.contains(it.as_str()));
    Entry {
        id: route.id.to_string(),
        through: route.through,
        converters: route.converters.clone(),
        declared: testbed.route(&route.id).is_some(),
        missing: missing.cloned().collect(),
        refused: walkable(testbed, route, cards).err(),
        adds: Adds {
            vendor: with.vendors[testbed.vendors.len()..].to_vec(),
            converter: with.converters[testbed.converters.len()..].to_vec(),
            route: with.routes[testbed.routes.len()..].to_vec(),
        },
    }
}
