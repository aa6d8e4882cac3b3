//! When a letter that was refused is tried again: a rule, without a clock.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

/// How often, how soon, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The pause behind the first attempt; each later one is twice as long.
    pub first: SignedDuration,
    /// No pause is longer.
    pub longest: SignedDuration,
    /// As many attempts as there are.
    pub attempts: u32,
    /// From the first attempt on, no later one starts.
    pub span: SignedDuration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            first: SignedDuration::from_mins(1),
            longest: SignedDuration::from_hours(4),
            attempts: 10,
            span: SignedDuration::from_hours(72),
        }
    }
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The name of what was sent; it decides the jitter.
    pub name: &'a str,
    /// Which attempt it was, from 1.
    pub number: u32,
    /// When the first one was made.
    pub first_at: Timestamp,
    /// When this one failed.
    pub failed_at: Timestamp,
    /// The same again would be refused again.
    pub permanent: bool,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again, not before.
    At(Timestamp),
    /// Leave it to a person.
    Stop(Reason),
}

/// Why a letter is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It was refused for good.
    Permanent,
    /// As many attempts were made as there are.
    Attempts,
    /// The next one would be too long after the first.
    Span,
}

impl Schedule {
    /// What to do after an attempt that failed.
    pub fn next(&self, attempt: Attempt<'_>) -> Next {
        if attempt.permanent {
            return Next::Stop(Reason::Permanent);
        }
        if attempt.number >= self.attempts {
            return Next::Stop(Reason::Attempts);
        }
        let at = attempt.failed_at.checked_add(self.pause(attempt.name, attempt.number));
        let last = attempt.first_at.checked_add(self.span);
        match (at, last) {
            (Ok(at), Ok(last)) if at <= last => Next::At(at),
            _ => Next::Stop(Reason::Span),
        }
    }

    /// The pause behind an attempt: doubled each time, bounded, and up to a quarter shorter, so that letters that failed
    /// together do not come back together.
    fn pause(&self, name: &str, number: u32) -> SignedDuration {
        let doubled = 1_i32.checked_shl(number.saturating_sub(1)).filter(|it| *it > 0);
        let whole = doubled.and_then(|it| self.first.checked_mul(it)).unwrap_or(self.longest);
        let whole = whole.min(self.longest).max(SignedDuration::ZERO);
        let digest = Sha256::new().chain_update(number.to_be_bytes()).chain_update(name).finalize();
        let share = i64::from(u16::from_be_bytes([digest[0], digest[1]]));
        let less = i64::try_from(whole.as_millis()).unwrap_or(i64::MAX) / 4;
        whole
            - SignedDuration::from_millis(
                i64::try_from(i128::from(less) * i128::from(share) / 65536).unwrap_or(0),
            )
    }
}
