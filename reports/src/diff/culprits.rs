//! Which versions go with a change: the smallest sets of components that tell each route that
//! changed sides, as it is now, from the same route in every campaign in which it was not so.

use std::collections::BTreeSet;

use domain::change::Change;
use domain::event::Pins;
use domain::ids::RouteId;
use serde::Serialize;

use super::bar::Bar;
use super::line::Row;
use super::since::Span;

/// Most components looked for together; more of them at once say nothing.
const LARGEST_SET: usize = 3;
/// With more candidates than this, one component fewer: sets are tried one by one.
const MANY: usize = 24;
/// With more candidates than this, none is looked for: each is a bit of a number.
const TOO_MANY: usize = 128;
/// With more alternatives than this, none stands out.
const MOST_SETS: usize = 8;

/// A version that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VersionDiff {
    /// Whose version, as pins have it.
    pub subject: String,
    /// The version before; empty when there was none.
    pub from: String,
    /// The version after; empty when there is none.
    pub to: String,
}

/// What goes with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Culprits<V = VersionDiff> {
    /// Each of these sets alone tells good from bad; all are of the same, smallest size.
    Sets(Vec<Vec<V>>),
    /// Versions differ, and no small set tells good from bad, or too many do.
    Unclear(Vec<V>),
    /// The same versions gave both: look at the lab, at chance, or at what is not pinned.
    SameVersions,
    /// No route changed sides: routes were left out, or others were walked.
    OtherRoutes,
    /// Nothing is known of the versions, as with what another system told without them.
    Unknown,
}

/// The versions that differ between two sets of pins, by subject.
#[must_use]
pub fn differences(from: &Pins, to: &Pins) -> Vec<VersionDiff> {
    let subjects: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let version = |pins: &Pins, subject: &String| pins.get(subject).cloned().unwrap_or_default();
    let diff = |subject: &String| VersionDiff {
        subject: subject.clone(),
        from: version(from, subject),
        to: version(to, subject),
    };
    subjects.into_iter().map(diff).filter(|it| it.from != it.to).collect()
}

/// What goes with a change of a cell; none where the change says nothing about versions.
pub(super) fn culprits(row: &Row<'_, '_>, span: Span, now: Change) -> Option<Culprits> {
    let bar = Bar::of(row, span, now)?;
    let routes = bar.crossing(row, span);
    if routes.is_empty() {
        return Some(Culprits::OtherRoutes);
    }
    let instances: Vec<Instances<'_>> =
        routes.into_iter().map(|it| Instances::of(row, span, &bar, it)).collect();
    if instances.iter().any(|it| it.now.is_empty() || it.others.is_empty()) {
        return Some(Culprits::Unknown);
    }
    if instances.iter().any(Instances::are_alike) {
        return Some(Culprits::SameVersions);
    }
    let candidates: BTreeSet<VersionDiff> =
        instances.iter().flat_map(|it| it.differences(row, span)).collect();
    let candidates: Vec<VersionDiff> = candidates.into_iter().collect();
    let tellings = instances.iter().flat_map(|it| it.tellings(&candidates)).collect();
    Some(smallest(candidates, &tellings))
}

/// The versions that one route was walked under: in the run of campaigns that show the change, and
/// in all others that do not. Each but once.
struct Instances<'a> {
    route: &'a RouteId,
    now: BTreeSet<&'a Pins>,
    others: BTreeSet<&'a Pins>,
}

impl<'a> Instances<'a> {
    fn of(row: &Row<'_, 'a>, span: Span, bar: &Bar, route: &'a RouteId) -> Self {
        let run = span.first..=row.last();
        let (mut now, mut others) = (BTreeSet::new(), BTreeSet::new());
        for place in row.all() {
            let Some(walked) = row.route(place, route).filter(|it| !it.versions.is_empty()) else {
                continue;
            };
            match (bar.shows(walked), run.contains(&place)) {
                (Some(true), true) => drop(now.insert(&walked.versions)),
                (Some(false), false) => drop(others.insert(&walked.versions)),
                (Some(true), false) | (Some(false), true) | (None, _) => {}
            }
        }
        Self { route, now, others }
    }

    /// The same versions of everything gave both.
    fn are_alike(&self) -> bool {
        !self.now.is_disjoint(&self.others)
    }

    /// What differs between the last campaign that did not show it and the first that did.
    fn differences(&self, row: &Row<'_, 'a>, span: Span) -> Vec<VersionDiff> {
        let versions = |place| row.route(place, self.route).map(|it| &it.versions);
        match (versions(span.last_other), versions(span.first)) {
            (Some(from), Some(to)) => differences(from, to),
            _ => Vec::new(),
        }
    }

    /// For each pair of one and the other: which candidates differ, a bit each.
    fn tellings(&self, candidates: &[VersionDiff]) -> BTreeSet<u128> {
        let versions = |pins: &BTreeSet<&'a Pins>| -> BTreeSet<Vec<Option<&'a String>>> {
            let of = |pins: &&'a Pins| candidates.iter().map(|it| pins.get(&it.subject)).collect();
            pins.iter().map(of).collect()
        };
        let bits = |a: &[Option<&String>], b: &[Option<&String>]| {
            let differ = a.iter().zip(b).take(TOO_MANY).enumerate().filter(|(_, (a, b))| a != b);
            differ.fold(0, |bits, (place, _)| bits | 1_u128 << place)
        };
        let (now, others) = (versions(&self.now), versions(&self.others));
        now.iter().flat_map(|a| others.iter().map(|b| bits(a, b))).collect()
    }
}

/// The smallest sets of candidates of which every pair has at least one.
fn smallest(candidates: Vec<VersionDiff>, tellings: &BTreeSet<u128>) -> Culprits {
    if candidates.len() > TOO_MANY {
        return Culprits::Unclear(candidates);
    }
    let largest = if candidates.len() > MANY { LARGEST_SET - 1 } else { LARGEST_SET };
    for size in 1..=largest.min(candidates.len()) {
        let tells = |set: &u128| tellings.iter().all(|it| it & set != 0);
        let found: Vec<u128> = sets(candidates.len(), size).into_iter().filter(tells).collect();
        if found.len() > MOST_SETS {
            break;
        }
        if !found.is_empty() {
            return Culprits::Sets(found.into_iter().map(|set| named(&candidates, set)).collect());
        }
    }
    Culprits::Unclear(candidates)
}

fn named(candidates: &[VersionDiff], set: u128) -> Vec<VersionDiff> {
    let chosen = candidates.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1);
    chosen.map(|(_, it)| it.clone()).collect()
}

/// Every set of this many out of so many, in order.
fn sets(of: usize, size: usize) -> Vec<u128> {
    let larger = |set: u128| {
        let next = (u128::BITS - set.leading_zeros()) as usize;
        (next..of).map(move |place| set | 1 << place)
    };
    (0..size).fold(vec![0], |sets, _| sets.into_iter().flat_map(larger).collect())
}
