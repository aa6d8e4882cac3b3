//! The events that are appended: step outcomes as a campaign records them, varied as it varies them.
//!
//! Event number N is always the same one, so that a later process can submit it again.

mod seed;
mod shape;

use domain::event::Event;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use seed::Seed;
pub(crate) use shape::Shape;

/// Over how many streams the events are interleaved.
pub(crate) const STREAMS: u64 = 16;

/// One event to append: typed, as the product submits it, and as the bytes that every peer stores.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Number of its stream, below [`STREAMS`].
    pub(crate) stream: u32,
    /// Its place in the stream.
    pub(crate) version: u64,
    /// The command that caused it.
    pub(crate) command: Uuid,
    /// When it was recorded.
    pub(crate) at: Timestamp,
    /// What happened.
    pub(crate) event: Event,
    /// The product's leaf of it.
    pub(crate) leaf: Vec<u8>,
}

/// The name of a stream.
pub(crate) fn stream_name(stream: u32) -> String {
    format!("campaign/2026-11-{:02}.default", stream + 1)
}

/// Event number N.
pub(crate) fn entry(number: u64, shape: Shape) -> Entry {
    let mut seed = Seed::of(number);
    let stream = u32::try_from(number % STREAMS).unwrap_or(0);
    let version = number / STREAMS;
    let command = seed.command();
    let at = seed.timestamp(number);
    let event = Event::StepFinished(shape.step(stream, &mut seed));
    let leaf = store::schema::encode(&stream_name(stream), version, command, at, &event);
    Entry { stream, version, command, at, event, leaf: leaf.unwrap_or_default() }
}

/// Several events.
pub(crate) fn entries(numbers: std::ops::Range<u64>, shape: Shape) -> Vec<Entry> {
    numbers.map(|number| entry(number, shape)).collect()
}

/// Mean size of a leaf, in bytes.
pub(crate) fn mean_leaf_bytes(entries: &[Entry]) -> f64 {
    let sum: usize = entries.iter().map(|it| it.leaf.len()).sum();
    sum as f64 / entries.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_the_same_whenever_it_is_made() {
        let (one, two) = (entry(77, Shape::Short), entry(77, Shape::Short));
        assert_eq!((one.leaf, one.command), (two.leaf, two.command));
        assert_ne!(entry(78, Shape::Short).command, one.command);
    }

    #[test]
    fn leaves_have_the_sizes_they_are_said_to_have() {
        for (shape, smallest, largest) in [(Shape::Short, 650, 910), (Shape::Campaign, 1900, 2600)]
        {
            let sizes: Vec<usize> = (0..5000).map(|it| entry(it, shape).leaf.len()).collect();
            assert!(
                sizes.iter().all(|it| (smallest..=largest).contains(it)),
                "{:?} {:?}",
                sizes.iter().min(),
                sizes.iter().max()
            );
        }
    }
}
