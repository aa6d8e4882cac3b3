//! The history is the same live and rebuilt.

use domain::event::{Event, KeyChanged};
use proptest::prelude::*;
use reports::history::History;

use crate::fixture::{events, record};

#[test]
fn a_changed_key_belongs_to_the_log_and_is_no_stranger() {
    let (from, to) = ("log+00000001+AQ==".to_owned(), "log+00000002+AQ==".to_owned());
    let changed = record(vec![Event::KeyChanged(KeyChanged { from, to })]);
    let mut history = History::of(&events());
    let before = history.clone();
    history.project(&changed[0]);
    assert_eq!(history.campaigns(), before.campaigns());
    assert_eq!(history.unplaced(), before.unplaced());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn live_equals_rebuilt_wherever_it_is_interrupted(cut in 0_usize..600) {
        let events = events();
        let (early, late) = events.split_at(cut.min(events.len()));
        let mut live = History::of(early);
        late.iter().for_each(|event| live.project(event));
        prop_assert_eq!(live, History::of(&events));
    }

    #[test]
    fn events_in_any_order_are_placed_or_counted(seed in prop::collection::vec(any::<u32>(), 600)) {
        let mut events = events();
        let total = events.len();
        let mut order = seed.into_iter();
        events.sort_by_cached_key(|_| order.next());
        let history = History::of(&events);
        prop_assert!(history.unplaced() >= 1);
        prop_assert!(history.unplaced() < total as u64);
    }
}
