//! What another system told stands where its trials were tried.

use domain::command::{Command, TakeOver};
use domain::event::{Ending, Pins};
use domain::ids::Sha256Digest;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::told::ToldTrial;
use jiff::Timestamp;
use reports::viewpoint::Viewpoint;

use super::book::*;
use super::outputs::*;
use crate::fixture::testbed;

/// What another system told of three trials, each tried at its own instant.
pub(crate) fn tell(book: &mut Book, id: &str, recorded: &str, tried: [&str; 3]) {
    let scores = [Score::Success, Score::Warning, Score::Failure];
    let trials = ["canary-direct", "canary-other", "canary-ovf"];
    let told = |place: usize| ToldTrial {
        trial: trial("kvm", trials[place], 1),
        standing: Standing::Scored(scores[place]),
        step: (place > 0).then_some(Step::Import),
        reason: "as the file says".to_owned(),
        duration_ms: 10,
        at: at(tried[place]),
    };
    let take_over = TakeOver {
        testbed: testbed(),
        pins: Pins::new(),
        origin: "CSV".to_owned(),
        file: "past.csv".to_owned(),
        file_sha256: Sha256Digest::of(b"file"),
        trials: (0..3).map(told).collect(),
    };
    book.submit(id, at(recorded), Command::TakeOver(Box::new(take_over))).unwrap();
}

const TRIED: [&str; 3] = ["2013-06-03T00:00:00Z", "2013-06-01T00:00:00Z", "2013-06-02T00:00:00Z"];

/// Our own campaign of 2020, and that of 2013 as it was told in 2026.
fn told() -> Book {
    let mut book = Book::default();
    book.campaign("ours", ("2020-01-01T00:00:00Z", "1"), |_| arrives());
    tell(&mut book, "poc", "2026-01-01T00:00:00Z", TRIED);
    book
}

fn on(book: &Book, instant: Timestamp) -> Vec<(String, usize, Option<Ending>)> {
    let history = seen(&book.events, as_of(instant));
    assert_eq!(history.unplaced(), 0);
    let of_chronicle = chronicled(&book.events, as_of(instant));
    assert_eq!(of_chronicle.unplaced(), 0);
    let records = of_chronicle.records(&[]);
    let found: Vec<_> = history
        .campaigns()
        .iter()
        .map(|it| (it.id.to_string(), it.plan.len(), it.ended.map(|(ending, _)| ending)))
        .collect();
    let of_chronicle: Vec<_> = records
        .iter()
        .map(|it| {
            let planned = it.cells.values().map(|it| it.planned).sum();
            (it.id.to_string(), planned, it.ended.map(|(ending, _)| ending))
        })
        .collect();
    assert_eq!(found, of_chronicle);
    found
}

#[test]
fn it_is_seen_as_of_when_it_was_tried_and_not_when_it_was_told() {
    let book = told();
    let poc = |planned, ended| ("poc".to_owned(), planned, ended);
    let ours = ("ours".to_owned(), 6, Some(Ending::Completed));
    assert_eq!(on(&book, end_of("2013-05-31")), []);
    assert_eq!(on(&book, end_of("2013-06-01")), [poc(1, None)]);
    assert_eq!(on(&book, end_of("2013-06-02")), [poc(2, None)]);
    assert_eq!(on(&book, end_of("2013-06-03")), [poc(3, Some(Ending::Completed))]);
    let both = [ours, poc(3, Some(Ending::Completed))];
    assert_eq!(on(&book, end_of("2020-01-01")), both);
    assert_eq!(on(&book, end_of("2026-12-01")), both);
    // What was known is another question: nobody knew of it before it was told.
    let told_at = book.events.len() as u64 - 3;
    assert!(seen(&book.events, known_at(told_at - 1)).campaign(&"poc".parse().unwrap()).is_none());
    let both = Viewpoint { as_of: Some(end_of("2013-06-03")), known_at: Some(told_at - 1) };
    assert!(seen(&book.events, both).campaigns().is_empty());
}

#[test]
fn an_old_campaign_that_was_told_today_is_not_the_last_one() {
    let book = told();
    let last = |viewpoint| seen(&book.events, viewpoint).last().unwrap().id.to_string();
    assert_eq!(last(Viewpoint::default()), "ours");
    assert_eq!(last(as_of(end_of("2019-12-31"))), "poc");
}

#[test]
fn what_is_told_to_lie_ahead_counts_from_when_it_was_told() {
    let mut book = Book::default();
    book.campaign("ours", ("2020-01-01T00:00:00Z", "1"), |_| arrives());
    let tried = ["9999-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "2013-06-01T00:00:00Z"];
    tell(&mut book, "poc", "2026-01-01T00:00:00Z", tried);
    let poc = |planned, ended| ("poc".to_owned(), planned, ended);
    let ours = ("ours".to_owned(), 6, Some(Ending::Completed));
    assert_eq!(on(&book, end_of("2025-12-31")), [ours.clone(), poc(1, None)]);
    assert_eq!(on(&book, at("2026-01-01T00:00:00Z")), [ours, poc(3, Some(Ending::Completed))]);
    // Nailed down to the present, it is still there.
    let history = seen(&book.events, Viewpoint::default());
    let mut with_waiver = book;
    with_waiver.waive(at("2026-01-02T00:00:00Z"), ("w", "G.cpu.model"), "2030-01-01T00:00:00Z");
    let now = at("2026-02-01T00:00:00Z");
    let pinned = *seen(&with_waiver.events, Viewpoint::default()).at_present(now).viewpoint();
    let again = seen(&with_waiver.events, pinned);
    assert_eq!(again.campaigns(), history.campaigns());
}

#[test]
fn it_is_shown_as_told_and_nothing_is_made_up_about_it() {
    let history = seen(&told().events, Viewpoint::default()).at_present(at("2026-02-01T00:00:00Z"));
    let shown = judged(&history, "poc", &crate::fixture::policy(), |it| {
        let [(guest, cell)] = it.cells().collect::<Vec<_>>()[..] else { panic!("one cell") };
        assert_eq!(cell.verdict.standing, Standing::Scored(Score::Success));
        let told = reports::explain::Explanation::of(it, guest, cell);
        reports::explain_text::explanation(&told, reports::text::Colour::Never)
    });
    assert_eq!(shown.matches("told by another system: as the file says").count(), 3, "{shown}");
    assert!(shown.contains("step 6 (import)") || !shown.contains("could not be completed"));
    assert!(!shown.contains("not run"), "{shown}");
    let text = outputs(&history).join("\n");
    assert!(
        text.contains("These results were told by another system and taken over as it told them")
    );
    assert!(!text.contains("could not be completed"));
}

#[test]
fn no_waiver_and_no_policy_touches_what_was_told() {
    let mut book = told();
    let before = standings(&seen(&book.events, Viewpoint::default()), "poc");
    book.waive(at("2026-01-02T00:00:00Z"), ("w", "G.cpu.model"), "2030-01-01T00:00:00Z");
    let mut nothing = crate::fixture::policy();
    nothing.name = "other".to_owned();
    nothing.rules.truncate(1);
    let history = seen(&book.events, Viewpoint::default()).at_present(at("2026-02-01T00:00:00Z"));
    assert_eq!(standings(&history, "poc"), before);
    judged(&history, "poc", &nothing, |it| {
        let after: Vec<String> =
            it.cells().map(|(_, it)| it.verdict.standing.to_string()).collect();
        assert_eq!(after, before);
    });
}
