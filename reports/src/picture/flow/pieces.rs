//! Bands with their heights: in proportion, none thinner than a pixel.

use std::collections::BTreeMap;

use domain::score::Standing;

use super::sums::{Joined, Sums};

/// The room of a platform's bands on average, in pixels.
const ROOM: u64 = 34;

/// What one trial is high at most, in pixels.
const TALLEST: u64 = 12;

/// A band between a place and one further right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) standing: Standing,
    pub(super) weight: u64,
    /// In pixels.
    pub(super) height: u32,
}

/// All bands of a picture.
#[derive(Debug)]
pub(super) struct Pieces {
    /// From sources to routes.
    pub(super) left: Vec<Piece>,
    /// From routes to targets.
    pub(super) right: Vec<Piece>,
}

impl Pieces {
    /// The bands in the order in which they lie at their places: by the other place, then the
    /// best standing first.
    pub(super) fn new(joined: &Joined<'_>) -> Self {
        let total = joined.all.total().max(1);
        let room = (ROOM * joined.platforms() as u64).min(TALLEST.saturating_mul(total));
        let height = |weight: u64| {
            let height = u128::from(weight) * u128::from(room) / u128::from(total);
            u32::try_from(height).unwrap_or(1).max(1)
        };
        let pieces = |sums: &BTreeMap<(usize, usize), Sums>| {
            let of = |(pair, sums): (&(usize, usize), &Sums)| {
                let (from, to) = *pair;
                let piece = |(standing, weight)| Piece {
                    from,
                    to,
                    standing,
                    weight,
                    height: height(weight),
                };
                sums.entries().map(piece).collect::<Vec<Piece>>()
            };
            sums.iter().flat_map(of).collect()
        };
        Self { left: pieces(&joined.left), right: pieces(&joined.right) }
    }

    /// The height of each source.
    pub(super) fn sources(&self) -> BTreeMap<usize, u32> {
        heights(self.left.iter().map(|it| (it.from, it.height)))
    }

    /// The height of each route: that of its fuller side.
    pub(super) fn routes(&self) -> BTreeMap<usize, u32> {
        let mut routes = heights(self.left.iter().map(|it| (it.to, it.height)));
        for (route, height) in heights(self.right.iter().map(|it| (it.from, it.height))) {
            let tallest = routes.entry(route).or_default();
            *tallest = height.max(*tallest);
        }
        routes
    }

    /// The height of each target.
    pub(super) fn targets(&self) -> BTreeMap<usize, u32> {
        heights(self.right.iter().map(|it| (it.to, it.height)))
    }
}

fn heights(pieces: impl Iterator<Item = (usize, u32)>) -> BTreeMap<usize, u32> {
    let mut heights = BTreeMap::new();
    for (place, height) in pieces {
        *heights.entry(place).or_default() += height;
    }
    heights
}
