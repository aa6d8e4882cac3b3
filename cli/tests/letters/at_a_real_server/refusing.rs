//! What the server does not take: later, never, or gone in the middle.

use domain::event::LetterEvent;
use serde_json::{Value, json};

use super::relay::Relay;
use super::{ACT, looked_at};
use crate::desk::Desk;

/// How many attempts to a contact failed, and whether the last was the last.
fn failures(desk: &Desk, contact: &str) -> (usize, bool) {
    let name = desk.letter(contact)["letter"].as_str().unwrap().to_owned();
    let mut failed = Vec::new();
    for it in desk.told_of_letters() {
        if let LetterEvent::LetterFailed(it) = it
            && it.letter.as_str() == name
        {
            failed.push(it);
        }
    }
    assert!(failed.iter().all(|it| !it.reason.contains("example.test")), "{failed:?}");
    (failed.len(), failed.last().is_some_and(|it| it.permanent))
}

/// Sends once; the exit code and what was told.
fn send(desk: &Desk) -> (i32, Value) {
    let called = desk.call(&[&ACT[..], &["--json"]].concat());
    (called.code, serde_json::from_str(&called.out).unwrap())
}

fn count(told: &Value, of: &str) -> usize {
    told[of].as_array().unwrap().len()
}

#[test]
fn later_is_tried_again_when_its_time_has_come_and_never_is_not() {
    for phase in ["mail", "rcpt", "data", "end"] {
        for (code, is_last) in [("450", false), ("552", true)] {
            let relay = Relay::start();
            let refused = format!("{phase}-{code}-once");
            let (from, contacts) = match phase {
                "mail" => (refused.as_str(), vec!["a"]),
                _ => ("post", vec!["a", refused.as_str()]),
            };
            let desk = looked_at(&relay, from, &contacts);
            let (exit, told) = send(&desk);
            let to = contacts.last().unwrap();
            assert_eq!(exit, 3, "{told}");
            assert_eq!(count(&told, if is_last { "failed" } else { "delayed" }), 1, "{told}");
            assert_eq!(count(&told, "sent"), contacts.len() - 1, "the others leave");
            assert_eq!(failures(&desk, to), (1, is_last));
            let stage = if is_last { "failed" } else { "delayed" };
            assert_eq!(desk.letter(to)["stage"], stage);
            // It would be taken now; but its time has not come, or never will.
            let (exit, told) = send(&desk);
            assert_eq!(exit, if is_last { 0 } else { 3 }, "{told}");
            assert_eq!((count(&told, "sent"), failures(&desk, to)), (0, (1, is_last)));
            assert_eq!(relay.taken.try_iter().count(), contacts.len() - 1);
            if is_last {
                // A person may decide otherwise.
                let name = desk.letter(to)["letter"].as_str().unwrap().to_owned();
                desk.out(&["letters", "resend", &name]);
                assert_eq!(desk.letter(to)["stage"], "sent");
            }
        }
    }
}

#[test]
fn a_letter_whose_time_has_come_leaves_under_the_name_of_its_first_attempt() {
    let relay = Relay::start();
    // The server took it, and was gone before it said so.
    let desk = looked_at(&relay, "post", &["drop-end-once"]);
    let (exit, told) = send(&desk);
    assert_eq!((exit, count(&told, "delayed")), (3, 1), "{told}");
    let first: Vec<Value> = relay.taken.try_iter().collect();
    desk.an_hour_later();
    let (exit, told) = send(&desk);
    assert_eq!((exit, count(&told, "sent")), (0, 1), "{told}");
    let both: Vec<Value> = first.into_iter().chain(relay.taken.try_iter()).collect();
    assert_eq!(both.len(), 2);
    assert_eq!(super::names(&both)["drop-end-once@example.test"].len(), 1);
    assert_eq!(desk.letter("drop-end-once")["attempts"], json!(2));
}

#[test]
fn a_connection_that_is_gone_delays_its_letter_and_no_other() {
    let relay = Relay::start();
    let contacts = ["drop-rcpt", "a", "drop-data", "b", "drop-end", "c"];
    let desk = looked_at(&relay, "post", &contacts);
    let (exit, told) = send(&desk);
    assert_eq!((exit, count(&told, "delayed"), count(&told, "sent")), (3, 3, 3), "{told}");
    for contact in contacts {
        let is_dropped = contact.starts_with("drop");
        assert_eq!(desk.letter(contact)["stage"], if is_dropped { "delayed" } else { "sent" });
        assert_eq!(failures(&desk, contact), (usize::from(is_dropped), false));
    }
    drop(relay);
    // Nobody is there at all: nothing is owed yet, so nobody is asked.
    let (exit, told) = send(&desk);
    assert_eq!((exit, count(&told, "delayed")), (3, 3), "{told}");
    let nobody = Relay::start();
    let desk = looked_at(&nobody, "post", &["a", "b"]);
    drop(nobody);
    let (exit, told) = send(&desk);
    assert_eq!((exit, count(&told, "delayed")), (3, 2), "{told}");
    assert_eq!(failures(&desk, "b"), (1, false));
}
