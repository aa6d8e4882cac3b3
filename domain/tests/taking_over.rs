//! Campaigns that another system told: what is taken over, and what is refused.

use domain::command::{Command, TakeOver};
use domain::decide::Refusal;
use domain::event::{Ending, Event, Pins, TrialsTold};
use domain::ids::Sha256Digest;
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::told::{DRIVER, ToldTrial};
use domain::trials::TrialsProblem;

use crate::declarations::at;
use crate::support::*;

fn told(repetition: u32, reason: &str) -> ToldTrial {
    ToldTrial {
        trial: Trial { repetition, ..trials()[0].clone() },
        standing: Standing::Scored(Score::Warning),
        step: None,
        reason: reason.to_owned(),
        duration_ms: 5,
        at: at(10),
    }
}

fn take_over(trials: Vec<ToldTrial>) -> TakeOver {
    TakeOver {
        testbed: testbed(),
        pins: Pins::new(),
        origin: "CSV".to_owned(),
        file: "past.csv".to_owned(),
        file_sha256: Sha256Digest::of(b"file"),
        trials,
    }
}

fn taken(told: TakeOver) -> Result<Vec<Event>, Refusal> {
    when(&[], Command::TakeOver(Box::new(told)))
}

fn parts(events: &[Event]) -> Vec<&TrialsTold> {
    fn part(event: &Event) -> Option<&TrialsTold> {
        if let Event::TrialsTold(part) = event { Some(part) } else { None }
    }
    events.iter().filter_map(part).collect()
}

#[test]
fn it_starts_is_told_and_ends_at_once_and_only_once() {
    let events = taken(take_over(vec![told(1, "late"), told(2, "")])).unwrap();
    let names: Vec<&str> = events.iter().map(Event::name).collect();
    assert_eq!(names, ["CampaignStarted", "TrialsTold", "CampaignFinished"]);
    let Event::CampaignStarted(begun) = &events[0] else { unreachable!() };
    assert!(begun.testbed.platforms.iter().all(|it| it.driver == DRIVER), "nobody reaches them");
    assert_eq!(parts(&events)[0].trials, [told(1, "late"), told(2, "")]);
    let state = state(&events).unwrap();
    assert_eq!((state.ended, state.trials.len()), (Some(Ending::Completed), 0));
    let again = Command::TakeOver(Box::new(take_over(vec![told(1, "")])));
    assert!(matches!(when(&events, again), Err(Refusal::AlreadyStarted(_))));
    assert!(matches!(when(&events, start()), Err(Refusal::AlreadyStarted(_))));
}

#[test]
fn a_long_file_comes_in_events_that_the_log_can_hold() {
    let long = "\u{1}\"ü".repeat(4000);
    for reason in ["", "late", &long] {
        let all: Vec<ToldTrial> = (1..=450).map(|it| told(it, reason)).collect();
        let events = taken(take_over(all.clone())).unwrap();
        for event in &events {
            assert!(serde_json::to_string(event).unwrap().len() < 55 << 10);
        }
        let kept: Vec<Trial> =
            parts(&events).iter().flat_map(|it| &it.trials).map(|it| it.trial.clone()).collect();
        assert_eq!(kept, all.into_iter().map(|it| it.trial).collect::<Vec<_>>());
        assert!(parts(&events).iter().all(|it| (1..=100).contains(&it.trials.len())));
    }
    let events = taken(take_over(vec![told(1, &long)])).unwrap();
    let kept = &parts(&events)[0].trials[0].reason;
    assert!(kept.chars().count() < 700 && kept.contains("sha256"));
    // What was bounded before it came here is not cut again.
    let events = taken(take_over(vec![told(1, kept)])).unwrap();
    assert_eq!(parts(&events)[0].trials[0].reason, *kept);
}

#[test]
fn results_that_do_not_fit_their_testbed_are_refused_with_the_name_of_the_file() {
    let refused = |trials: Vec<ToldTrial>| {
        let refusal = taken(take_over(trials)).unwrap_err();
        let Refusal::NotTold { file, problem } = refusal else { panic!("{refusal}") };
        assert_eq!(file, "past.csv");
        *problem
    };
    assert_eq!(refused(Vec::new()), TrialsProblem::Empty);
    assert!(matches!(
        refused(vec![told(1, ""), told(1, "")]),
        TrialsProblem::Twice { place: 2, .. }
    ));
    assert!(matches!(refused(vec![told(0, "")]), TrialsProblem::Repetition { .. }));
    let mut stranger = told(1, "");
    stranger.trial.route = "unheard-of".parse().unwrap();
    assert!(matches!(refused(vec![stranger]), TrialsProblem::Unknown { place: 1, .. }));
}

#[test]
fn the_file_has_a_name_in_one_line() {
    let named = |file: &str, origin: &str| TakeOver {
        file: file.to_owned(),
        origin: origin.to_owned(),
        ..take_over(vec![told(1, "")])
    };
    for (wrong, words) in [
        (named("", "CSV"), "the name of the file is needed"),
        (named("a\u{1b}]0;x", "CSV"), "the name of the file has control characters"),
        (named("past.csv", ""), "the form of the file is needed"),
        (named("past.csv", &"x".repeat(600)), "more than 512 characters"),
    ] {
        let refusal = taken(wrong).unwrap_err().to_string();
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[test]
fn nothing_is_told_before_it_happened() {
    assert_eq!(told(1, "").tried(at(20)), at(10));
    assert_eq!(told(1, "").tried(at(5)), at(5));
}
