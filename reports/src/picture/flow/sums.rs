//! Bands summed up: by source and route on the left, by route and target on the right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::score::Standing;

use super::{Band, Flow, MOST_PLATFORMS, MOST_ROUTES};
use crate::picture::label::{NAME, short, width};
use crate::tally::merit;

/// Weights by standing, best first.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums(BTreeMap<u8, (Standing, u64)>);

/// Names with places, in the order in which they first occur.
#[derive(Debug)]
struct Names<'a> {
    places: BTreeMap<&'a str, usize>,
    /// Those that have a place of their own.
    own: Vec<&'a str>,
    most: usize,
}

/// What is drawn: places on the left, in the middle and on the right, and what joins them.
#[derive(Debug)]
pub(super) struct Joined<'a> {
    /// What the weights count.
    pub(super) noun: String,
    platforms: Names<'a>,
    routes: Names<'a>,
    /// By source and route.
    pub(super) left: BTreeMap<(usize, usize), Sums>,
    /// By route and target.
    pub(super) right: BTreeMap<(usize, usize), Sums>,
    /// Of everything.
    pub(super) all: Sums,
    /// How many sources, routes and targets there are, with those that share a place.
    pub(super) kinds: [usize; 3],
}

/// A platform or a route as it is written beside its place.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) label: String,
    pub(super) sums: Sums,
}

impl<'a> Joined<'a> {
    pub(super) fn new(flow: &'a Flow) -> Self {
        let bands = || flow.bands.iter().filter(|it| it.weight > 0);
        let sources = bands().map(|it| it.source.as_str());
        let platforms = sources.chain(bands().map(|it| it.target.as_str()));
        let many = |name: fn(&Band) -> &str| bands().map(name).collect::<BTreeSet<_>>().len();
        let mut joined = Self {
            kinds: [many(|it| &it.source), many(|it| &it.route), many(|it| &it.target)],
            noun: short(&flow.noun, NAME),
            platforms: Names::new(platforms, MOST_PLATFORMS),
            routes: Names::new(bands().map(|it| it.route.as_str()), MOST_ROUTES),
            left: BTreeMap::new(),
            right: BTreeMap::new(),
            all: Sums::default(),
        };
        bands().for_each(|it| joined.add(it));
        joined
    }

    fn add(&mut self, band: &Band) {
        let (source, target) = (self.platforms.of(&band.source), self.platforms.of(&band.target));
        let route = self.routes.of(&band.route);
        self.left.entry((source, route)).or_default().add(band);
        self.right.entry((route, target)).or_default().add(band);
        self.all.add(band);
    }

    /// How many places the platforms take.
    pub(super) fn platforms(&self) -> usize {
        self.platforms.places.len().min(MOST_PLATFORMS + 1)
    }

    /// What came from each platform.
    pub(super) fn sources(&self) -> BTreeMap<usize, Text> {
        self.platforms.texts(self.left.iter().map(|((source, _), sums)| (*source, sums)))
    }

    /// What took each route.
    pub(super) fn routes(&self) -> BTreeMap<usize, Text> {
        self.routes.texts(self.left.iter().map(|((_, route), sums)| (*route, sums)))
    }

    /// What went to each platform.
    pub(super) fn targets(&self) -> BTreeMap<usize, Text> {
        self.platforms.texts(self.right.iter().map(|((_, target), sums)| (*target, sums)))
    }

    /// What a platform is called.
    pub(super) fn platform(&self, place: usize) -> String {
        self.platforms.label(place)
    }

    /// What a route is called.
    pub(super) fn route(&self, place: usize) -> String {
        self.routes.label(place)
    }
}

impl Text {
    /// In pixels, with the weight behind the label.
    pub(super) fn width(&self) -> u32 {
        width(&format!("{} {}", self.label, self.sums.total()))
    }
}

impl<'a> Names<'a> {
    fn new(names: impl Iterator<Item = &'a str>, most: usize) -> Self {
        let (mut places, mut own) = (BTreeMap::new(), Vec::new());
        for name in names {
            let next = places.len();
            if *places.entry(name).or_insert(next) == own.len() && own.len() < most {
                own.push(name);
            }
        }
        Self { places, own, most }
    }

    /// The place of a name; names past the bound share the last one.
    fn of(&self, name: &str) -> usize {
        self.places.get(name).map_or(self.most, |it| (*it).min(self.most))
    }

    /// What a place is called.
    fn label(&self, place: usize) -> String {
        match self.own.get(place) {
            Some(name) => short(name, NAME),
            None => format!("{} more", self.places.len().saturating_sub(self.most)),
        }
    }

    fn texts<'b>(&self, all: impl Iterator<Item = (usize, &'b Sums)>) -> BTreeMap<usize, Text> {
        let mut texts = BTreeMap::new();
        for (place, sums) in all {
            let empty = || Text { label: self.label(place), sums: Sums::default() };
            texts.entry(place).or_insert_with(empty).sums.join(sums);
        }
        texts
    }
}

impl Sums {
    fn add(&mut self, band: &Band) {
        self.put(band.standing, u64::from(band.weight));
    }

    fn join(&mut self, other: &Self) {
        other.entries().for_each(|(standing, weight)| self.put(standing, weight));
    }

    fn put(&mut self, standing: Standing, weight: u64) {
        self.0.entry(merit(standing)).or_insert((standing, 0)).1 += weight;
    }

    /// Standings and their weights, best first.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Standing, u64)> {
        self.0.values().copied()
    }

    /// All weights.
    pub(super) fn total(&self) -> u64 {
        self.entries().map(|(_, weight)| weight).sum()
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            self.entries().map(|(it, weight)| format!("{weight} {it}")).collect();
        f.write_str(&parts.join(", "))
    }
}
