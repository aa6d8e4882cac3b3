//! Letters by a real mail server, and `portolan letters send` killed at every point of its way:
//! whatever happens, each contact gets one message, and the log says so.

#[path = "../../../post/tests/post/at_a_real_server/authority.rs"]
mod authority;
mod beginning;
mod guarded;
mod refusing;
pub(crate) mod relay;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::desk::{CAMPAIGN, Desk, VENDORS};
use relay::Relay;

const ACT: [&str; 3] = ["letters", "send", CAMPAIGN];

/// Begins to send.
fn sending(desk: &Desk) -> Child {
    let mut program = desk.program(&ACT);
    program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(mut child: Child) {
    // -9 at once, whatever it is doing.
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A desk where somebody has looked at a letter to each of these contacts.
fn looked_at(relay: &Relay, from: &str, contacts: &[&str]) -> Desk {
    let desk = Desk::with(&relay.settings(from, contacts));
    desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    desk
}

/// The names of the messages that each address was sent, over everything that was taken.
fn names(taken: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for it in taken {
        let headers = it["mail"]["headers"].as_array().unwrap();
        let id = headers.iter().find(|it| it[0] == "Message-ID").unwrap()[1].as_str().unwrap();
        let [to] = it["to"].as_array().unwrap().as_slice() else { panic!("{it}") };
        names.entry(to.as_str().unwrap().to_owned()).or_default().insert(id.to_owned());
    }
    names
}

/// Sends until nothing is owed; then each contact has one message, and the log knows its name.
fn check(desk: &Desk, relay: &Relay, (mut taken, contacts): (Vec<Value>, &[&str])) {
    desk.out(&ACT);
    assert_eq!(desk.out(&ACT), "nothing is owed\n");
    taken.extend(relay.taken.try_iter());
    let names = names(&taken);
    assert_eq!(names.len(), contacts.len(), "none is lost: {names:?}");
    for contact in contacts {
        let of = &names[&format!("{contact}@example.test")];
        assert_eq!(of.len(), 1, "{contact} has several: {of:?}");
        let letter = desk.letter(contact);
        assert_eq!(letter["stage"], "sent", "{letter}");
        let id = letter["message_id"].as_str().unwrap();
        assert_eq!(of.first().unwrap(), &format!("<{id}>"));
    }
    assert_eq!(desk.list().len(), contacts.len());
    desk.verify();
}

#[test]
fn killed_behind_any_letter_it_sends_each_under_one_name() {
    let contacts: Vec<String> = (1..=20).map(|it| format!("c{it:02}")).collect();
    let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
    // What became of 16 is recorded at once: before, at and behind that point.
    for after in [1, 2, 8, 15, 16, 17, 19, 20] {
        let relay = Relay::start();
        let desk = looked_at(&relay, "post", &contacts);
        let child = sending(&desk);
        let taken: Vec<Value> = relay.taken.iter().take(after).collect();
        kill(child);
        check(&desk, &relay, (taken, &contacts));
    }
}

#[test]
fn killed_again_and_again_it_comes_to_an_end() {
    let contacts: Vec<String> = (1..=40).map(|it| format!("c{it:02}")).collect();
    let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
    let relay = Relay::start();
    let desk = looked_at(&relay, "post", &contacts);
    let mut taken = Vec::new();
    // 17 of each: 16 are recorded, and the next begins there.
    for _ in 0..3 {
        let child = sending(&desk);
        let mut child = child;
        for _ in 0..17 {
            // At the end there are not as many left.
            match relay.taken.recv_timeout(std::time::Duration::from_secs(20)) {
                Ok(it) => taken.push(it),
                Err(_) if child.try_wait().unwrap().is_some() => break,
                Err(error) => panic!("{error}"),
            }
        }
        kill(child);
    }
    check(&desk, &relay, (taken, &contacts));
}

#[test]
fn killed_while_the_server_holds_its_answer_back_it_sends_each_under_one_name() {
    // In the middle of three letters, in every phase of a letter.
    for phase in ["mail", "rcpt", "data", "end"] {
        let relay = Relay::start();
        let held = format!("slow-{phase}-once");
        let (from, contacts) = match phase {
            "mail" => (held.as_str(), ["a", "b", "c"]),
            _ => ("post", ["a", held.as_str(), "c"]),
        };
        let desk = looked_at(&relay, from, &contacts);
        let child = sending(&desk);
        assert_eq!(relay.held.recv().unwrap(), phase);
        assert!(desk.list().iter().all(|it| it["stage"] == "previewed"), "nothing is recorded yet");
        kill(child);
        check(&desk, &relay, (Vec::new(), &contacts));
    }
}

#[test]
fn killed_beside_a_service_it_sends_each_under_one_name() {
    let contacts: Vec<String> = (1..=20).map(|it| format!("c{it:02}")).collect();
    let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
    for after in [3, 17] {
        let relay = Relay::start();
        let desk = Desk::with(&relay.settings("post", &contacts));
        let serving = crate::beside::serve(&desk);
        desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
        let child = sending(&desk);
        let taken: Vec<Value> = relay.taken.iter().take(after).collect();
        kill(child);
        desk.out(&ACT);
        assert_eq!(desk.out(&ACT), "nothing is owed\n");
        let taken: Vec<Value> = taken.into_iter().chain(relay.taken.try_iter()).collect();
        let names = names(&taken);
        assert_eq!((names.len(), names.values().all(|it| it.len() == 1)), (contacts.len(), true));
        assert!(desk.list().iter().all(|it| it["stage"] == json!("sent")));
        drop(serving);
    }
}

#[test]
fn a_letter_arrives_with_what_its_vendor_may_see_alone() {
    let relay = Relay::start();
    let desk = looked_at(&relay, "post", &VENDORS);
    desk.out(&ACT);
    for it in relay.taken.try_iter() {
        let (to, whole) = (it["to"][0].as_str().unwrap(), it.to_string());
        assert_eq!(whole.contains("Canary Converter"), to.starts_with("toolsmith"), "{to}");
        assert_eq!(it["mail"]["defects"], json!([]));
    }
}
