//! How long a page may be shown after steps have come that it does not show: while labs report, every
//! page would otherwise be made anew for each who asks.

use jiff::{SignedDuration, Timestamp};

/// A page is shown so many times as long as it took to make it.
const TIMES: i32 = 100;

/// And no longer than this.
const LONGEST: SignedDuration = SignedDuration::from_secs(1);

/// Whether a page will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It shows all there is.
    Newest,
    /// It lacks steps that came a moment ago.
    Stands,
    /// The same, and it is time to make it anew: as long as it stood it is shown once more while another
    /// is made, so that nobody waits for that.
    Passing,
}

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
    /// The end of the time in which it is shown while another is made.
    end: Timestamp,
}

impl Made {
    /// A page that was wanted so, and made between these instants.
    pub(super) fn of(wanted: Wanted, at: Timestamp, done: Timestamp) -> Self {
        let took = done.duration_since(at).max(SignedDuration::ZERO);
        let lull = took.checked_mul(TIMES).unwrap_or(LONGEST).min(LONGEST);
        let until = done.checked_add(lull).unwrap_or(done);
        let end = until.checked_add(lull).unwrap_or(until);
        let grounds = wanted.lull.map(|it| it.grounds);
        Self { revision: wanted.revision, grounds, at, until, end }
    }

    /// Whether it is what is wanted; none when it is not. A clock that was set back makes it too old.
    pub(super) fn fit(&self, wanted: Wanted) -> Option<Fit> {
        if self.revision == wanted.revision {
            return Some(Fit::Newest);
        }
        let lull =
            wanted.lull.filter(|it| self.grounds == Some(it.grounds) && self.at <= it.now)?;
        match lull.now {
            now if now < self.until => Some(Fit::Stands),
            now if now < self.end => Some(Fit::Passing),
            _ => None,
        }
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
        assert_eq!(made.fit(wanted(8, 3, 400)), Some(Fit::Stands));
        assert_eq!(made.fit(wanted(8, 3, 504)), Some(Fit::Stands));
        assert_eq!(made.fit(wanted(8, 3, 505)), Some(Fit::Passing), "its time is over");
        assert_eq!(made.fit(wanted(8, 3, 1_004)), Some(Fit::Passing));
        assert_eq!(made.fit(wanted(8, 3, 1_005)), None, "it is too old");
        assert_eq!(made.fit(wanted(8, 4, 6)), None, "more than steps has come");
        assert_eq!(made.fit(wanted(8, 3, -1)), None, "the clock was set back");
        assert_eq!(made.fit(wanted(7, 9, 9_000)), Some(Fit::Newest), "of this very revision");
        let newest = Wanted { revision: 8, lull: None };
        assert_eq!(made.fit(newest), None, "only the newest will do");
    }

    #[test]
    fn what_was_made_at_once_is_made_anew_at_once_and_nothing_stands_longer_than_a_second() {
        let made = Made::of(wanted(7, 3, 0), at(0), at(0));
        assert_eq!(made.fit(wanted(8, 3, 0)), None);
        let made = Made::of(wanted(7, 3, 0), at(0), at(60_000));
        assert_eq!(made.fit(wanted(8, 3, 60_999)), Some(Fit::Stands));
        assert_eq!(made.fit(wanted(8, 3, 61_000)), Some(Fit::Passing));
        assert_eq!(made.fit(wanted(8, 3, 62_000)), None);
        let made = Made::of(wanted(7, 3, 0), at(0), at(-60_000));
        assert_eq!(made.fit(wanted(8, 3, 1)), None, "a clock that was set back gives no time");
    }
}
