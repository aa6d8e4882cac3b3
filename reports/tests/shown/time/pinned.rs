//! A viewpoint that is nailed down shows the same bytes whatever is recorded later.

use domain::event::Recorded;
use proptest::prelude::*;
use reports::viewpoint::Viewpoint;

use super::book::*;
use super::outputs::*;
use super::random::*;
use crate::fixture::policy;

#[test]
fn a_waiver_that_has_expired_since_makes_its_end_part_of_the_question() {
    let (latest, now) = (Some(at("2026-05-01T00:00:00Z")), at("2026-06-01T00:00:00Z"));
    let expiries = || {
        ["2026-04-01", "2026-05-10", "2026-05-20", "2026-07-01"]
            .map(|it| at(&format!("{it}T00:00:00Z")))
    };
    let present = |it: Viewpoint, latest| it.at_present(latest, expiries().into_iter(), now);
    let nothing = Viewpoint::default();
    assert_eq!(present(nothing, None), nothing, "there is nothing to see");
    assert_eq!(present(nothing, latest), as_of(at("2026-05-20T00:00:00Z")), "the last that ended");
    assert_eq!(nothing.at_present(latest, std::iter::empty(), now), nothing, "no instant matters");
    for asked in [known_at(9), as_of(at("2026-04-01T00:00:00Z"))] {
        assert_eq!(present(asked, latest), asked, "whoever names a point in time means it");
    }
}

#[test]
fn a_clock_that_was_set_back_hides_nothing() {
    let mut book = Book::default();
    book.campaign("late", ("2026-03-01T08:00:00Z", "1"), |_| another_processor());
    // Set back by a month, and the present is still before the campaign.
    book.waive(at("2026-02-01T00:00:00Z"), ("w", "G.cpu.model"), "2030-01-01T00:00:00Z");
    let shown = seen(&book.events, Viewpoint::default()).at_present(at("2026-02-02T00:00:00Z"));
    assert_eq!(standings(&shown, "late").len(), 2);
    assert_eq!(shown.in_force().len(), 1);
    let last = book.events.len() as u64 - 1;
    let known = seen(&book.events, known_at(last)).at_present(at("2026-02-02T00:00:00Z"));
    assert_eq!(outputs(&known), outputs(&shown));
}

/// What a call shows of each campaign that asks from there at this moment, and from where it then
/// says that it looked.
fn printed(events: &[Recorded], asked: Viewpoint, now: jiff::Timestamp) -> Vec<Printed> {
    let history = seen(events, asked).at_present(now);
    let chronicle = chronicled(events, asked).at_present(now);
    assert_eq!(chronicle.viewpoint(), history.viewpoint());
    let printed = history.campaigns().iter().map(|it| {
        let bytes = judged(&history, it.id.as_str(), &policy(), |it| shown(&history, it));
        Printed { campaign: it.id.to_string(), viewpoint: history.viewpoint_of(it), bytes }
    });
    printed.collect()
}

/// One campaign as it is shown.
#[derive(Debug, Clone, PartialEq)]
struct Printed {
    campaign: String,
    viewpoint: Viewpoint,
    bytes: Vec<String>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the log, wherever one looks from: what is shown says from where, and whoever asks
    /// from there at any later time, of a log with anything more in it, is shown the same bytes.
    #[test]
    fn a_receipt_holds_for_ever(
        (acts, cut) in (acts(), any::<prop::sample::Index>()),
        asked in viewpoint(),
        (now, later) in (instant(), instant()),
    ) {
        let whole = book(&acts).events;
        let then = &whole[..=cut.index(whole.len())];
        let asked = within(asked, then.len());
        for it in printed(then, asked, now) {
            for events in [then, &whole[..]] {
                let again = printed(events, it.viewpoint, later);
                let again = again.into_iter().find(|again| again.campaign == it.campaign);
                prop_assert_eq!(again.as_ref(), Some(&it));
            }
        }
    }

    /// Asked what was known at a position, the log to that position is all that counts.
    #[test]
    fn what_was_known_is_what_a_shorter_log_says(
        acts in acts(), cut in any::<prop::sample::Index>(), as_of in prop::option::of(instant())
    ) {
        let whole = book(&acts).events;
        let cut = cut.index(whole.len());
        let viewpoint = Viewpoint { as_of, known_at: Some(cut as u64) };
        let (now, then) = (seen(&whole, viewpoint), seen(&whole[..=cut], viewpoint));
        prop_assert_eq!(now, then);
    }

    /// As of an instant, what was tried later is not there; seen live or rebuilt, it is the same.
    #[test]
    fn nothing_that_lies_ahead_is_seen(acts in acts(), instant in instant()) {
        let events = book(&acts).events;
        let history = seen(&events, as_of(instant));
        for campaign in history.campaigns() {
            prop_assert!(campaign.started <= instant);
            for seen in campaign.trials.values().flat_map(|it| it.values()) {
                prop_assert!(seen.at <= instant);
            }
            prop_assert!(campaign.told.values().all(|it| it.at <= instant || it.at > campaign.last_recorded));
        }
        prop_assert!(history.registry().upgrades().iter().all(|it| it.at <= instant));
        prop_assert!(history.registry().waivers().values().all(|it| it.waived.at <= instant));
        prop_assert!(history.in_force().iter().all(|it| it.expires > instant));
    }
}
