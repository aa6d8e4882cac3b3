//! Bars of equal height, divided by how many cells stood how.

use domain::score::{Score, Standing};

use crate::picture::column::{Axis, PITCH};
use crate::tally::Tally;
use crate::units::count;

/// What a part that counts is high at least, in pixels: one failure of many must be seen.
const LEAST: u32 = 4;

/// A bar.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) told: String,
    pub(super) left: u32,
    pub(super) middle: u32,
    pub(super) parts: Vec<Part>,
}

/// A part of a bar.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) word: &'static str,
    pub(super) y: u32,
    pub(super) height: u32,
}

impl Part {
    /// Whether stripes tell it from its neighbours.
    pub(super) fn is_striped(&self) -> bool {
        self.word == Score::Warning.word()
    }
}

/// The bars of a chart. A campaign that has none leaves a gap.
pub(super) fn bars(axis: &Axis<'_>, tallies: &[Tally], top: u32, height: u32) -> Vec<Bar> {
    let drawn = tallies.iter().skip(axis.older).take(axis.len()).enumerate();
    let bar = |(place, tally): (usize, &Tally)| Bar {
        told: format!("{}: {}: {tally}", axis.name(place), count(tally.total(), "cell")),
        left: axis.at(place) + 2,
        middle: axis.at(place) + PITCH / 2,
        parts: parts(tally, top, height),
    };
    drawn.filter(|(_, it)| it.total() > 0).map(bar).collect()
}

/// The parts of a bar from its foot up: successes, warnings, failures, and what has no score.
fn parts(tally: &Tally, top: u32, height: u32) -> Vec<Part> {
    let scores = [Score::Success, Score::Warning, Score::Failure];
    let mut counts: Vec<(&'static str, usize)> =
        scores.map(|it| (it.word(), tally.of(Standing::Scored(it)))).into();
    counts.push(("no score", tally.total() - tally.scored()));
    let heights = heights(&counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), height);
    let mut y = top + height;
    let placed = counts.iter().zip(heights).map(|((word, _), height)| {
        y -= height;
        Part { word, y, height }
    });
    placed.filter(|it| it.height > 0).collect()
}

/// Heights in proportion to counts that sum up to the whole; what counts at all is [`LEAST`] high,
/// at the cost of the largest.
fn heights(counts: &[usize], whole: u32) -> Vec<u32> {
    let total: u128 = counts.iter().map(|it| *it as u128).sum();
    let share = |it: &usize| match u32::try_from(*it as u128 * u128::from(whole) / total.max(1)) {
        _ if *it == 0 => 0,
        Ok(share) => share.max(LEAST),
        Err(_) => whole,
    };
    let mut heights: Vec<u32> = counts.iter().map(share).collect();
    let sum: u32 = heights.iter().sum();
    let largest = (0..counts.len()).max_by_key(|it| counts[*it]);
    for it in largest.into_iter().filter(|_| total > 0) {
        heights[it] = heights[it] + whole - sum;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_failure_of_many_is_seen() {
        assert_eq!(heights(&[999, 0, 1, 0], 48), [44, 0, 4, 0]);
        assert_eq!(heights(&[1, 1, 1, 1], 48), [12, 12, 12, 12]);
        assert_eq!(heights(&[0, 0, 0, 0], 48), [0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn parts_fill_the_bar(counts in prop::collection::vec(prop_oneof![0..4_usize, Just(usize::MAX)], 4)) {
            let found = heights(&counts, 48);
            let whole = if counts.iter().any(|it| *it > 0) { 48 } else { 0 };
            prop_assert_eq!(found.iter().sum::<u32>(), whole);
            for (count, height) in counts.iter().zip(found) {
                prop_assert_eq!(*count > 0, height >= LEAST);
            }
        }
    }
}
