//! Marks where a version changed.

use std::collections::BTreeMap;

use super::Upgrade;
use crate::picture::column::Axis;
use crate::picture::label::{SENTENCE, short};

/// The most sentences about version changes below a picture.
const MOST_TOLD: usize = 12;

/// A mark between two columns, with the number under which it is told.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) number: usize,
    pub(super) x: u32,
    pub(super) told: String,
}

/// The marks from left to right, one for all that changed at a time. Those of columns that are not
/// drawn are left out.
pub(super) fn ticks(axis: &Axis<'_>, upgrades: &[Upgrade]) -> Vec<Tick> {
    let mut changed: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for it in upgrades {
        let place = it.column.checked_sub(axis.older).filter(|place| *place < axis.len());
        if let Some(place) = place {
            changed.entry(place).or_default().push(short(&it.label, SENTENCE));
        }
    }
    let tick = |(number, (place, labels)): (usize, (usize, Vec<String>))| Tick {
        number,
        x: axis.at(place),
        told: format!("From {} on: {}", axis.name(place), labels.join("; ")),
    };
    (1..).zip(changed).map(tick).collect()
}

/// What the marks mean, a sentence each, up to a bound.
pub(super) fn sentences(ticks: &[Tick]) -> Vec<String> {
    let told = |it: &Tick| short(&format!("{} {}", it.number, it.told), SENTENCE);
    let mut sentences: Vec<String> = ticks.iter().take(MOST_TOLD).map(told).collect();
    if ticks.len() > MOST_TOLD {
        sentences.push("Point at a mark to read what else changed.".to_owned());
    }
    sentences
}
