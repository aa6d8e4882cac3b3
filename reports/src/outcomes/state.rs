//! What is known of one trial while its steps come by, in nine bits.

use domain::step::Step;

use super::NONE;

/// Which steps have a score, and whether one is a FAILURE or a WARNING.
///
/// Bits 1 to 7: the step of this number has a score. Bits 8 and 9: one of them is a FAILURE, a
/// WARNING.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State(u16);

const ALL_SCORED: u16 = 0b1111_1110;
const FAILURE: u16 = 1 << 8;
const WARNING: u16 = 1 << 9;

/// What a score adds; the last is that of none.
const ADDS: [u16; 4] = [FAILURE, WARNING, 0, 0];

/// Whether a score is one.
const IS_SCORE: [u16; 4] = [1, 1, 1, 0];

const _: () = assert!(Step::ALL.len() == 7 && NONE & 3 == 3);

impl State {
    /// Takes up one step, by number and score code. No branch: this is done a million times.
    #[inline]
    pub(crate) fn see(&mut self, step: u8, score: u8) {
        let score = usize::from(score & 3);
        self.0 |= ADDS[score] | IS_SCORE[score] << (step & 7);
    }

    /// The trial's score code: the lowest of its steps. Without a FAILURE, all seven must have one.
    pub(crate) fn score(self) -> u8 {
        match self.0 {
            bits if bits & FAILURE != 0 => 0,
            bits if bits & ALL_SCORED != ALL_SCORED => NONE,
            bits if bits & WARNING != 0 => 1,
            _ => 2,
        }
    }
}
