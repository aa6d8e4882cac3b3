//! Silence: told once, and again when it has been broken in between.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::program::Program;
use super::team::{Teams, now};

/// Since when there is no result, as each notice told.
fn since(program: &Program) -> Vec<Value> {
    program.all().into_iter().map(|it| it.event["data"]["silent_since"].clone()).collect()
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

#[test]
fn silence_is_told_once_and_again_after_a_result() {
    let program = Program::start(&[]);
    let mut teams = Teams::new(&program.subscription("chat", "silent_days = 5"));
    teams.tell();
    assert_eq!(since(&program), [json!(null)], "two days are not five");
    for (passed, is_told) in [(2, false), (2, true), (0, false), (3, false), (9, false)] {
        teams.aged(days(passed));
        teams.tell();
        assert_eq!(since(&program).len(), usize::from(is_told), "{passed} days later");
    }
    // An hour more than a day: notices are written at whole seconds, and five days to the second may miss.
    teams.tried_at(".", now() - SignedDuration::from_hours(25));
    teams.tell();
    assert_eq!(since(&program).len(), 0, "a result is no news");
    teams.aged(days(4));
    teams.tell();
    let [told] = since(&program).try_into().unwrap();
    assert!(told.is_string());
    teams.tell();
    assert_eq!(since(&program).len(), 0);
}

#[test]
fn a_team_that_begins_in_silence_is_told_of_it_and_one_that_does_not_ask_never() {
    let program = Program::start(&[]);
    let asks = program.subscription("asks", "silent_days = 1");
    let teams = Teams::new(&(asks + &program.subscription("never", "watch = [\"stale\"]")));
    teams.tell();
    let told = since(&program);
    assert!(told[0].is_string() && told[1].is_null(), "{told:?}");
    teams.aged(days(99));
    teams.tell();
    assert_eq!(since(&program).len(), 0);
}
