//! Squares of the same look side by side, drawn once and used wherever they occur.

use std::collections::BTreeSet;

use super::choice::Chosen;
use super::runs::Look;
use crate::picture::column::PITCH;
use crate::picture::frame::SIDE;

/// A square.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) key: String,
    pub(super) look: Look,
    /// Where its symbol stands: in the middle, or beside the mark of an unstable square.
    pub(super) middle: u32,
    /// Where that mark stands.
    pub(super) mark: u32,
}

/// A strip of more than one square, made of two shorter ones.
#[derive(Debug)]
pub(super) struct Strip {
    pub(super) key: String,
    pub(super) first: String,
    pub(super) second: String,
    /// Where the second one begins.
    pub(super) x: u32,
}

/// What a strip is called.
pub(super) fn key(look: Look, len: usize) -> String {
    format!("{}{len}", look.key())
}

/// A square of each look.
pub(super) fn units(chosen: &Chosen<'_>) -> Vec<Unit> {
    let looks: BTreeSet<Look> = chosen.runs().map(|it| it.look).collect();
    let unit = |look: Look| Unit {
        key: key(look, 1),
        look,
        middle: if look.unstable { SIDE / 2 - 4 } else { SIDE / 2 },
        mark: SIDE - 5,
    };
    looks.into_iter().map(unit).collect()
}

/// Every strip that is used, and those of which it is made.
pub(super) fn strips(chosen: &Chosen<'_>) -> Vec<Strip> {
    let mut needed: BTreeSet<(Look, usize)> = BTreeSet::new();
    let mut open: Vec<(Look, usize)> = chosen.runs().map(|it| (it.look, it.len)).collect();
    while let Some((look, len)) = open.pop() {
        if len > 1 && needed.insert((look, len)) {
            open.extend([(look, longer_part(len)), (look, len - longer_part(len))]);
        }
    }
    let strip = |(look, len)| Strip {
        key: key(look, len),
        first: key(look, longer_part(len)),
        second: key(look, len - longer_part(len)),
        x: PITCH * longer_part(len) as u32,
    };
    needed.into_iter().map(strip).collect()
}

/// The largest power of two below a length: so that most strips are made of the same few.
fn longer_part(len: usize) -> usize {
    len.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_are_made_of_shorter_ones() {
        for len in 2..60 {
            let part = longer_part(len);
            assert!(part >= 1 && part < len && part >= len - part, "{len}");
        }
    }
}
