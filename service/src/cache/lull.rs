//! How long a page may be shown after steps have come that it does not show: while labs report, every
//! page would otherwise be made anew for each who asks.

use jiff::{SignedDuration, Timestamp};

/// A page is shown so many times as long as it took to make it.
const TIMES: i32 = 100;

/// And no longer than this.
const LONGEST: SignedDuration = SignedDuration::from_secs(1);

/// Which page will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// A page of this revision.
    pub(crate) revision: u64,
    /// Or one that lacks steps alone, if it was made a moment ago; none where only the newest will do.
    pub(crate) lull: Option<Lull>,
}

/// What tells how old a page may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lull {
    /// A number that changes with whatever happens but for steps.
    pub(crate) grounds: u64,
    /// Now.
    pub(crate) now: Timestamp,
}

/// Of what a page was made, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) revision: u64,
    grounds: Option<u64>,
    at: Timestamp,
    until: Timestamp,
}

impl Made {
    /// A page that was wanted so, and made between these instants.
    pub(super) fn of(wanted: Wanted, at: Timestamp, done: Timestamp) -> Self {
        let took = done.duration_since(at).max(SignedDuration::ZERO);
        let lull = took.checked_mul(TIMES).unwrap_or(LONGEST).min(LONGEST);
        let until = done.checked_add(lull).unwrap_or(done);
        Self { revision: wanted.revision, grounds: wanted.lull.map(|it| it.grounds), at, until }
    }

    /// Whether it is what is wanted. A clock that was set back makes it too old.
    pub(super) fn will_do(&self, wanted: Wanted) -> bool {
        let is_new_enough =
            |it: Lull| self.grounds == Some(it.grounds) && self.at <= it.now && it.now < self.until;
        self.revision == wanted.revision || wanted.lull.is_some_and(is_new_enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + ms).unwrap()
    }

    fn wanted(revision: u64, grounds: u64, ms: i64) -> Wanted {
        Wanted { revision, lull: Some(Lull { grounds, now: at(ms) }) }
    }

    #[test]
    fn a_page_stands_a_hundred_times_as_long_as_it_took_while_nothing_but_steps_comes() {
        let made = Made::of(wanted(7, 3, 0), at(0), at(5));
        assert!(made.will_do(wanted(8, 3, 400)) && made.will_do(wanted(8, 3, 504)));
        assert!(!made.will_do(wanted(8, 3, 505)), "its time is over");
        assert!(!made.will_do(wanted(8, 4, 6)), "more than steps has come");
        assert!(!made.will_do(wanted(8, 3, -1)), "the clock was set back");
        assert!(made.will_do(wanted(7, 9, 9_000)), "it is of this very revision");
        assert!(!made.will_do(Wanted { revision: 8, lull: None }), "only the newest will do");
    }

    #[test]
    fn what_was_made_at_once_is_made_anew_at_once_and_nothing_stands_longer_than_a_second() {
        let made = Made::of(wanted(7, 3, 0), at(0), at(0));
        assert!(!made.will_do(wanted(8, 3, 0)));
        let made = Made::of(wanted(7, 3, 0), at(0), at(60_000));
        assert!(made.will_do(wanted(8, 3, 60_999)) && !made.will_do(wanted(8, 3, 61_000)));
        let made = Made::of(wanted(7, 3, 0), at(0), at(-60_000));
        assert!(!made.will_do(wanted(8, 3, 1)), "a clock that was set back gives no time");
    }
}
