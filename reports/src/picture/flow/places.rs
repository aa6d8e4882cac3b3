//! Platforms and routes in their columns, and the bands between them.

use std::cmp::Reverse;

use domain::score::Standing;

use super::pieces::{Piece, Pieces};
use super::stack::Stack;
use super::sums::Joined;
use crate::tally::severity;
use crate::units::count;

/// The height that a label needs, in pixels.
pub(super) const LABEL: u32 = 18;

/// Where the first place may begin, in pixels from above.
pub(super) const TOP: u32 = 4;

/// What a route's box is higher than its label, in pixels.
pub(super) const PADDING: u32 = 6;

/// Platforms and routes below each other.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) sources: Stack,
    pub(super) routes: Stack,
    pub(super) targets: Stack,
    /// Where the tallest column ends, in pixels.
    pub(super) bottom: u32,
}

/// A band in its place: a cubic Bézier curve above and one below.
#[derive(Debug)]
pub(super) struct Ribbon {
    pub(super) standing: Standing,
    pub(super) told: String,
    pub(super) x: Across,
    /// Its upper and its lower end on the left.
    pub(super) from: (u32, u32),
    /// The same on the right.
    pub(super) to: (u32, u32),
}

/// Where bands begin, bend and end, in pixels from the left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Across {
    pub(super) begin: u32,
    pub(super) bend: u32,
    pub(super) end: u32,
}

impl Across {
    pub(super) fn new(begin: u32, reach: u32) -> Self {
        Self { begin, bend: begin + reach / 2, end: begin + reach }
    }
}

impl Places {
    pub(super) fn new(pieces: &Pieces) -> Self {
        let sources = Stack::new(pieces.sources(), LABEL, 8);
        let routes = Stack::new(pieces.routes(), LABEL + PADDING, 30);
        let targets = Stack::new(pieces.targets(), LABEL, 8);
        let height = sources.height.max(routes.height).max(targets.height);
        let [sources, routes, targets] =
            [sources, routes, targets].map(|it| it.centred(height, TOP));
        Self { sources, routes, targets, bottom: TOP + height }
    }

    /// The bands of both sides, those that stand worst last: they are drawn above the others.
    pub(super) fn ribbons(
        &mut self,
        joined: &Joined<'_>,
        pieces: &Pieces,
        columns: [Across; 2],
    ) -> Vec<Ribbon> {
        let mut ribbons = Vec::new();
        for it in &pieces.left {
            let from = self.sources.go_out(it.from, it.height);
            let to = self.routes.come_in(it.to, it.height);
            let way = format!("{} → {}", joined.platform(it.from), joined.route(it.to));
            ribbons.push(ribbon(it, told(it, &way, joined), columns[0], (from, to)));
        }
        for it in &pieces.right {
            let from = self.routes.go_out(it.from, it.height);
            let to = self.targets.come_in(it.to, it.height);
            let way = format!("{} → {}", joined.route(it.from), joined.platform(it.to));
            ribbons.push(ribbon(it, told(it, &way, joined), columns[1], (from, to)));
        }
        ribbons.sort_by_key(|it| Reverse(severity(it.standing)));
        ribbons
    }
}

fn told(piece: &Piece, way: &str, joined: &Joined<'_>) -> String {
    format!("{way}: {}, {}", count(piece.weight as usize, &joined.noun), piece.standing)
}

fn ribbon(piece: &Piece, told: String, x: Across, (from, to): (u32, u32)) -> Ribbon {
    let height = piece.height;
    Ribbon { standing: piece.standing, told, x, from: (from, from + height), to: (to, to + height) }
}
