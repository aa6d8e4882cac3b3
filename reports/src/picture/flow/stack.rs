//! Places below each other, and the room that bands take at them.

use std::collections::BTreeMap;

/// A place, such as a platform.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Which one.
    pub(super) of: usize,
    /// Where its bar begins, in pixels.
    pub(super) y: u32,
    /// The height of its bar: that of all bands on its fuller side, in pixels.
    pub(super) height: u32,
    /// How much of it is taken on the side that bands come in.
    taken_in: u32,
    /// How much of it is taken on the side that bands go out.
    taken_out: u32,
}

/// Places below each other.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) places: Vec<Place>,
    /// The room between the first and the last.
    pub(super) height: u32,
}

impl Stack {
    /// Places of these heights, each with at least so much room for its label.
    pub(super) fn new(heights: BTreeMap<usize, u32>, label: u32, gap: u32) -> Self {
        let mut end = 0;
        let mut places = Vec::new();
        for (of, height) in heights {
            let room = height.max(label);
            let y = end + (room - height) / 2;
            places.push(Place { of, y, height, taken_in: 0, taken_out: 0 });
            end += room + gap;
        }
        Self { places, height: end.saturating_sub(gap) }
    }

    /// The same places in the middle of more room, from `top` on.
    pub(super) fn centred(mut self, room: u32, top: u32) -> Self {
        let by = top + (room - self.height) / 2;
        self.places.iter_mut().for_each(|it| it.y += by);
        self
    }

    /// Where a band of this height comes in at a place; the next one comes in below it.
    pub(super) fn come_in(&mut self, of: usize, height: u32) -> u32 {
        self.take(of, height, |it| &mut it.taken_in)
    }

    /// Where a band of this height goes out of a place; the next one goes out below it.
    pub(super) fn go_out(&mut self, of: usize, height: u32) -> u32 {
        self.take(of, height, |it| &mut it.taken_out)
    }

    fn take(&mut self, of: usize, height: u32, side: fn(&mut Place) -> &mut u32) -> u32 {
        let Some(place) = self.places.iter_mut().find(|it| it.of == of) else { return 0 };
        let y = place.y;
        let taken = side(place);
        *taken += height;
        y + *taken - height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_keep_apart_and_bands_lie_within_them() {
        let mut stack = Stack::new([(3, 40), (5, 4)].into(), 16, 10).centred(86, 90);
        assert_eq!((stack.places[0].y, stack.places[1].y, stack.height), (100, 156, 66));
        let taken = [stack.go_out(3, 30), stack.go_out(3, 10), stack.come_in(3, 40)];
        assert_eq!(taken, [100, 130, 100]);
    }
}
