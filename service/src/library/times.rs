//! When events were recorded, as far as a view of a part of the log needs it: clocks are set back now
//! and then, so that the last event is not always the latest.

use std::ops::Range;

use jiff::Timestamp;

/// Events that share an entry. So many are read to tell them apart.
const BLOCK: usize = 64;

/// Times of all events, a byte or less for each of them.
#[derive(Debug, Default)]
pub(super) struct Times {
    head: Option<(u64, Timestamp)>,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    first: u64,
    /// The earliest time of its events.
    earliest: Timestamp,
    /// The latest time of its events and of all before.
    latest: Timestamp,
    events: usize,
}

impl Times {
    /// Notes one more event.
    pub(super) fn note(&mut self, position: u64, at: Timestamp) {
        self.head = Some((position, at));
        match self.blocks.last_mut() {
            Some(block) if block.events < BLOCK => {
                block.earliest = block.earliest.min(at);
                block.latest = block.latest.max(at);
                block.events += 1;
            }
            last => {
                let latest = last.map_or(at, |it| it.latest.max(at));
                self.blocks.push(Block { first: position, earliest: at, latest, events: 1 });
            }
        }
    }

    /// Position and time of the last event.
    pub(super) fn head(&self) -> Option<(u64, Timestamp)> {
        self.head
    }

    /// The latest time of all events.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.blocks.last().map(|it| it.latest)
    }

    /// The latest time before the events that are told, which reach to this position: they are to be
    /// looked at one by one.
    pub(super) fn until(&self, known_at: u64) -> (Option<Timestamp>, Range<u64>) {
        let place = self.blocks.partition_point(|it| it.first <= known_at).saturating_sub(1);
        let before = place.checked_sub(1).map(|it| self.blocks[it].latest);
        let first = self.blocks.get(place).map_or(0, |it| it.first);
        (before, first..known_at.saturating_add(1))
    }

    /// The position from which on every event was recorded after an instant; some before it may have been, too.
    pub(super) fn end(&self, as_of: Timestamp) -> u64 {
        let last = self.blocks.iter().rev().find(|it| it.earliest <= as_of);
        last.map_or(0, |it| it.first + it.events as u64)
    }

    /// Where events before a position may be that were recorded by an instant, the last ones first.
    pub(super) fn recorded_by(&self, as_of: Timestamp, end: u64) -> Vec<Range<u64>> {
        let blocks = self.blocks.iter().rev();
        let fits = blocks.filter(|it| it.earliest <= as_of && it.first < end);
        fits.map(|it| it.first..end.min(it.first + it.events as u64)).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn the_latest_time_is_told_of_every_position_though_clocks_are_set_back() {
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let at = |position: u64| {
            let back = if position % 700 > 600 { 5_000 } else { 0 };
            start + SignedDuration::from_secs(i64::try_from(position).unwrap() - back)
        };
        let mut times = Times::default();
        (0..5_000).for_each(|position| times.note(position, at(position)));
        for as_of in [start, at(100), at(2_000), at(4_999)] {
            let end = times.end(as_of);
            assert!((end..5_000).all(|it| at(it) > as_of), "nothing is left out");
        }
        for known_at in [0, 1, 650, 1_023, 1_024, 1_025, 3_999, 4_999] {
            let (before, rest) = times.until(known_at);
            assert!(rest.end - rest.start <= BLOCK as u64 && rest.end == known_at + 1);
            let latest = rest.map(at).max().max(before);
            assert_eq!(latest, (0..=known_at).map(at).max(), "at {known_at}");
        }
        for (as_of, end) in [(at(10), 5_000), (at(2_000), 1_500), (start, 3)] {
            let ranges = times.recorded_by(as_of, end);
            let found = ranges.into_iter().flat_map(Iterator::rev).find(|it| at(*it) <= as_of);
            assert_eq!(found, (0..end).rev().find(|it| at(*it) <= as_of));
        }
    }
}
