//! Time travel over corrections: how things stood, and what was known.

use domain::event::{Event, StepWithdrawn};
use domain::step::Step;
use reports::viewpoint::Viewpoint;

use super::book::*;
use super::outputs::*;
use crate::tale::Fate;

/// A campaign in March, one in June, and in July the last step of a trial of March is withdrawn.
fn corrected() -> (Book, u64) {
    let mut book = Book::default();
    book.campaign("march", ("2026-03-01T08:00:00Z", "1"), |_| another_processor());
    book.campaign("june", ("2026-06-01T08:00:00Z", "1"), |_| arrives());
    let withdrawn = book.position("march", &trial("kvm", "canary-direct", 1), Step::Restart);
    book.withdraw(at("2026-07-01T08:00:00Z"), withdrawn);
    (book, withdrawn)
}

const LATER: &str = "2026-12-01T00:00:00Z";

#[test]
fn a_withdrawal_says_how_things_stood_also_before_it() {
    let (book, withdrawn) = corrected();
    for day in ["2026-03-02", "2026-06-30", "2026-07-02"] {
        let history = seen(&book.events, as_of(end_of(day)));
        let steps = &history.campaign(&"march".parse().unwrap()).unwrap().trials
            [&trial("kvm", "canary-direct", 1)];
        let restart = &steps[&Step::Restart];
        assert_eq!((restart.position, restart.withdrawn.is_some()), (withdrawn, true), "{day}");
        assert_eq!(history.unplaced(), 0);
    }
    // One way loses one of its three routes: the cell stands, on fewer trials.
    let scored = |viewpoint| {
        judged(&seen(&book.events, viewpoint), "march", &crate::fixture::policy(), |it| {
            it.cells().map(|(_, cell)| cell.verdict.scored).collect::<Vec<_>>()
        })
    };
    assert_eq!(scored(Viewpoint::default()), [3, 2]);
    assert_eq!(scored(as_of(end_of("2026-03-02"))), [3, 2]);
    assert_eq!(scored(known_at(book.events.len() as u64 - 2)), [3, 3]);
}

#[test]
fn what_was_known_then_is_shown_then_and_now_to_the_byte() {
    let (book, _) = corrected();
    let before = book.events.len() - 1;
    let asked = known_at(before as u64 - 1);
    let then = seen(&book.events[..before], asked).at_present(at("2026-06-15T00:00:00Z"));
    let now = seen(&book.events, asked).at_present(at(LATER));
    assert!(outputs(&then).len() > 20);
    assert_eq!(outputs(&then), outputs(&now));
    let today = seen(&book.events, Viewpoint::default()).at_present(at(LATER));
    assert_ne!(outputs(&then)[..9], outputs(&today)[..9]);
}

#[test]
fn before_the_step_nothing_is_left_to_withdraw() {
    let (book, _) = corrected();
    // The campaign of June is not there yet, that of March is and its trial has not begun.
    let mut walking = Book::default();
    walking.start("march", at("2026-03-01T08:00:00Z"), versions("1"), trials(1));
    let late = trial("kvm", "canary-direct", 1);
    walking.walk("march", at("2026-04-01T08:00:00Z"), &late, &arrives());
    walking.withdraw(at("2026-05-01T08:00:00Z"), walking.position("march", &late, Step::Restart));
    let history = seen(&walking.events, as_of(end_of("2026-03-15")));
    let march = &history.campaigns()[0];
    assert_eq!((march.withdrawn.len(), history.unplaced()), (0, 0));
    assert_eq!(
        march.last_recorded,
        at("2026-03-01T08:00:00Z"),
        "what changed nothing is not its last event"
    );
    assert_eq!(march.last_position, 1);
    let chronicle = chronicled(&walking.events, as_of(end_of("2026-03-15")));
    assert_eq!((chronicle.records(&[])[0].positions, chronicle.unplaced()), ((0, 1), 0));

    let history = seen(&book.events, as_of(end_of("2026-02-01")));
    assert!(history.campaigns().is_empty() && history.last().is_none());
    assert_eq!((history.unplaced(), history.head()), (0, None));
    let chronicle = chronicled(&book.events, as_of(end_of("2026-02-01")));
    assert!(chronicle.records(&[]).is_empty());
    assert_eq!((chronicle.unplaced(), chronicle.head()), (0, None));
}

#[test]
fn a_withdrawal_of_what_never_was_is_a_stranger_from_wherever_one_looks() {
    let (mut book, withdrawn) = corrected();
    let stranger = StepWithdrawn {
        campaign: "june".parse().unwrap(),
        trial: trial("kvm", "canary-direct", 9),
        step: Step::Import,
        position: withdrawn,
        reason: "r".to_owned(),
        by: "eve".to_owned(),
    };
    book.record("campaign/june", at("2026-07-02T08:00:00Z"), vec![Event::StepWithdrawn(stranger)]);
    for viewpoint in [Viewpoint::default(), as_of(end_of("2026-07-02")), as_of(at(LATER))] {
        assert_eq!(seen(&book.events, viewpoint).unplaced(), 1, "{viewpoint:?}");
        assert_eq!(chronicled(&book.events, viewpoint).unplaced(), 1, "{viewpoint:?}");
    }
    let earlier = as_of(end_of("2026-07-01"));
    assert_eq!(seen(&book.events, earlier).unplaced(), 0);
    assert_eq!(chronicled(&book.events, earlier).unplaced(), 0);
}

#[test]
fn the_address_of_a_withdrawn_restart_says_nothing_about_repetitions() {
    for withdrawn in [Step::SanityCheck, Step::Import, Step::Restart] {
        let mut book = Book::default();
        let now = at("2026-03-01T08:00:00Z");
        let plan: Vec<_> =
            trials(2).into_iter().filter(|it| it.route.as_str() == "canary-direct").collect();
        book.start("march", now, versions("1"), plan.clone());
        for it in &plan {
            let moved = it.source.as_str() == "kvm" && it.repetition == 2;
            let fate = if moved { another_address() } else { arrives() };
            book.walk("march", now, it, &fate);
        }
        let standing = |book: &Book| standings(&seen(&book.events, Viewpoint::default()), "march");
        assert_eq!(standing(&book), ["SUCCESS", "WARNING"]);
        let moved = trial("kvm", "canary-direct", 2);
        book.withdraw(now, book.position("march", &moved, withdrawn));
        assert_eq!(standing(&book), ["SUCCESS", "SUCCESS"], "{withdrawn}");
        let records = chronicled(&book.events, Viewpoint::default()).records(&[]);
        let of_chronicle = records[0].cells.values().map(|it| it.stand.standing.to_string());
        assert_eq!(of_chronicle.collect::<Vec<_>>(), ["SUCCESS", "SUCCESS"], "{withdrawn}");
        assert!(records[0].cells.values().all(|it| !it.stand.unstable));
    }
}

#[test]
fn a_withdrawn_trial_is_to_be_walked_again_and_not_resumed() {
    let mut book = Book::default();
    let fails = |_: &_| Fate::Stops(Step::Export, "no controller");
    book.campaign("march", ("2026-03-01T08:00:00Z", "1"), fails);
    for it in trials(1).iter().filter(|it| it.source.as_str() == "kvm") {
        book.withdraw(at("2026-03-02T08:00:00Z"), book.position("march", it, Step::Export));
    }
    let history = seen(&book.events, Viewpoint::default()).at_present(at(LATER));
    assert_eq!(standings(&history, "march"), ["FAILURE", "lab error"]);
    let all = outputs(&history).join("\n");
    assert!(
        all.contains("walk it again in another campaign (withdrawn by ada: the switch was off)")
    );
    assert!(all.contains("3 steps were withdrawn after being recorded"));
    assert!(!all.contains("resume the campaign"));
    assert!(all.contains("get the export completed: no controller"), "of those that stand");
}

#[test]
fn the_last_campaign_is_the_one_that_started_last_by_then() {
    let (book, _) = corrected();
    let last = |viewpoint| {
        seen(&book.events, viewpoint).last().map(|it| it.id.to_string()).unwrap_or_default()
    };
    assert_eq!(last(Viewpoint::default()), "june");
    assert_eq!(last(as_of(end_of("2026-05-31"))), "march");
    assert_eq!(last(as_of(at("2026-06-01T08:00:00Z"))), "june", "an instant belongs to itself");
    assert_eq!(last(known_at(0)), "march");
}
