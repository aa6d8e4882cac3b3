//! When a letter is tried again, against a table.

use jiff::{SignedDuration, Timestamp};
use post::retry::{Attempt, Next, Reason, Schedule};
use proptest::prelude::*;

use crate::THEN;

fn after(number: u32, late: SignedDuration, permanent: bool) -> Next {
    let first_at: Timestamp = THEN.parse().unwrap();
    let attempt =
        Attempt { name: "<a@b>", number, first_at, failed_at: first_at + late, permanent };
    Schedule::default().next(attempt)
}

#[test]
fn pauses_double_up_to_four_hours() {
    let minutes = [1, 2, 4, 8, 16, 32, 64, 128, 240];
    for (number, whole) in (1..).zip(minutes) {
        let Next::At(at) = after(number, SignedDuration::ZERO, false) else { panic!("{number}") };
        let pause = at.duration_since(THEN.parse().unwrap());
        let whole = SignedDuration::from_mins(whole);
        assert!(pause <= whole && pause >= whole * 3 / 4, "{number}: {pause:?}");
    }
    assert_eq!(after(10, SignedDuration::ZERO, false), Next::Stop(Reason::Attempts));
    assert_eq!(after(1, SignedDuration::ZERO, true), Next::Stop(Reason::Permanent));
    assert_eq!(after(3, SignedDuration::from_hours(72), false), Next::Stop(Reason::Span));
}

proptest! {
    #[test]
    fn any_schedule_goes_forward_and_ends(
        first in -10_i64..1_000_000_000_000, longest in -10_i64..1_000_000_000_000, number in 0_u32..500, name in ".{0,9}",
        failed in 0_i64..253_402_207_000,
    ) {
        let schedule = Schedule {
            first: SignedDuration::from_secs(first),
            longest: SignedDuration::from_secs(longest),
            attempts: 400,
            ..Schedule::default()
        };
        let failed_at = Timestamp::from_second(failed).unwrap();
        let attempt = Attempt { name: &name, number, first_at: failed_at, failed_at, permanent: false };
        let next = schedule.next(attempt);
        prop_assert_eq!(next, schedule.next(attempt));
        if let Next::At(at) = next {
            prop_assert!(at >= failed_at && number < 400);
            prop_assert!(at.duration_since(failed_at) <= SignedDuration::from_hours(72));
        }
    }
}
