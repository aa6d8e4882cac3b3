//! Randomness from a seed: the same number gives the same event.

use domain::ids::Sha256Digest;
use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// SplitMix64 (Steele, Lea and Flood 2014): small, and good enough to vary events.
#[derive(Debug, Clone)]
pub(crate) struct Seed(u64);

/// 2026-11-01 00:00 UTC, in nanoseconds since 1970.
const BEGIN_NS: i128 = 1_793_491_200_000_000_000;

impl Seed {
    pub(crate) fn of(number: u64) -> Self {
        let mut seed = Self(number.wrapping_mul(0xD134_2543_DE82_EF95));
        seed.next();
        seed
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn one_of<'a>(&mut self, choice: &[&'a str]) -> &'a str {
        choice[self.below(choice.len() as u64) as usize]
    }

    pub(crate) fn flip(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn digest(&mut self) -> Sha256Digest {
        let mut bytes = [0; 32];
        bytes.chunks_exact_mut(8).for_each(|it| it.copy_from_slice(&self.next().to_be_bytes()));
        Sha256Digest::from_bytes(bytes)
    }

    /// A command id as the product makes them: UUID version 5, so no two are neighbours.
    pub(crate) fn command(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.chunks_exact_mut(8).for_each(|it| it.copy_from_slice(&self.next().to_be_bytes()));
        Builder::from_sha1_bytes(bytes).into_uuid()
    }

    /// Some 40 ms after the event before.
    pub(crate) fn timestamp(&mut self, number: u64) -> Timestamp {
        let after = i128::from(number) * 40_000_000 + i128::from(self.below(40_000_000));
        Timestamp::from_nanosecond(BEGIN_NS + after).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
