//! How many routes of a cell share no tool, so that the loss of one tool costs only one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::Carrier;
use crate::ids::ConverterId;

/// The tools of one route.
type Tools<'a> = BTreeSet<&'a ConverterId>;

/// The most routes that can be picked so that no two of them share a tool.
///
/// Exact, so that it depends on who shares what and never on anybody's name: reports that name no
/// tool show it.
#[must_use]
pub fn independent<'a>(carriers: impl IntoIterator<Item = &'a Carrier>) -> usize {
    let routes = carriers.into_iter().map(|it| it.tools.iter().collect());
    let (bare, routes): (Vec<Tools<'_>>, Vec<Tools<'_>>) = routes.partition(BTreeSet::is_empty);
    bare.len() + most(&essential(&routes))
}

/// The routes without those that need all the tools of another, and more or the same.
fn essential<'a>(routes: &[Tools<'a>]) -> Vec<Tools<'a>> {
    let distinct: BTreeSet<&Tools<'_>> = routes.iter().collect();
    let is_needed = |it: &&&Tools<'_>| {
        !distinct.iter().any(|other| other.len() < it.len() && other.is_subset(it))
    };
    distinct.iter().filter(is_needed).map(|it| (*it).clone()).collect()
}

fn most(routes: &[Tools<'_>]) -> usize {
    let Some(tool) = rarest(routes) else { return 0 };
    let (linked, apart) = linked(routes, tool);
    most(&apart) + most_of_linked(&linked, tool)
}

/// The most among routes that all hang together. With at most two tools each, some best pick uses
/// any tool one likes, so only the routes of the rarest are tried; longer ones are tried without it.
fn most_of_linked(routes: &[Tools<'_>], tool: &ConverterId) -> usize {
    let tools: Tools<'_> = routes.iter().flatten().copied().collect();
    let fewest = routes.iter().map(BTreeSet::len).min().unwrap_or(1);
    let ceiling = routes.len().min(tools.len() / fewest);
    let mut best = 0;
    for picked in routes.iter().filter(|it| it.contains(tool)) {
        best = best.max(1 + most(&kept(routes, |it| it.is_disjoint(picked))));
        if best == ceiling {
            return best;
        }
    }
    if routes.iter().any(|it| it.len() > 2) {
        best = best.max(most(&kept(routes, |it| !it.contains(tool))));
    }
    best
}

fn kept<'a>(routes: &[Tools<'a>], keep: impl Fn(&Tools<'a>) -> bool) -> Vec<Tools<'a>> {
    routes.iter().filter(|it| keep(it)).cloned().collect()
}

/// The tool that the fewest routes need.
fn rarest<'a>(routes: &[Tools<'a>]) -> Option<&'a ConverterId> {
    let mut needed: BTreeMap<&ConverterId, usize> = BTreeMap::new();
    for tool in routes.iter().flatten() {
        *needed.entry(tool).or_default() += 1;
    }
    needed.into_iter().min_by_key(|(_, routes)| *routes).map(|(tool, _)| tool)
}

/// The routes that share a tool with this one, or with one that does, and so on; and the others.
fn linked<'a>(routes: &[Tools<'a>], tool: &'a ConverterId) -> (Vec<Tools<'a>>, Vec<Tools<'a>>) {
    let (mut linked, mut apart) = (Vec::new(), routes.to_vec());
    let mut reached = Tools::from([tool]);
    loop {
        let (more, rest): (Vec<_>, Vec<_>) =
            apart.into_iter().partition(|it| !it.is_disjoint(&reached));
        apart = rest;
        if more.is_empty() {
            return (linked, apart);
        }
        reached.extend(more.iter().flatten());
        linked.extend(more);
    }
}
